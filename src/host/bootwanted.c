/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bootfolder.h"
#include "bootlost.h"
#include "bootnamed.h"
#include "bootunit.h"
#include "bootwanted.h"

/* Whether the folder that a link is in may be gone after a reboot; what it leads to need not be there. */
static bool
folder_is_lost(const char *link)
{
	char folder[BOOTUNIT_PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(link, '/') - link), link);
	return bootlost(folder).is != LOOK_NO;
}

/* Whether a target's folder of links ("sysinit.target.wants") has one of this name; an empty file there masks it. */
static struct look
is_linked(const char *links, const char *name, char link[static BOOTUNIT_PATH_MAX])
{
	char file[2 * BOOTFOLDER_MAX];
	struct stat st;
	size_t folder;
	struct look found;

	snprintf(file, sizeof(file), "%s/%s", links, name);
	found = bootfolder_find(file, BOOT_NEXT, link, &folder);
	if (found.is != LOOK_YES)
		return found;
	if (bootfolders[folder].stays == BOOTFOLDER_GENERATED || folder_is_lost(link))
		return look_unknown();
	if (lstat(link, &st) < 0)
		return look_unknown();
	if (!S_ISLNK(st.st_mode))
		return look_seen(false);
	return stat(link, &st) < 0 && look_absent(errno) ? look_seen(true) : bootfolder_says_anything(link);
}

/* The targets that a boot reaches, the last one where it is default.target. */
static const char *const targets[] = {"sysinit.target", "basic.target", "multi-user.target", "graphical.target"};

enum { TARGETS = sizeof(targets) / sizeof(targets[0]), FIRST_DEFAULT = 2 };

/* Whether a path leads to the distribution's own target of this name. */
static bool
leads_to(const char *path, const char *target)
{
	char stock[BOOTUNIT_PATH_MAX];
	struct stat st, own;
	size_t folder;

	return bootunit_is_stock(target, BOOT_NEXT).is == LOOK_YES &&
	       bootfolder_find(target, BOOT_NEXT, stock, &folder).is == LOOK_YES && stat(path, &st) == 0 &&
	       stat(stock, &own) == 0 && st.st_dev == own.st_dev && st.st_ino == own.st_ino;
}

/* How many of them it reaches, by what default.target leads to; 0: not known. */
static size_t
count_reached(void)
{
	char path[BOOTUNIT_PATH_MAX];
	size_t folder, count = 0;

	if (bootfolder_find("default.target", BOOT_NEXT, path, &folder).is != LOOK_YES ||
	    bootfolders[folder].stays == BOOTFOLDER_GENERATED || bootlost(path).is != LOOK_NO ||
	    bootunit_drop_ins_pass("default.target", BOOT_NEXT).is != LOOK_YES)
		return 0;
	for (size_t i = FIRST_DEFAULT; i < TARGETS; i++)
		if (leads_to(path, targets[i]))
			count = i + 1;
	for (size_t i = 0; i < count; i++)
		if (bootunit_is_stock(targets[i], BOOT_NEXT).is != LOOK_YES)
			count = 0;
	return count;
}

/* The same, looked at once. */
static size_t
reached_count(void)
{
	static bool looked;
	static size_t count;

	if (!looked)
		count = count_reached();
	looked = true;
	return count;
}

/* Whether a folder of links is that of a target: "sysinit.target.wants". */
static bool
is_of_target(const char *links, const char *target)
{
	size_t len = strlen(target);

	return strncmp(links, target, len) == 0 &&
	       (strcmp(links + len, ".wants") == 0 || strcmp(links + len, ".requires") == 0);
}

static bool
is_reached(const char *links)
{
	for (size_t i = 0; i < reached_count(); i++)
		if (is_of_target(links, targets[i]))
			return true;
	return is_of_target(links, "default.target");
}

/* Whether a target has a link of this name. */
static struct look
is_wanted_by(const char *target, const char *name, char link[static BOOTUNIT_PATH_MAX])
{
	static const char *const kinds[] = {"wants", "requires"};
	char links[BOOTFOLDER_MAX];
	struct look found = look_seen(false);

	for (size_t i = 0; found.is == LOOK_NO && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(links, sizeof(links), "%s.%s", target, kinds[i]);
		found = is_linked(links, name, link);
	}
	return found;
}

static bool
holds_links(const char *name)
{
	return bootfolder_ends_in(name, ".wants") || bootfolder_ends_in(name, ".requires") ||
	       bootfolder_ends_in(name, ".upholds");
}

/* Whether a folder of links is that of a target: then the target is started after what it wants. */
static bool
is_of_any_target(const char *links)
{
	return strstr(links, ".target.") != NULL;
}

/*
 * Whether links there are not counted yet: where none was found so far, all do, as they depend on the unit that has
 * them; else those of other targets, which may be started before the unit and then cannot wait for it.
 */
static bool
may_matter(const char *links, struct look found)
{
	bool known = is_of_target(links, "default.target");

	if (!holds_links(links) || is_reached(links))
		return false;
	for (size_t i = 0; i < TARGETS; i++)
		known |= is_of_target(links, targets[i]);
	return found.is == LOOK_NO || (is_of_any_target(links) && !known);
}

/* Whether a folder of links beside a folder's units has one that may matter. */
static bool
is_linked_in(const char *folder, const char *name, struct look found)
{
	char link[BOOTUNIT_PATH_MAX];
	DIR *d = opendir(folder);
	struct dirent *e;
	struct stat st;
	bool is = false;

	if (!d)
		return !look_absent(errno);
	while (!is && (errno = 0, e = readdir(d))) {
		if (may_matter(e->d_name, found))
			is = snprintf(link, sizeof(link), "%s/%s/%s", folder, e->d_name, name) >= (int)sizeof(link) ||
			     (lstat(link, &st) < 0 ? !look_absent(errno) : S_ISLNK(st.st_mode));
		errno = 0;
	}
	is |= errno != 0;
	closedir(d);
	return is;
}

/* The same of all folders. */
static bool
is_linked_elsewhere(const char *name, struct look found)
{
	bool is = false;

	for (size_t i = 0; !is && i < BOOTFOLDERS; i++)
		is = bootfolder_counts(i, BOOT_NEXT) && is_linked_in(bootfolders[i].path, name, found);
	return is;
}

/* Whether others may decide it, by one of its names. */
static bool
others_decide(const char *name, struct look found)
{
	struct bootnamed by = {false, false};

	if (is_linked_elsewhere(name, found))
		return true;
	by = bootnamed(name);
	return found.is == LOOK_NO ? by.starts : by.hinders;
}

/* What others make of what the targets' links say of a unit, which may have other names. */
static struct look
as_others_say(const char *name, struct look found)
{
	static struct bootunit_names names; /* 2 KB */
	char path[BOOTUNIT_PATH_MAX];
	size_t folder;

	if (bootfolder_find(name, BOOT_NEXT, path, &folder).is == LOOK_NO ||
	    bootfolder_says_anything(path).is == LOOK_NO)
		return look_seen(false);
	bootunit_read_names(name, path, BOOT_NEXT, &names);
	if (names.more || (names.count && found.is == LOOK_NO) || others_decide(name, found))
		return look_unknown();
	for (size_t i = 0; i < names.count; i++)
		if (others_decide(names.at[i], found))
			return look_unknown();
	return found;
}

struct look
bootwanted(const char *name, char link[static BOOTUNIT_PATH_MAX])
{
	struct look found = is_wanted_by("default.target", name, link);
	size_t count = reached_count();

	for (size_t i = 0; found.is == LOOK_NO && i < count; i++)
		found = is_wanted_by(targets[i], name, link);
	if (found.is == LOOK_YES && !count)
		found = look_unknown();
	return found.is == LOOK_UNKNOWN ? found : as_others_say(name, found);
}
