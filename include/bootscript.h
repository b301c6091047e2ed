/* SPDX-License-Identifier: MIT */
#ifndef BOOTSCRIPT_H
#define BOOTSCRIPT_H

#include "look.h"

/* Whether the script of a service can be started: a file that is executable, links followed. */
struct look bootscript_starts(const char *path);

/*
 * Whether a script that is started loads binfmt.d by our own program, as those in man/examples do. Unknown where that
 * is not what it says, word for word; no where it, or the program that it names, cannot be run.
 */
struct look bootscript_loads(const char *path);

#endif
