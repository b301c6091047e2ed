/* SPDX-License-Identifier: MIT */
#ifndef BOOTALL_H
#define BOOTALL_H

#include <stdbool.h>

#include "look.h"

struct arch;
struct boot;
struct boot_step;
struct err;

/* Whether a step registers the row of an architecture. */
typedef bool bootall_succeeds(const struct boot *boot, const struct boot_step *step, const struct arch *arch);

/* What `register all` of our own unit does with an architecture, after the lines of binfmt.d. */
struct bootall {
	bool known;      /* false: what it finds in the table, or installed, is not */
	struct look put; /* its rule is put in place; unknown too where its entry may have to stay */
};

/*
 * Plans as `register all` does (takeover.h), over the table that the lines make. Not put: *why. `succeeds` is asked of
 * rows that have to be there before; NULL: no such row is waited for.
 */
struct bootall bootall_examine(const struct boot *boot, const struct boot_step *step, const struct arch *arch,
			       bootall_succeeds *succeeds, struct err *why);

#endif
