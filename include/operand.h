/* SPDX-License-Identifier: MIT */
#ifndef OPERAND_H
#define OPERAND_H

#include <stdbool.h>

#include "arch.h"

struct binfmt_list;
struct err;

/* A word of the command line that names an entry or an architecture. */
struct operand {
	const char *word;
	bool literal; /* by --entry: only an entry of this very name */
};

/* The word that stands for all architectures, or all their entries. */
bool operand_is_all(const struct operand *operand);

/*
 * The rows that a word names; their number. 0 and *err (ERR_UNKNOWN, with the nearest names) where no
 * architecture is called so.
 */
size_t operand_archs(const char *word, const struct arch *rows[static ARCH_GROUP_MAX], struct err *err);

/* The rows that have a live entry of their default name; their number. */
size_t operand_all(const struct binfmt_list *list, const struct arch *rows[static ARCH_ROWS_MAX]);

/*
 * The row that an operand is about, were it live or not: an architecture, or the default name of one's entry (only
 * that, where it is literal). NULL: none.
 */
const struct arch *operand_arch(const struct operand *operand);

/*
 * The names of the live entries that an operand means, and their number: for `all` those of
 * operand_all, else the one of that name, or where there is none and it is not literal, those of the
 * architecture that it names. They point into the list and the operand. -1 with ERR_MISSING if there
 * is none (but for `all`); the nearest names are told of a word that is no known one.
 */
int operand_entries(const struct binfmt_list *list, const struct operand *operand,
		    const char *names[static ARCH_ROWS_MAX], struct err *err);

/*
 * Which entries of the list the operands mean, or all where there are none: one flag an entry, to be freed. Each that
 * means none is given to `missing`. NULL: no memory.
 */
bool *operand_marks(const struct binfmt_list *list, const struct operand *operands, size_t count,
		    void (*missing)(void *arg, const struct operand *operand, struct err *err), void *arg);

#endif
