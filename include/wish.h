/* SPDX-License-Identifier: MIT */
#ifndef WISH_H
#define WISH_H

#include <stdbool.h>
#include <stddef.h>

/* What the user says of a handler; NULL: nothing. */
struct wish {
	const char *name, *flags, *interpreter;
	const char *const *dirs; /* where to look for interpreters first */
	size_t dir_count;
	bool force; /* where it cannot be told whether this machine runs the programs itself */
};

#endif
