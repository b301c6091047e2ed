/* SPDX-License-Identifier: MIT */
#ifndef BOOTSCRIPT_H
#define BOOTSCRIPT_H

#include "look.h"

/* Whether the script of a service can be started: a file that is executable, links followed. */
struct look bootscript_starts(const char *path);

/* Whether a program runs at boot, with no handler and as root: the file, and what it asks for. */
struct look bootscript_runs(const char *path);

/*
 * Whether a script that is started loads binfmt.d by our own program. Unknown where it is neither one of those in
 * man/examples, whatever its comments, nor one that does nothing else; no where it, or the program that it names,
 * cannot be run.
 */
struct look bootscript_loads(const char *path);

#endif
