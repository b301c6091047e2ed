/* SPDX-License-Identifier: MIT */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>

struct rule;

/*
 * Every limit that the kernel sets on the fields, and what it accepts but can never work (control
 * bytes, an extension with a dot), each with a reason of its own. NULL: the rule is sound and has
 * a line that fits. What the interpreter's file is like is not looked at (see check.h).
 */
const char *limit_check(const struct rule *rule);

/* Whether no entry can have this name: empty, too long, a path, or a file of binfmt_misc itself. */
bool limit_reserved(const char *name);

#endif
