/* SPDX-License-Identifier: MIT */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "binfmt_list.h"
#include "binfmt_open.h"

struct arch;
struct err;

/* What can be seen of a mount at one moment: the switch and the entries. */
struct snapshot {
	struct binfmt b;
	struct binfmt_list list;
	bool switched_on;
	size_t unknown;             /* entries that are not understood */
	const struct entry *riddle; /* the first enabled one of them, NULL: none */
	bool prepared;
	enum binfmt_scope scope; /* where it is prepared, as the next two */
	struct look ours;
	bool read_only;
	size_t temporary_count;
	struct temporary *temporaries; /* entries that changes under way or killed ones have left, sorted by name */
};

/* One live handler as people are shown it: a temporary alone stands for the entry that it replaces. */
struct handler {
	const char *name;
	const struct entry *entry;
	const struct arch *arch; /* by its magic, whatever its name; NULL if unknown */
	bool leftover;           /* a temporary that no run is at work on */
};

/* Opens and lists. 0, or -1 and *err: then nothing is open. */
int snapshot_open(struct snapshot *s, const char *dir, struct err *err);
void snapshot_close(struct snapshot *s);

/* To be called before a pass that asks something of each entry: what it would ask again and again is asked once. */
void snapshot_prepare(struct snapshot *s);

/* As binfmt_scope, and as ours_is. */
enum binfmt_scope snapshot_scope(const struct snapshot *s);
struct look snapshot_ours(const struct snapshot *s);

/* Whether the mount is known to be read-only. */
bool snapshot_read_only(const struct snapshot *s);

/* The i-th listed entry as a handler, a temporary under the name that it stands for. */
struct handler snapshot_handler(const struct snapshot *s, size_t i);

/* The same; false for a temporary beside its entry, which people are not shown. */
bool snapshot_listed(const struct snapshot *s, size_t i, struct handler *handler);

/* The same; false also for an entry that is not understood: all that is known of it is its name and whether it is
 * enabled. */
bool snapshot_shown(const struct snapshot *s, size_t i, struct handler *handler);

#endif
