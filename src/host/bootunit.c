/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bootunit.h"
#include "present.h"
#include "smallfile.h"
#include "unit.h"

enum { DROP_IN_MAX = 4096, FOLDER_MAX = 128 };

enum stays { STAYS, STOCK, GOES, GENERATED };

/*
 * Where systemd looks, the first wins; of the distribution's two folders, where they are two, /lib is systemd's own.
 * Generators write theirs again at each boot.
 */
static const struct {
	const char *path;
	enum stays stays;
} folders[] = {
    {"/etc/systemd/system.control", STAYS},
    {"/run/systemd/system.control", GOES},
    {"/run/systemd/transient", GOES},
    {"/run/systemd/generator.early", GENERATED},
    {"/etc/systemd/system", STAYS},
    {"/etc/systemd/system.attached", STAYS},
    {"/run/systemd/system", GOES},
    {"/run/systemd/system.attached", GOES},
    {"/run/systemd/generator", GENERATED},
    {"/usr/local/lib/systemd/system", STAYS},
    {"/lib/systemd/system", STOCK},
    {"/usr/lib/systemd/system", STOCK},
    {"/run/systemd/generator.late", GENERATED},
};

enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

/* Whether two paths lead to one folder. */
static bool
is_one(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Whether a folder may have something, which is looked at once; not /lib, where that is a link to /usr/lib. */
static bool
may_be_there(size_t folder)
{
	static bool looked, there[FOLDERS];

	for (size_t i = 0; !looked && i < FOLDERS; i++)
		there[i] = present(folders[i].path).is != LOOK_NO &&
			   (folders[i].stays != STOCK || i + 1 == FOLDERS || folders[i + 1].stays != STOCK ||
			    !is_one(folders[i].path, folders[i + 1].path));
	looked = true;
	return there[folder];
}

static bool
counts(size_t folder, enum bootunit_when when)
{
	return may_be_there(folder) && (when == BOOTUNIT_NOW || folders[folder].stays != GOES);
}

/* Whether what a path leads to says anything; no: it is not there either. */
static struct look
says_anything(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	return look_seen(!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_size > 0));
}

/* Whether a path leads to a file of its own name: a link to another makes the unit that one. */
static struct look
keeps_name(const char *path)
{
	char *real = realpath(path, NULL);
	bool same = real && strcmp(strrchr(real, '/'), strrchr(path, '/')) == 0;

	free(real);
	return same ? look_seen(true) : look_unknown();
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), cut = strlen(end);

	return len > cut && strcmp(name + len - cut, end) == 0;
}

static struct look
drop_in_passes(const char *path)
{
	char text[DROP_IN_MAX];

	if (says_anything(path).is == LOOK_NO)
		return look_seen(true);
	return smallfile_read(path, text, sizeof(text)) >= 0 && unit_is_harmless(text) ? look_seen(true)
										       : look_unknown();
}

/* Whether the drop-ins of a folder leave a unit what it is: yes, or unknown. */
static struct look
folder_passes(const char *dir)
{
	char path[FOLDER_MAX + 256 + NAME_MAX];
	struct look passes = look_seen(true);
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return look_absent(errno) ? passes : look_unknown();
	while (passes.is == LOOK_YES && (errno = 0, e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (ends_in(e->d_name, ".conf"))
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
folders_pass(const char *name, enum bootunit_when when)
{
	char dir[FOLDER_MAX + 256];
	struct look pass = look_seen(true);

	for (size_t i = 0; i < FOLDERS; i++) {
		snprintf(dir, sizeof(dir), "%s/%s", folders[i].path, name);
		if (counts(i, when))
			pass = look_both(pass, folder_passes(dir));
	}
	return pass;
}

/* The same of all drop-ins: NAME.d, those of the name cut off behind each of its dashes, and of its type. */
static struct look
drop_ins_pass(const char *name, enum bootunit_when when)
{
	const char *type = strrchr(name, '.');
	char dir[FOLDER_MAX];
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

/* The first file of this name, and in which folder; NO: there is none, UNKNOWN: that cannot be told. */
static struct look
find_first(const char *name, enum bootunit_when when, char path[static BOOTUNIT_PATH_MAX], size_t *folder)
{
	struct stat st;

	for (size_t i = 0; i < FOLDERS; i++) {
		if (!counts(i, when))
			continue;
		snprintf(path, BOOTUNIT_PATH_MAX, "%s/%s", folders[i].path, name);
		*folder = i;
		if (lstat(path, &st) == 0)
			return look_seen(true);
		if (!look_absent(errno))
			return look_unknown();
	}
	return look_seen(false);
}

/* *stays: of the folder that has the file. */
static struct look
find(const char *name, enum bootunit_when when, char path[static BOOTUNIT_PATH_MAX], enum stays *stays)
{
	size_t folder;
	struct look found = find_first(name, when, path, &folder);

	if (found.is != LOOK_YES)
		return found;
	*stays = folders[folder].stays;
	found = says_anything(path);
	if (found.is == LOOK_YES)
		found = *stays == GENERATED ? look_unknown() : keeps_name(path);
	return look_both(found, drop_ins_pass(name, when));
}

struct look
bootunit_find(const char *name, enum bootunit_when when, char path[static BOOTUNIT_PATH_MAX])
{
	enum stays ignored;

	return find(name, when, path, &ignored);
}

struct look
bootunit_is_stock(const char *name, enum bootunit_when when)
{
	char path[BOOTUNIT_PATH_MAX];
	enum stays stays;
	struct look found = find(name, when, path, &stays);

	return found.is == LOOK_YES && stays != STOCK ? look_unknown() : found;
}

/* Whether a target's folder of links ("sysinit.target.wants") has one of this name; an empty file there masks it. */
static struct look
is_linked(const char *links, const char *name, char link[static BOOTUNIT_PATH_MAX])
{
	char file[FOLDER_MAX];
	struct stat st;
	size_t folder;
	struct look found;

	snprintf(file, sizeof(file), "%s/%s", links, name);
	found = find_first(file, BOOTUNIT_NEXT, link, &folder);
	if (found.is != LOOK_YES)
		return found;
	if (folders[folder].stays == GENERATED)
		return look_unknown();
	if (lstat(link, &st) < 0)
		return look_unknown();
	if (!S_ISLNK(st.st_mode))
		return look_seen(false);
	return stat(link, &st) < 0 && look_absent(errno) ? look_seen(true) : says_anything(link);
}

/* The links of targets that every boot reaches. */
static const char *const reached[] = {
    "sysinit.target.wants",    "basic.target.wants",    "multi-user.target.wants",    "default.target.wants",
    "sysinit.target.requires", "basic.target.requires", "multi-user.target.requires", "default.target.requires",
};

enum { REACHED = sizeof(reached) / sizeof(reached[0]) };

static bool
is_reached(const char *links)
{
	for (size_t i = 0; i < REACHED; i++)
		if (strcmp(links, reached[i]) == 0)
			return true;
	return false;
}

static bool
holds_links(const char *name)
{
	return ends_in(name, ".wants") || ends_in(name, ".requires") || ends_in(name, ".upholds");
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

struct look
bootunit_is_wanted(const char *name, char link[static BOOTUNIT_PATH_MAX])
{
	struct look found = look_seen(false);

	for (size_t i = 0; found.is == LOOK_NO && i < REACHED; i++)
		found = is_linked(reached[i], name, link);
	for (size_t i = 0; found.is == LOOK_NO && i < FOLDERS; i++)
		if (counts(i, BOOTUNIT_NEXT))
			found = is_linked_anywhere(folders[i].path, name, link);
	return found;
}
