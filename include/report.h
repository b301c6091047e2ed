/* SPDX-License-Identifier: MIT */
#ifndef REPORT_H
#define REPORT_H

#include "command.h"

struct err;
struct handler;
struct persist;
struct planned_write;
struct rule;
struct snapshot;
struct warnings;

/* Prints the reason and the usage line (with --json also an empty document); returns EXIT_USAGE. */
__attribute__((format(printf, 3, 4))) int report_usage(const struct cmd *cmd, const struct args *args, const char *fmt,
						       ...);

/* Reports a failure of the whole command, with --json as an empty document with its "error". Returns err->status. */
int report_fail(const struct cmd *cmd, const struct args *args, const struct err *err);

/* The same where people have been told why already: only the document is left. */
int report_told(const struct cmd *cmd, const struct args *args, const struct err *err);

/*
 * What concerns the run as a whole: it goes to standard error at once, and into the document when that ends
 * ("warnings", and the first error as "error"). The object may be NULL.
 */
__attribute__((format(printf, 2, 3))) void report_warning(const char *object, const char *fmt, ...);
void report_error(const char *object, const struct err *err);

/* The document's "error" alone: people have been told otherwise. */
void report_keep_error(const struct err *err);

/*
 * The frame of a command's JSON document. report_begin opens the object and the list of its key, behind what it says
 * of the mount; report_more ends the list, for more members; report_end ends all. Without --json they do nothing.
 */
void report_begin(const struct cmd *cmd, const struct args *args, const struct snapshot *s);
void report_more(const struct args *args);
void report_end(const struct args *args);

/* What became of one entry. */
enum outcome {
	OUT_REGISTERED,
	OUT_UNCHANGED,
	OUT_REPLACED,
	OUT_PERSISTED, /* the entry was as asked for, and its file was written */
	OUT_REMOVED,
	OUT_ENABLED,
	OUT_DISABLED,
	OUT_REFRESHED,
	OUT_SKIPPED,
	OUT_FAILED,
};

struct result {
	const char *name;
	const char *place; /* "FILE:LINE" that asks for it, NULL: the command line does */
	enum outcome outcome;
	const char *detail;    /* or NULL; what OUT_FAILED and OUT_SKIPPED say is in err */
	const struct err *err; /* of OUT_FAILED and OUT_SKIPPED */
	const struct warnings *warnings;
	const struct rule *rule;            /* the handler that it is about, NULL: none, or not known */
	const struct persist *file;         /* its binfmt.d file, NULL: that was not asked for */
	const struct planned_write *writes; /* of a dry run, NULL: none */
};

void report_result(const struct args *args, const struct result *result);

/* The writes of a dry run, as lines or as the JSON member "writes". */
void report_writes(const struct args *args, const struct planned_write *writes);

/* The JSON members that list and status give of an entry; null but for its name where it is not understood. */
void report_handler(const struct handler *handler);

/* Says which entries of the snapshot are not understood: errors, or warnings where the result does not rest on them. */
void report_unknown(const struct snapshot *s, bool errors);

#endif
