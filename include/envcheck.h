/* SPDX-License-Identifier: MIT */
#ifndef ENVCHECK_H
#define ENVCHECK_H

#include <stdbool.h>

#include "pattern.h"

struct err;

/*
 * Whether a script whose #! program is env(1) will start and yet fail, as env does not find what it shall run: in the
 * folders that PATH usually names, since the caller's own PATH need not be that of who runs the script. `root` is -1
 * or a folder in which all paths are looked up as after chroot. The kernel gives env all that stands behind it as one
 * word, so "env NAME -u" asks for a program named "NAME -u": then the fix is env's -S, if that env has it, and NAME is
 * found. False where the line sets variables or has other options, or ends in a carriage return (see filekind.h).
 */
bool envcheck_missing(int root, const struct subject *script, struct err *why);

#endif
