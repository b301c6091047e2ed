/* SPDX-License-Identifier: MIT */
#ifndef FILEKIND_H
#define FILEKIND_H

#include <stdbool.h>
#include <stdint.h>

#include "pattern.h"

struct err;

/* A format, and what to do about a file of it. All texts are static. */
struct filekind {
	const char *what;    /* "a Java class file" */
	const char *hint;    /* what usually runs it, or what is wrong with it; NULL: nothing to add */
	const char *command; /* a command that helps, all but its last word, the file; NULL: none does */
};

/*
 * The format of a file that is neither an ELF file (see elfkind.h) nor starts with #!, by its first bytes, its
 * size in bytes and the extension of its path. Never NULL: the last format is one that is not known.
 */
const struct filekind *filekind_of(const struct subject *file, uint64_t size);

/* The same in words: "WHAT: HINT", and the command as the fix where the path can be pasted. */
void filekind_explain(const struct subject *file, uint64_t size, struct err *why);

/*
 * Whether a #! line holds a carriage return, which the kernel takes for a part of the interpreter's name or of its
 * argument; then why says so, with the command that takes it away.
 */
bool filekind_carriage_return(const struct subject *file, uint64_t size, struct err *why);

#endif
