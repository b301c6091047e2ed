/* SPDX-License-Identifier: MIT */
#ifndef BOOTUNIT_H
#define BOOTUNIT_H

#include "look.h"

enum { BOOTUNIT_PATH_MAX = 256 };

/* What lies below /run counts now, and is gone at the next boot. */
enum bootunit_when { BOOTUNIT_NOW, BOOTUNIT_NEXT };

/*
 * Whether systemd has a unit of this name (systemd.unit(5)), and its file: the first of all folders counts, and one
 * that is empty, a device or a link to nothing masks it. Unknown where what is there is not understood: a drop-in that
 * changes it, an alias, what a generator wrote.
 */
struct look bootunit_find(const char *name, enum bootunit_when when, char path[static BOOTUNIT_PATH_MAX]);

/* The same, where it is the distribution's own; another of its name may do anything. */
struct look bootunit_is_stock(const char *name, enum bootunit_when when);

/*
 * Whether a target that every boot reaches pulls it in: the link that says so, with unknown too where other units pull
 * it in. Other than a link there counts for nothing.
 */
struct look bootunit_is_wanted(const char *name, char link[static BOOTUNIT_PATH_MAX]);

#endif
