/* SPDX-License-Identifier: MIT */
#ifndef BOOTUNIT_H
#define BOOTUNIT_H

#include <limits.h>
#include <stdbool.h>

#include "bootfolder.h"

enum { BOOTUNIT_NAMES_MAX = 8 };

/*
 * Whether systemd has a unit of this name (systemd.unit(5)), and its file: the first of all folders counts, and one
 * that is empty, a device or a link to nothing masks it. Unknown where what is there is not understood: a drop-in that
 * changes it, under another name of it too, or what a generator wrote, but for a line of fstab.
 */
struct look bootunit_find(const char *name, enum boot_when when, char path[static BOOTUNIT_PATH_MAX]);

/* The same, where it is the distribution's own or of fstab; another of its name may do anything. */
struct look bootunit_is_stock(const char *name, enum boot_when when);

/*
 * Whether the drop-ins leave a unit what it is: NAME.d, those of the name cut off behind each of its dashes, and of its
 * type. Yes, or unknown.
 */
struct look bootunit_drop_ins_pass(const char *name, enum boot_when when);

/* Other names of a unit, by links. */
struct bootunit_names {
	bool more; /* there may be others: too many, or not to be looked at */
	size_t count;
	char at[BOOTUNIT_NAMES_MAX][NAME_MAX + 1];
};

/* Those of a unit and its file. */
void bootunit_read_names(const char *name, const char *path, enum boot_when when, struct bootunit_names *names);

#endif
