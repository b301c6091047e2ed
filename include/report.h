/* SPDX-License-Identifier: MIT */
#ifndef REPORT_H
#define REPORT_H

#include "command.h"

struct err;
struct handler;
struct planned_write;
struct snapshot;
struct warnings;

/* Prints the reason and the usage line (with --json also an empty document); returns EXIT_USAGE. */
__attribute__((format(printf, 3, 4))) int report_usage(const struct cmd *cmd, const struct args *args, const char *fmt,
						       ...);

/* Reports a failure of the whole command, with --json as {KEY: [], "error": ...}. Returns err->status. */
int report_fail(const struct cmd *cmd, const struct args *args, const struct err *err);

/*
 * The frame of a command's JSON document: opens the object and the list of its key, behind the
 * members of `s` if that is not NULL. Without --json both do nothing.
 */
void report_begin(const struct cmd *cmd, const struct args *args, const struct snapshot *s);
void report_end(const struct args *args);

/* What became of one entry. */
enum outcome {
	OUT_REGISTERED,
	OUT_UNCHANGED,
	OUT_REPLACED,
	OUT_REMOVED,
	OUT_ENABLED,
	OUT_DISABLED,
	OUT_REFRESHED,
	OUT_SKIPPED,
	OUT_FAILED,
};

struct result {
	const char *name;
	enum outcome outcome;
	const char *detail;    /* or NULL; what OUT_FAILED and OUT_SKIPPED say is in err */
	const struct err *err; /* of OUT_FAILED and OUT_SKIPPED */
	const struct warnings *warnings;
	const struct planned_write *writes; /* of a dry run, NULL: none */
};

void report_result(const struct args *args, const struct result *result);

/* The writes of a dry run, as lines or as the JSON member "writes". */
void report_writes(const struct args *args, const struct planned_write *writes);

/* The JSON members that list and status give of an entry; null but for its name where it is not understood. */
void report_handler(const struct handler *handler);

/* Says which entries of the snapshot are not understood. */
void report_unknown(const struct snapshot *s);

#endif
