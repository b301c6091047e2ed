/* SPDX-License-Identifier: MIT */
#ifndef BOOTFOLDER_H
#define BOOTFOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "look.h"

enum { BOOTFOLDERS = 13, BOOTFOLDER_MAX = 128, BOOTFOLDER_TEXT_MAX = 16384, BOOTUNIT_PATH_MAX = 256 };

/* What lies below /run counts now, and is gone at the next boot. */
enum boot_when { BOOT_NOW, BOOT_NEXT };

/* Generators write theirs again at each boot. */
enum bootfolder_stays { BOOTFOLDER_STAYS, BOOTFOLDER_STOCK, BOOTFOLDER_GOES, BOOTFOLDER_GENERATED };

struct bootfolder {
	const char *path;
	enum bootfolder_stays stays;
};

/*
 * Where systemd looks for units, the first wins; of the distribution's two folders, where they are two, /lib is
 * systemd's own.
 */
extern const struct bootfolder bootfolders[BOOTFOLDERS];

/* Whether what a folder, by its number, has counts then. */
bool bootfolder_counts(size_t folder, enum boot_when when);

/*
 * Whether what a path leads to says anything; no: it is not there either. Unknown for a link to nothing by whose name
 * there is another unit.
 */
struct look bootfolder_says_anything(const char *path);

/* The text of a file, until the next one is asked for; NULL: it is none, it is longer, or it cannot be read. */
char *bootfolder_text(const char *path);

/* Whether a file's name is longer than its end, which is this. */
bool bootfolder_ends_in(const char *name, const char *end);

/* The first file of this name, and in which folder; NO: there is none, UNKNOWN: that cannot be told. */
struct look bootfolder_find(const char *name, enum boot_when when, char path[static BOOTUNIT_PATH_MAX], size_t *folder);

#endif
