/* SPDX-License-Identifier: MIT */
#ifndef OURS_H
#define OURS_H

#include <stdbool.h>

#include "look.h"

struct binfmt;

/*
 * Whether an opened mount shows the instance that decides what this process executes, so that a probe says something of
 * its entries. The usual place is taken for it, but in the mount namespace of a user namespace below ours; another (-d)
 * is if it shows the same instance, or one of our user namespace while the usual place shows none of that.
 * LOOK_UNKNOWN: it may be that of another namespace.
 */
struct look ours_is(const struct binfmt *b);

/* Whether that is known, and no instance that cannot be seen is in force instead. */
bool ours_surely(const struct binfmt *b);

#endif
