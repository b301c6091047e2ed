/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bootfolder.h"
#include "bootlost.h"
#include "bootunit.h"
#include "unit.h"

/* Whether a path leads to a file of its own name: a link to another makes the unit that one. */
static struct look
keeps_name(const char *path)
{
	char *real = realpath(path, NULL);
	bool same = real && strcmp(strrchr(real, '/'), strrchr(path, '/')) == 0;

	free(real);
	return same ? look_seen(true) : look_unknown();
}

static struct look
drop_in_passes(const char *path)
{
	char *text;

	if (bootfolder_says_anything(path).is == LOOK_NO)
		return look_seen(true);
	text = bootfolder_text(path);
	return text && unit_is_harmless(text) ? look_seen(true) : look_unknown();
}

/* Whether the drop-ins of a folder leave a unit what it is: yes, or unknown. */
static struct look
folder_passes(const char *dir)
{
	char path[BOOTFOLDER_MAX + 2 * NAME_MAX + 16];
	struct look passes = look_seen(true);
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return look_absent(errno) ? passes : look_unknown();
	while (passes.is == LOOK_YES && (errno = 0, e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (bootfolder_ends_in(e->d_name, ".conf"))
			passes = drop_in_passes(path);
		errno = 0;
	}
	if (errno)
		passes = look_unknown();
	closedir(d);
	return passes;
}

/* The same of the folders of this name beside all units. */
static struct look
folders_pass(const char *name, enum boot_when when)
{
	char dir[BOOTFOLDER_MAX + NAME_MAX + 8];
	struct look pass = look_seen(true);

	for (size_t i = 0; i < BOOTFOLDERS; i++) {
		snprintf(dir, sizeof(dir), "%s/%s", bootfolders[i].path, name);
		if (bootfolder_counts(i, when))
			pass = look_both(pass, folder_passes(dir));
	}
	return pass;
}

struct look
bootunit_drop_ins_pass(const char *name, enum boot_when when)
{
	const char *type = strrchr(name, '.');
	char dir[NAME_MAX + 8];
	struct look pass;

	snprintf(dir, sizeof(dir), "%s.d", name);
	pass = folders_pass(dir, when);
	for (const char *dash = strchr(name, '-'); dash; dash = strchr(dash + 1, '-')) {
		snprintf(dir, sizeof(dir), "%.*s%s.d", (int)(dash + 1 - name), name, type);
		pass = look_both(pass, folders_pass(dir, when));
	}
	snprintf(dir, sizeof(dir), "%s.d", type + 1);
	return look_both(pass, folders_pass(dir, when));
}

/* Whether the last part of a path is a name. */
static bool
ends_at(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, name) == 0;
}

/* Whether a name in a folder is a link by which systemd has a unit, by its name or its file, under another too. */
static struct look
is_alias(const char *folder, const struct dirent *e, const char *name, const struct stat *unit)
{
	char path[BOOTFOLDER_MAX + NAME_MAX + 2], to[PATH_MAX];
	struct stat st;
	ssize_t len;

	if ((e->d_type != DT_LNK && e->d_type != DT_UNKNOWN) || strcmp(e->d_name, name) == 0)
		return look_seen(false);
	snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return errno == EINVAL || look_absent(errno) ? look_seen(false) : look_unknown();
	to[len] = '\0';
	if (ends_at(to, name))
		return look_seen(true);
	if (stat(path, &st) < 0)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	return look_seen(st.st_dev == unit->st_dev && st.st_ino == unit->st_ino);
}

static void
add_name(const char *name, struct bootunit_names *names)
{
	if (names->count == BOOTUNIT_NAMES_MAX)
		names->more = true;
	else
		snprintf(names->at[names->count++], sizeof(names->at[0]), "%s", name);
}

/* Adds those that a folder has. */
static void
read_folder_names(const char *folder, const char *name, const struct stat *unit, struct bootunit_names *names)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	struct look is;

	if (!d && look_absent(errno))
		return;
	while (d && (errno = 0, e = readdir(d))) {
		is = is_alias(folder, e, name, unit);
		names->more |= is.is == LOOK_UNKNOWN;
		if (is.is == LOOK_YES)
			add_name(e->d_name, names);
	}
	names->more |= !d || errno;
	if (d)
		closedir(d);
}

void
bootunit_read_names(const char *name, const char *path, enum boot_when when, struct bootunit_names *names)
{
	struct stat unit;

	names->count = 0;
	names->more = stat(path, &unit) < 0;
	for (size_t i = 0; !names->more && i < BOOTFOLDERS; i++)
		if (bootfolder_counts(i, when))
			read_folder_names(bootfolders[i].path, name, &unit, names);
}

/* Whether the drop-ins of its other names pass too. */
static struct look
aliases_pass(const char *name, const char *path, enum boot_when when)
{
	static struct bootunit_names names; /* 2 KB */
	struct look pass = look_seen(true);

	bootunit_read_names(name, path, when, &names);
	for (size_t i = 0; i < names.count; i++)
		pass = look_both(pass, bootunit_drop_ins_pass(names.at[i], when));
	return names.more ? look_unknown() : pass;
}

/* What a generator wrote is known only where it is of a line in fstab. */
static struct look
is_of_fstab(const char *path)
{
	char *text = bootfolder_text(path);

	return text && unit_is_of_fstab(text) ? look_seen(true) : look_unknown();
}

/* *stays: of the folder that has the file. */
static struct look
find(const char *name, enum boot_when when, char path[static BOOTUNIT_PATH_MAX], enum bootfolder_stays *stays)
{
	size_t folder;
	struct look found = bootfolder_find(name, when, path, &folder);

	if (found.is != LOOK_YES)
		return found;
	*stays = bootfolders[folder].stays;
	found = bootfolder_says_anything(path);
	if (found.is == LOOK_YES)
		found = *stays == BOOTFOLDER_GENERATED ? is_of_fstab(path) : keeps_name(path);
	if (when == BOOT_NEXT && *stays != BOOTFOLDER_GENERATED && bootlost(path).is != LOOK_NO)
		found = look_unknown(); /* another of its name may come up */
	if (found.is == LOOK_YES)
		found = aliases_pass(name, path, when);
	return look_both(found, bootunit_drop_ins_pass(name, when));
}

struct look
bootunit_find(const char *name, enum boot_when when, char path[static BOOTUNIT_PATH_MAX])
{
	enum bootfolder_stays ignored;

	return find(name, when, path, &ignored);
}

/* Whether the file itself is in the folder where it was found: a link there may lead to another of its name. */
static bool
is_no_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISLNK(st.st_mode);
}

struct look
bootunit_is_stock(const char *name, enum boot_when when)
{
	char path[BOOTUNIT_PATH_MAX];
	enum bootfolder_stays stays;
	struct look found = find(name, when, path, &stays);

	if (found.is != LOOK_YES || stays == BOOTFOLDER_GENERATED)
		return found;
	return stays == BOOTFOLDER_STOCK && is_no_link(path) ? found : look_unknown();
}
