/* SPDX-License-Identifier: MIT */
#ifndef FORESEE_H
#define FORESEE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "program.h"

struct newroot_bind;

/* A command in a root that is to be made of the current folder. */
struct foresight {
	const char *root; /* to people */
	const struct newroot_bind *binds;
	size_t bind_count;
	const char *folder; /* to change to, NULL: none */
	const char *command;
	bool dry; /* no place of a bind is made */
};

/* What will be there. */
struct foreseen {
	struct err err; /* why the root cannot be; ERR_NONE: it can */
	int found;      /* as program_find of the command says, without /proc, /dev and /sys of the new root */
	struct program program;
	const struct arch *needs; /* of it, or else of the root's shell */
};

/*
 * Looks at it by a child in a mount namespace of its own, where the binds are placed. To be called where newroot_enter
 * is to be. NULL with errno: no process for it. The result lasts.
 */
const struct foreseen *foresee(const struct foresight *what);

#endif
