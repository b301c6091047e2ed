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
static bool
is_alias(const char *folder, const struct dirent *e, const char *name, const struct stat *unit)
{
	char path[BOOTFOLDER_MAX + NAME_MAX + 2], to[PATH_MAX];
	struct stat st;
	ssize_t len;

	if ((e->d_type != DT_LNK && e->d_type != DT_UNKNOWN) || strcmp(e->d_name, name) == 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return false;
	to[len] = '\0';
	return ends_at(to, name) || (stat(path, &st) == 0 && st.st_dev == unit->st_dev && st.st_ino == unit->st_ino);
}

/* Whether the drop-ins of its other names in a folder pass too; *named: it has some. */
static struct look
folder_aliases_pass(const char *folder, const char *name, const struct stat *unit, enum boot_when when, bool *named)
{
	struct look pass = look_seen(true);
	DIR *d = opendir(folder);
	struct dirent *e;

	if (!d)
		return look_absent(errno) ? pass : look_unknown();
	while (pass.is == LOOK_YES && (errno = 0, e = readdir(d))) {
		if (is_alias(folder, e, name, unit)) {
			*named = true;
			pass = bootunit_drop_ins_pass(e->d_name, when);
		}
		errno = 0;
	}
	if (errno)
		pass = look_unknown();
	closedir(d);
	return pass;
}

struct look
bootunit_aliases_pass(const char *name, const char *path, enum boot_when when, bool *named)
{
	struct look pass = look_seen(true);
	struct stat unit;

	*named = false;
	if (stat(path, &unit) < 0)
		return look_unknown();
	for (size_t i = 0; i < BOOTFOLDERS; i++)
		if (bootfolder_counts(i, when))
			pass = look_both(pass, folder_aliases_pass(bootfolders[i].path, name, &unit, when, named));
	return pass;
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
	bool ignored;
	struct look found = bootfolder_find(name, when, path, &folder);

	if (found.is != LOOK_YES)
		return found;
	*stays = bootfolders[folder].stays;
	found = bootfolder_says_anything(path);
	if (found.is == LOOK_YES)
		found = *stays == BOOTFOLDER_GENERATED ? is_of_fstab(path) : keeps_name(path);
	if (found.is == LOOK_YES)
		found = bootunit_aliases_pass(name, path, when, &ignored);
	return look_both(found, bootunit_drop_ins_pass(name, when));
}

struct look
bootunit_find(const char *name, enum boot_when when, char path[static BOOTUNIT_PATH_MAX])
{
	enum bootfolder_stays ignored;

	return find(name, when, path, &ignored);
}

struct look
bootunit_is_stock(const char *name, enum boot_when when)
{
	char path[BOOTUNIT_PATH_MAX];
	enum bootfolder_stays stays;
	struct look found = find(name, when, path, &stays);

	return found.is == LOOK_YES && stays != BOOTFOLDER_STOCK && stays != BOOTFOLDER_GENERATED ? look_unknown()
												  : found;
}
