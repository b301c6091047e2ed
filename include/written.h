/* SPDX-License-Identifier: MIT */
#ifndef WRITTEN_H
#define WRITTEN_H

#include <stdbool.h>
#include <stddef.h>

struct rule;

/* What reads the text of a rule. */
enum written_as {
	WRITTEN_BINFMT_D,       /* systemd-binfmt: a line of a file */
	WRITTEN_UPDATE_BINFMTS, /* update-binfmts --import: a file of the entry's name */
	WRITTEN_REGISTER,       /* the kernel: a line for its file register */
	WRITTEN_UNKNOWN,
};

enum {
	WRITTEN_MAX = 8192
}; /* bytes; a line of the kernel has 1920 at most, a magic and a mask are four times as long */

/* By its name, which is that of --format; WRITTEN_UNKNOWN: there is no such one. */
enum written_as written_find(const char *name);

/*
 * The text that gives this rule again, with its last newline and a NUL. NULL, or why the format has none: what it
 * cannot say is not left out.
 */
const char *written_rule(const struct rule *rule, enum written_as as, char text[static WRITTEN_MAX]);

#endif
