/* SPDX-License-Identifier: MIT */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "pattern.h"

/* Sizes in bytes; the limits are those of fs/binfmt_misc.c. */
enum {
	RULE_LINE_MIN = 11,
	RULE_LINE_MAX = 1920,     /* MAX_REGISTER_LENGTH, a trailing newline included */
	RULE_NAME_MAX = 255,      /* NAME_MAX: the name becomes a file */
	RULE_EXTENSION_MAX = 254, /* a dot and this make NAME_MAX: a longer one can match no file */
	RULE_FLAGS_MAX = 64,      /* room for flag letters as text, with those that only later kernels know */
};

/* One bit a flag letter, in the order in which the kernel reads them back. */
enum rule_flag {
	RULE_P = 1 << 0, /* preserve argv[0] */
	RULE_O = 1 << 1, /* pass the program as an open file */
	RULE_C = 1 << 2, /* credentials of the program; implies O */
	RULE_F = 1 << 3, /* open the interpreter at registration */
	RULE_T = 1 << 4, /* transparent; implies O, excludes P */
	RULE_L = 1 << 5, /* loader substitution; excludes T P O C */
	RULE_D = 1 << 6, /* born disabled; never read back */
};

/* A handler as it is registered: a view on text that lives where it was read or typed. */
struct rule {
	const char *name;
	struct pattern pattern;
	const char *interpreter; /* for PATTERN_BPF the handler's name */
	unsigned flags;          /* enum rule_flag */
	const char *more_flags;  /* letters unknown to this program, as they came; NULL: none */
};

/* The same files, interpreter and flags (D and the name aside). */
bool rule_same(const struct rule *a, const struct rule *b);

/* The same interpreter and flags (D aside): what is taken by either is run alike. */
bool rule_same_run(const struct rule *a, const struct rule *b);

/*
 * Flag letters to bits, with what they imply (C and T: O). *flags is set only if NULL is returned,
 * otherwise the reason: an unknown letter or a combination that the kernel excludes.
 */
const char *rule_parse_flags(const char *letters, unsigned *flags);

/* Bits to letters in the kernel's order, then `more` (may be NULL); NUL-terminated. */
void rule_format_flags(unsigned flags, const char *more, char letters[static RULE_FLAGS_MAX]);

/* What the kernel makes of flags: C and T imply O. */
unsigned rule_implied(unsigned flags);

/* Why the kernel takes no such combination of flags, or NULL. */
const char *rule_check_flags(unsigned flags);

#endif
