/* SPDX-License-Identifier: MIT */
/* Small ELF programs for the host's own kernel: sound ones with or without a loader, and what is left when they break.
 */
#ifndef ELFMAKER_H
#define ELFMAKER_H

#include <stdbool.h>
#include <stddef.h>

struct arch;

enum { ELFMAKER_MAX = 80000 };

struct elfmaker {
	const struct arch *arch; /* its code exits with 42 */
	bool shared;             /* ET_DYN */
	bool stack;              /* PT_GNU_STACK is there, not executable */
	bool data;               /* a segment of data with more zeros behind it, on a page of its own */
	const char *loader;      /* NULL: none */
};

/* Returns its size. */
size_t elfmaker_build(const struct elfmaker *maker, unsigned char elf[static ELFMAKER_MAX]);

/* Breaks one thing at random; returns the new size. */
size_t elfmaker_break(const struct elfmaker *maker, unsigned char elf[static ELFMAKER_MAX], size_t size);

#endif
