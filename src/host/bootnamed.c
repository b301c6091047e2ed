/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bootfolder.h"
#include "bootnamed.h"
#include "unit.h"

/* A file is a unit's only with one of these ends. */
static const char *const types[] = {".service", ".socket", ".target", ".timer",  ".path",     ".mount",
				    ".swap",    ".slice",  ".scope",  ".device", ".automount"};

/* The unit that is asked about, and what is found of it. */
struct search {
	const char *name;
	struct bootnamed found;
};

static bool
is_unit(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bootfolder_ends_in(name, types[i]))
			return true;
	return false;
}

/* All that a file says; one that cannot be read may say anything. */
static unsigned
file_says(const char *path, const char *name)
{
	char *text;

	if (bootfolder_says_anything(path).is == LOOK_NO)
		return 0;
	text = bootfolder_text(path);
	return text ? unit_says(text, name) : UINT_MAX;
}

/* All that the drop-ins of a unit in a folder say. */
static unsigned
drop_ins_say(const char *folder, const char *unit, const char *name)
{
	char path[BOOTFOLDER_MAX + 2 * NAME_MAX + 8];
	unsigned says = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s.d", folder, unit);
	d = opendir(path);
	if (!d)
		return look_absent(errno) ? 0 : UINT_MAX;
	while (errno = 0, e = readdir(d)) {
		snprintf(path, sizeof(path), "%s/%s.d/%s", folder, unit, e->d_name);
		if (bootfolder_ends_in(e->d_name, ".conf"))
			says |= file_says(path, name);
	}
	if (errno)
		says = UINT_MAX;
	closedir(d);
	return says;
}

/* All that a unit says, by its file and all drop-ins. */
static unsigned
unit_all_says(const char *unit, const char *name)
{
	char path[BOOTUNIT_PATH_MAX];
	size_t folder;
	unsigned says;

	if (strlen(unit) > NAME_MAX || bootfolder_find(unit, BOOT_NEXT, path, &folder).is != LOOK_YES)
		return UINT_MAX;
	says = file_says(path, name);
	for (size_t i = 0; i < BOOTFOLDERS; i++)
		if (bootfolder_counts(i, BOOT_NEXT))
			says |= drop_ins_say(bootfolders[i].path, unit, name);
	return says;
}

/* Whether it is a unit of the distribution's that is known to go well with ours and with each other. */
static bool
is_known(const char *unit)
{
	static const char *const known[] = {"systemd-binfmt.service", "binfmt-support.service"};
	char path[BOOTUNIT_PATH_MAX];
	size_t folder;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(unit, known[i]) == 0)
			return bootfolder_find(unit, BOOT_NEXT, path, &folder).is == LOOK_YES &&
			       bootfolders[folder].stays == BOOTFOLDER_STOCK;
	return false;
}

/*
 * Whether it makes no circle that a unit is before or after the one in question. Services are started after
 * basic.target, so what one of them follows may be started at any time; what it is before must be started so late too,
 * and it must not itself wait for the end of the boot.
 */
static bool
order_is_plain(const char *unit, const char *name)
{
	unsigned says = unit_all_says(unit, name);

	if (!bootfolder_ends_in(unit, ".service") || says & UNIT_IS_EARLY)
		return false;
	return !(says & UNIT_IS_BEFORE) || (!(says & UNIT_IS_LATE) && !(unit_all_says(name, name) & UNIT_IS_EARLY));
}

/* Counts what the texts of a unit in one folder say. */
static void
count(const char *unit, unsigned says, struct search *search)
{
	struct bootnamed *found = &search->found;

	found->starts |= (says & UNIT_STARTS) != 0;
	found->hinders |= (says & UNIT_HINDERS) != 0;
	if (says & (UNIT_IS_AFTER | UNIT_IS_BEFORE) && !found->hinders)
		found->hinders = !is_known(unit) && !order_is_plain(unit, search->name);
}

/* Whether a path is a link to nothing: it is masked, or another name of a unit that is looked at by its own. */
static bool
is_dangling(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 && look_absent(errno);
}

/* A name in a folder: a unit's file, or the folder of its drop-ins. */
static void
look_at(const char *folder, const char *entry, struct search *search)
{
	char path[BOOTFOLDER_MAX + NAME_MAX + 2], unit[NAME_MAX + 1];

	snprintf(unit, sizeof(unit), "%s", entry);
	if (bootfolder_ends_in(entry, ".d")) {
		unit[strlen(unit) - 2] = '\0';
		count(unit, drop_ins_say(folder, unit, search->name), search);
	} else if (is_unit(entry) && strcmp(entry, search->name) != 0) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry);
		if (!is_dangling(path))
			count(unit, file_says(path, search->name), search);
	}
}

static void
look_at_folder(const char *folder, struct search *search)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	if (!d && look_absent(errno))
		return;
	while (d && (errno = 0, e = readdir(d)))
		look_at(folder, e->d_name, search);
	if (!d || errno)
		search->found = (struct bootnamed){true, true};
	if (d)
		closedir(d);
}

/* Units of the same name but for their type start a service without a word. */
static void
look_at_activators(struct search *search)
{
	static const char *const activators[] = {".timer", ".path", ".socket"};
	const char *name = search->name;
	char path[BOOTUNIT_PATH_MAX], file[NAME_MAX + 16];
	size_t folder;

	for (size_t i = 0; bootfolder_ends_in(name, ".service") && i < sizeof(activators) / sizeof(activators[0]);
	     i++) {
		struct look found;

		snprintf(file, sizeof(file), "%.*s%s", (int)(strrchr(name, '.') - name), name, activators[i]);
		found = bootfolder_find(file, BOOT_NEXT, path, &folder);
		if (found.is == LOOK_YES)
			found = bootfolder_says_anything(path);
		if (found.is != LOOK_NO)
			search->found = (struct bootnamed){true, true};
	}
}

struct bootnamed
bootnamed(const char *name)
{
	struct search search = {.name = name};

	look_at_activators(&search);
	for (size_t i = 0; i < BOOTFOLDERS && !(search.found.starts && search.found.hinders); i++)
		if (bootfolder_counts(i, BOOT_NEXT))
			look_at_folder(bootfolders[i].path, &search);
	return search.found;
}
