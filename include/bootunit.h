/* SPDX-License-Identifier: MIT */
#ifndef BOOTUNIT_H
#define BOOTUNIT_H

#include <stdbool.h>

#include "bootfolder.h"

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

/* The same of those of the other names of a unit, by links to its file; *named: it has some. */
struct look bootunit_aliases_pass(const char *name, const char *path, enum boot_when when, bool *named);

#endif
