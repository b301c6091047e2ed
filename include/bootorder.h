/* SPDX-License-Identifier: MIT */
#ifndef BOOTORDER_H
#define BOOTORDER_H

#include <stddef.h>

struct snapshot;

/*
 * When an entry is registered at boot: numbers rise in that order. BOOTORDER_ANY: by a service that may be started
 * before or after the others.
 */
enum { BOOTORDER_NEVER = -1, BOOTORDER_ANY = -2 };

struct bootorder_place {
	long turn;
	long last; /* for bootorder_examine */
};

/* Two enabled entries (by number) that take some file both; the first of them wins it now. */
enum bootorder_end {
	BOOTORDER_LATER,   /* after a reboot the other will, which is registered later */
	BOOTORDER_UNKNOWN, /* which will after a reboot is not known */
};
typedef void bootorder_tell(void *arg, enum bootorder_end end, size_t first, size_t other);

/*
 * Tells for each entry of the snapshot the one that takes its files after a reboot, or may, if there is one. `places`
 * are theirs, in the order of the list.
 */
void bootorder_examine(const struct snapshot *s, struct bootorder_place *places, bootorder_tell *tell, void *arg);

#endif
