/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bootfolder.h"
#include "bootunit.h"
#include "bootwanted.h"
#include "unit.h"

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
	if (bootfolders[folder].stays == BOOTFOLDER_GENERATED)
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

/* How many of them it reaches, by what default.target leads to; 0: not known. */
static size_t
count_reached(void)
{
	char path[BOOTUNIT_PATH_MAX], *real;
	size_t folder, count = 0;

	if (bootfolder_find("default.target", BOOT_NEXT, path, &folder).is != LOOK_YES ||
	    bootfolders[folder].stays == BOOTFOLDER_GENERATED ||
	    bootunit_drop_ins_pass("default.target", BOOT_NEXT).is != LOOK_YES)
		return 0;
	real = realpath(path, NULL);
	for (size_t i = FIRST_DEFAULT; real && i < TARGETS; i++)
		if (strcmp(strrchr(real, '/') + 1, targets[i]) == 0)
			count = i + 1;
	free(real);
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

/* Whether any other folder of links beside a folder's units has one: then it depends on the unit that pulls it in. */
static struct look
is_linked_anywhere(const char *folder, const char *name, char link[static BOOTUNIT_PATH_MAX])
{
	struct look found = look_seen(false);
	DIR *d = opendir(folder);
	struct dirent *e;
	struct stat st;

	if (!d)
		return look_absent(errno) ? found : look_unknown();
	while (found.is == LOOK_NO && (errno = 0, e = readdir(d))) {
		if (is_reached(e->d_name) || !holds_links(e->d_name))
			continue;
		if (snprintf(link, BOOTUNIT_PATH_MAX, "%s/%s/%s", folder, e->d_name, name) >= BOOTUNIT_PATH_MAX ||
		    (lstat(link, &st) < 0 ? !look_absent(errno) : S_ISLNK(st.st_mode)))
			found = look_unknown();
	}
	if (found.is == LOOK_NO && errno)
		found = look_unknown();
	closedir(d);
	return found;
}

/* Whether a file of another unit, or a drop-in, may pull one in by its text. */
static bool
file_may_pull(const char *path, const char *name)
{
	char *text;

	if (bootfolder_says_anything(path).is == LOOK_NO)
		return false;
	text = bootfolder_text(path);
	return !text || unit_may_pull(text, name);
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The same of any file of a folder, and of its folders of drop-ins. */
static bool
folder_may_pull(const char *folder, const char *name)
{
	char path[BOOTUNIT_PATH_MAX + NAME_MAX + 2];
	DIR *d = opendir(folder);
	struct dirent *e;
	bool may = false;

	if (!d)
		return !look_absent(errno);
	while (!may && (errno = 0, e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.' && strcmp(e->d_name, name) != 0 && !holds_links(e->d_name))
			may = is_dir(path) ? bootfolder_ends_in(e->d_name, ".d") && folder_may_pull(path, name)
					   : file_may_pull(path, name);
		errno = 0;
	}
	may |= errno != 0;
	closedir(d);
	return may;
}

/* Whether anything but the links of a target may start a unit that is there, as under another name. */
static struct look
may_be_pulled(const char *name)
{
	char path[BOOTUNIT_PATH_MAX];
	size_t folder;
	bool named = false;

	if (bootfolder_find(name, BOOT_NEXT, path, &folder).is == LOOK_NO ||
	    bootfolder_says_anything(path).is == LOOK_NO)
		return look_seen(false);
	bootunit_aliases_pass(name, path, BOOT_NEXT, &named);
	for (size_t i = 0; !named && i < BOOTFOLDERS; i++)
		named = bootfolder_counts(i, BOOT_NEXT) && folder_may_pull(bootfolders[i].path, name);
	return named ? look_unknown() : look_seen(false);
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
	for (size_t i = 0; found.is == LOOK_NO && i < BOOTFOLDERS; i++)
		if (bootfolder_counts(i, BOOT_NEXT))
			found = is_linked_anywhere(bootfolders[i].path, name, link);
	if (found.is == LOOK_NO)
		found = may_be_pulled(name);
	return found;
}
