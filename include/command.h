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
	OPERANDS_COMMAND,
	OPERANDS_PROGRAM, /* a program to run, and its arguments: no option of ours stands behind its name */
};

enum { COMMAND_TEXT_MAX = 1280 };

/* A command: dispatch, usage, --help, completions and the tests of the man page read this table. */
struct cmd {
	const char *name;
	const char *args; /* of the usage line; lines of several forms are separated by '\n' */
	const char *help; /* one line */
	const char *key;  /* of its JSON document's list; NULL: it has none */
	enum operands operands;
	int failure;  /* the exit status of wrong usage and its own failures; 0: the usual ones */
	bool by_name; /* it changes entries by their names; their texts are read for JSON alone */
	const struct opt *opts;
	int (*run)(const struct cmd *cmd, struct args *args); /* returns the exit status */
	const char *globals;                                  /* letters of the global options that do something here */
	const char *quiet;                                    /* what -q does here, if not what it does everywhere */
	const char *verbose;                                  /* the same of -v */
	const char *example;                                  /* a line to type */
	const char *exits;                                    /* what its exit statuses say */
};

/* The command of this name in a table; NULL: there is none. */
const struct cmd *command_find(const struct cmd *table, const char *name);

/*
 * Reads a command line into args, but for argv[0]: *cmd is its command, NULL: it has none. NULL, or what is wrong with
 * it, in a static buffer.
 */
const char *command_read(const struct cmd *table, int argc, char *argv[], struct args *args, const struct cmd **cmd);

/* "unknown command 'ls'", with the command that another tool calls so, or the nearest names. Returns text. */
const char *command_unknown(const struct cmd *table, const char *name, char text[static COMMAND_TEXT_MAX]);

/* Whether its operands may be joined by commas: names do not often have one, and --entry takes those; files do. */
bool command_joins(const struct cmd *cmd);

#endif
