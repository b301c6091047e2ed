/* SPDX-License-Identifier: MIT */
#ifndef NEIGHBOURS_H
#define NEIGHBOURS_H

#include <sys/types.h>

#include "look.h"

/*
 * Of the processes that are seen in /proc, which are all that are in a container with a /proc of its own, and end with
 * it. Both look at every thread, as each may be in a mount namespace of its own and have files of its own.
 */

/* Whether one of them has the file system `instance` mounted in a mount namespace other than ours. */
struct look neighbours_mount(dev_t instance);

/*
 * Whether one of them holds it by a file, a working folder or a root folder in it, which no mount need show: it may
 * have been unmounted lazily. A mount namespace that is held open without a process in it is LOOK_UNKNOWN. Opens one
 * folder and looks at one file for each descriptor of all.
 */
struct look neighbours_open(dev_t instance);

#endif
