/* SPDX-License-Identifier: MIT */
#ifndef ENTRY_H
#define ENTRY_H

#include <sys/types.h>
#include <time.h>

#include "rule.h"

struct arena;

/* An entry's text is shorter; only a BPF one may be longer, and is read as far as this. */
enum { ENTRY_TEXT_MAX = 4096 };

/* A live rule, as its entry file shows it. */
struct entry {
	struct rule rule;
	const char *reason;         /* why the text is not understood; NULL: it is */
	const char *more;           /* the bpf-interpreter lines of a BPF one, each with its newline; "" if none */
	struct timespec registered; /* zero, as the inode, where the file was not asked for it */
	ino_t inode;                /* of its file: every registration gets another one */
	bool enabled;               /* by the first line, also where the rest is not understood */
	bool leaving;               /* the run at work replaces it by a rule for other files */
	bool absent;                /* not live: the run at work has yet to register it, or has replaced it */
};

/*
 * Reads an entry file's text. The entry points to the name and into the text, whose bytes are
 * changed: it needs room for len + 1. Flags of later kernels are kept, but no line is passed over. NULL, or
 * the reason, which entry->reason holds too; then of the rule only the name is set, and its pattern is PATTERN_UNKNOWN.
 */
const char *entry_parse(struct entry *entry, const char *name, char *text, size_t len);

/* Makes a parsed entry point to copies in an arena, so that its text can go; the name stays. -1: no memory. */
int entry_keep(struct entry *entry, struct arena *arena);

/* The text of an entry's file as the kernel shows it; `more` may be NULL. Returns its length, no NUL counted. */
size_t entry_format(const struct entry *entry, char text[static ENTRY_TEXT_MAX]);

#endif
