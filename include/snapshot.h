/* SPDX-License-Identifier: MIT */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "binfmt.h"

struct arch;
struct args;
struct cmd;
struct err;
struct rule;

/* One live entry as people are shown it: a temporary alone stands for the entry that it replaces. */
struct handler {
	const char *name;
	const struct rule *rule;
	const struct binfmt_entry *entry;
	const struct arch *arch; /* by its magic, whatever its name; NULL if unknown */
	bool leftover;           /* a temporary that no run is at work on */
};

/* What list, status and match show: the mount, its switch and its entries at one moment. */
struct snapshot {
	struct binfmt b;
	struct binfmt_list list;
	bool switched_on;
	size_t temporary_count;
	const char **temporaries; /* names of the entries that changes under way or killed ones have left */
	bool complete;            /* every entry was understood */
};

/* Opens and lists. 0, or -1 and *err: then nothing is open. */
int snapshot_read(struct snapshot *s, const struct args *args, struct err *err);

/* The same for a command: EXIT_DONE, or the exit status of a failure that was reported; then nothing is open. */
int snapshot_open(struct snapshot *s, const struct cmd *cmd, const struct args *args);
void snapshot_close(struct snapshot *s);

/* Whether there is a mount to look at here at all. */
bool snapshot_visible(const struct args *args);

/* The i-th listed entry as a view, a temporary under the name that it stands for. Its rule must be known. */
void snapshot_show(const struct snapshot *s, size_t i, struct handler *view);

/* The i-th listed entry as a view; false for one that is not shown (a temporary beside its entry, an unknown text). */
bool snapshot_handler(const struct snapshot *s, size_t i, struct handler *view);

/* The JSON members that list and status have in common, of the document and of an entry. */
void snapshot_json(const struct snapshot *s);
void report_handler(const struct handler *view);

/* The architecture that a rule is for, NULL if none of the table. */
const struct arch *arch_of_handler(const struct rule *rule);

#endif
