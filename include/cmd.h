/* SPDX-License-Identifier: MIT */
#ifndef CMD_H
#define CMD_H

#include "opt.h"

struct err;

#define BINFMTCTL_VERSION "0.1.0"

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

/* Ends with an empty one. */
extern const struct cmd cmd_table[];

/* Prints the reason and the usage line (with --json also an empty document); returns EXIT_USAGE. */
__attribute__((format(printf, 3, 4))) int report_usage(const struct cmd *cmd, const struct args *args, const char *fmt,
						       ...);

/* Reports a failure of the whole command, with --json as {KEY: [], "error": ...}. Returns err->status. */
int report_fail(const struct cmd *cmd, const struct args *args, const char *object, const struct err *err);

int cmd_register(const struct cmd *cmd, struct args *args);
int cmd_remove(const struct cmd *cmd, struct args *args);
int cmd_enable(const struct cmd *cmd, struct args *args); /* and disable */
int cmd_list(const struct cmd *cmd, struct args *args);
int cmd_status(const struct cmd *cmd, struct args *args);
int cmd_match(const struct cmd *cmd, struct args *args);
int cmd_test(const struct cmd *cmd, struct args *args);
int cmd_refresh(const struct cmd *cmd, struct args *args);
int cmd_doctor(const struct cmd *cmd, struct args *args);
int cmd_completion(const struct cmd *cmd, struct args *args);

extern const struct opt register_opts[], remove_opts[], enable_opts[], disable_opts[], list_opts[], status_opts[],
    match_opts[], test_opts[], refresh_opts[], doctor_opts[], completion_opts[];

#endif
