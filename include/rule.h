/* SPDX-License-Identifier: MIT */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>

/* Sizes in bytes; the limits are those of fs/binfmt_misc.c. */
enum {
	RULE_LINE_MIN = 11,
	RULE_LINE_MAX = 1920,     /* MAX_REGISTER_LENGTH, a trailing newline included */
	RULE_NAME_MAX = 255,      /* NAME_MAX: the name becomes a file */
	RULE_WINDOW = 256,        /* BINPRM_BUF_SIZE since Linux 5.1, 128 before */
	RULE_TEXT_MAX = 4096,     /* an entry file is one page at most */
	RULE_FLAGS_MAX = 32,      /* letters, with those that only later kernels know */
	RULE_EXTENSION_MAX = 254, /* a dot and this make NAME_MAX: a longer one can match no file */
};

enum rule_type {
	RULE_MAGIC,     /* M */
	RULE_EXTENSION, /* E */
	RULE_BPF,       /* B, kernels that have it */
};

/* One bit a flag letter, in the order in which the kernel reads them back. */
enum rule_flag {
	RULE_P = 1 << 0, /* preserve argv[0] */
	RULE_O = 1 << 1, /* hand over an open descriptor */
	RULE_C = 1 << 2, /* credentials of the program; implies O */
	RULE_F = 1 << 3, /* open the interpreter at registration */
	RULE_T = 1 << 4, /* transparent; implies O, excludes P */
	RULE_L = 1 << 5, /* loader substitution; excludes T P O C */
	RULE_D = 1 << 6, /* born disabled; never read back */
};

/* A handler as it is registered, or as an entry file shows it. No part is on the heap. */
struct rule {
	char name[RULE_NAME_MAX + 1];
	enum rule_type type;
	bool enabled; /* only entries have it; a line's is true unless it has flag D */
	bool has_mask;
	unsigned flags;                  /* enum rule_flag */
	char more_flags[RULE_FLAGS_MAX]; /* letters unknown to this program, as they came */
	size_t offset;                   /* of the magic in the file */
	size_t size;                     /* of magic, and of mask if there is one */
	unsigned char magic[RULE_WINDOW];
	unsigned char mask[RULE_WINDOW];
	char extension[RULE_LINE_MAX];       /* without the dot */
	char interpreter[RULE_LINE_MAX];     /* for type B the handler's name */
	char more_lines[RULE_FLAGS_MAX * 8]; /* entry lines unknown to this program, each with its newline */
};

/* Fill a field from what a user typed. NULL, or the reason why it cannot be held. */
const char *rule_set_name(struct rule *rule, const char *name);
const char *rule_set_interpreter(struct rule *rule, const char *path);
const char *rule_set_extension(struct rule *rule, const char *extension);
const char *rule_set_magic(struct rule *rule, const char *magic, const char *mask); /* mask may be NULL */

/*
 * Every limit that the kernel sets on the fields, and what it accepts but can never work (control
 * bytes, an extension with a dot), each with a reason of its own. NULL: the rule is sound and has
 * a line that fits. What the interpreter's file is like is not looked at (see check.h).
 */
const char *rule_check(const struct rule *rule);

/*
 * The register line of a rule, without a newline or NUL; *len is its length. Magic and mask are
 * written as \xHH throughout, or where that would not fit raw but for the bytes that the kernel
 * would misread. The delimiter is ':' or, where a field holds that, another byte; `file` keeps it
 * printable, as binfmt.d files need it. Returns NULL or the reason why there is no such line.
 */
const char *rule_format_line(const struct rule *rule, bool file, char line[static RULE_LINE_MAX], size_t *len);

/* Reads a register line as the kernel does; at most one trailing newline. NULL or a reason. */
const char *rule_parse_line(struct rule *rule, const char *line, size_t len);

/* The text of a rule's entry file as the kernel shows it. Returns its length, no NUL counted. */
size_t rule_format_entry(const struct rule *rule, char text[static RULE_TEXT_MAX]);

/* Reads an entry file's text; lines and flags of later kernels are kept. NULL or a reason. */
const char *rule_parse_entry(struct rule *rule, const char *name, const char *text, size_t len);

/* Same kind of file, same interpreter, same flags (D and the name aside). An absent mask is one of all ones. */
bool rule_same(const struct rule *a, const struct rule *b);

/* The mask at byte i of the magic: 0xff where there is none. */
unsigned char rule_mask(const struct rule *rule, size_t i);

/*
 * Flag letters to bits, with what they imply (C and T: O). *flags is set only if NULL is returned,
 * otherwise the reason: an unknown letter or a combination that the kernel excludes.
 */
const char *rule_parse_flags(const char *letters, unsigned *flags);

/* Bits to letters in the kernel's order, then `more`; NUL-terminated. */
void rule_format_flags(unsigned flags, const char *more, char letters[static RULE_FLAGS_MAX * 2]);

/* What the kernel makes of flags: C and T imply O. */
unsigned rule_implied(unsigned flags);

/* "7f454c46" or "\x7fELF" to bytes, at most `max`; *len is their number. NULL or a reason. */
const char *rule_parse_bytes(const char *word, unsigned char *bytes, size_t max, size_t *len);

/* Lower-case hex, NUL-terminated: 2 * len + 1 bytes are written to hex. */
void rule_format_hex(const unsigned char *bytes, size_t len, char *hex);

#endif
