/* SPDX-License-Identifier: MIT */
/* Rows of tests: programs that run foreign programs, each through handlers that binfmtctl registered. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>

struct run;

struct client {
	const char *name;
	const char *programs; /* what the line needs of this machine, a blank between two */
	const char *flags;    /* of the handler of arm64, NULL: there is none */
	const char *line;     /* for sh; $ROOT is a tree of arm64, $PLACE a folder for what it makes */
	int status;
	const char *out;     /* a piece of what it prints */
	void (*needs)(void); /* what else; it skips. May be NULL */
};

/* Each row as a test of its own, in a room. Returns what main returns. */
#define clients_run(rows) clients_run_tests(#rows, rows, LENGTH(rows))
int clients_run_tests(const char *name, const struct client *rows, size_t count);

/* A line for sh, with all folders of programs in PATH, and HOME a fresh one of root's. It may take an hour. */
const struct run *client_shell(const char *line);

/* Skips where programs of arm64 are emulated by nothing, or by nothing in a tree. */
void client_need_emulator(void);

/* Skips where a program is not there. */
void client_need(const char *programs);

#endif
