/* SPDX-License-Identifier: MIT */
#ifndef NATIVE_START_H
#define NATIVE_START_H

#include <stdbool.h>

struct native;

enum native_part { NATIVE_ALONE, NATIVE_WITH_LOADER, NATIVE_LOADER };

enum native_start {
	NATIVE_STARTS,
	NATIVE_DIES,   /* the kernel kills it when exec cannot go back any more, or its first instruction is nowhere */
	NATIVE_ODD,    /* damaged so that it depends on the machine and on chance */
	NATIVE_UNSEEN, /* its program headers cannot be read */
};

/*
 * What becomes of a program, or of its loader, once exec cannot fail any more: its segments are mapped, and one of the
 * two starts. *strict: only what is marked so is executed; the program says that, of its loader too. *cut_off is set if
 * the file ends before its segments do, so that it may die later.
 */
enum native_start native_start(const struct native *elf, enum native_part part, bool *strict, bool *cut_off,
			       const char **reason);

#endif
