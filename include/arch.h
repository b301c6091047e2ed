/* SPDX-License-Identifier: MIT */
#ifndef ARCH_H
#define ARCH_H

#include <stddef.h>
#include <stdint.h>

#include "rule.h"

/* No row's magic is longer than this: an ELF64 header up to and including e_flags is 52 bytes. */
enum { ARCH_MAGIC_MAX = 52, ARCH_GROUP_MAX = 2, ARCH_ROWS_MAX = 64 };

/* One file of magic/. All pointers are to static storage; lists end with NULL. */
struct arch {
	const char *name;           /* the file's name: "aarch64" */
	const char *group;          /* an operand that means this row too ("microblaze"), or NULL */
	const char *const *aliases; /* Debian, OCI platform, GOARCH, uname -m, Rust */
	const char *const *natives; /* patterns (* and ?) of `uname -m` that may run it themselves */
	const char *interpreter;    /* base name without "-static": "qemu-aarch64" */
	const unsigned char *magic; /* rule at offset 0, already reduced by mask */
	const unsigned char *mask;
	size_t size;                /* bytes in each of magic and mask */
	const unsigned char *probe; /* machine code of exit(42) */
	size_t probe_size;          /* bytes */
	uint32_t e_flags;           /* of the probe's ELF header */
};

/* The table that magic/ compiles to, sorted by name (strcmp order). */
extern const struct arch arch_table[];
extern const size_t arch_count;

/*
 * The row that a word names: its own name first, then an alias. NULL if none does.
 * Case matters, as it does in Debian, OCI and GOARCH names.
 */
const struct arch *arch_find(const char *word);

/*
 * All rows that an operand means, the named one first, then those with that group: `microblaze`
 * means two, as linkers of different age write different e_machine numbers. Returns the count,
 * 0 if the word is unknown, at most ARCH_GROUP_MAX.
 */
size_t arch_select(const char *word, const struct arch *rows[static ARCH_GROUP_MAX]);

/* The pattern of a row's programs; it points to the row. */
struct pattern arch_pattern(const struct arch *arch);

/* The default name of an architecture's entry: "qemu-aarch64". */
void arch_entry_name(const struct arch *arch, char name[static RULE_NAME_MAX + 1]);

/* The row whose default name this is, NULL: none. */
const struct arch *arch_of_entry_name(const char *name);

/*
 * The row whose programs a pattern is meant for, whoever wrote it: class, byte order and the low
 * byte of e_machine must be wanted by it, and nothing that it wants may differ from the row.
 * NULL where it says too little or is no ELF magic.
 */
const struct arch *arch_of_pattern(const struct pattern *pattern);

/* The row whose magic and mask match these first bytes of a file (shorter ones count as zero-padded), or NULL. */
const struct arch *arch_of_header(const unsigned char *head, size_t size);

struct suggest;

/* Offers every name and alias as what an unknown word may have meant. */
void arch_suggest(struct suggest *suggest);

#endif
