/* SPDX-License-Identifier: MIT */
#ifndef COMMAND_H
#define COMMAND_H

#include "opt.h"

/* What the operands of a command name; the completions look it up. */
enum operands {
	OPERANDS_NONE,
	OPERANDS_ARCH,
	OPERANDS_ENTRY, /* or an architecture that means entries */
	OPERANDS_FILE,
	OPERANDS_SHELL,
};

/* A command: dispatch, usage, --help, completions and the tests of the man page read this table. */
struct cmd {
	const char *name;
	const char *args; /* of the usage line; lines of several forms are separated by '\n' */
	const char *help; /* one line */
	const char *key;  /* of its JSON document's list */
	enum operands operands;
	const struct opt *opts;
	int (*run)(const struct cmd *cmd, struct args *args); /* returns the exit status */
};

#endif
