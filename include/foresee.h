/* SPDX-License-Identifier: MIT */
#ifndef FORESEE_H
#define FORESEE_H

#include <stdbool.h>
#include <stddef.h>

#include "program.h"

struct err;
struct rootbind;

/* A command in a root that is to be made of the current folder. */
struct foresight {
	const struct rootbind *binds;
	size_t bind_count;
	const char *folder; /* to change to, NULL: none */
	const char *command;
	bool dry; /* nothing comes after that would say of the folder why it cannot be */
};

/* What will be there. */
struct foreseen {
	int found; /* as program_find of the command says */
	struct program program;
	const struct arch *needs; /* of it, or else of the root's shell */
};

/* To be called where newroot_enter is to be. 0, or -1 and *err: the root or the folder in it cannot be had. */
int foresee(const struct foresight *what, struct foreseen *seen, struct err *err);

#endif
