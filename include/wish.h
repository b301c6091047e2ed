/* SPDX-License-Identifier: MIT */
#ifndef WISH_H
#define WISH_H

#include <stdbool.h>
#include <stddef.h>

/* Options that a command has, so that it may be told to use them. */
enum wish_advice { WISH_INTERPRETER = 1, WISH_DIR = 2, WISH_FORCE = 4 };

/* What the user says of a handler; NULL: nothing. */
struct wish {
	const char *name, *flags, *interpreter;
	const char *const *dirs; /* where to look for interpreters first */
	size_t dir_count;
	bool force;      /* where it cannot be told whether this machine runs the programs itself */
	unsigned advice; /* enum wish_advice */
};

#endif
