/* SPDX-License-Identifier: MIT */
#ifndef TAKEOVER_H
#define TAKEOVER_H

#include "arch.h"

struct binfmt_list;
struct entry;

/* What `register all` does with an architecture. */
enum takeover_fate {
	TAKEOVER_NONE,    /* nothing: it was not asked for */
	TAKEOVER_HANDLED, /* nothing: entry `other` takes its programs */
	TAKEOVER_DOUBT,   /* nothing: entry `other` may take any file, so it may be handled */
	TAKEOVER_PUT,     /* its rule is registered, in place of the entry of its name if there is one */
	TAKEOVER_KEEP, /* the entry of its name takes its programs, and more that nothing else would: its magic stays */
	TAKEOVER_BLOCKED, /* nothing: the entry of its name takes other files, which nothing else would */
};

struct takeover_row {
	enum takeover_fate fate;
	const struct entry *own;   /* the live entry of its name, or NULL */
	const struct entry *other; /* see there */
	bool asked, fixed, put, placed;
};

/*
 * A plan over the table as it will be when all is done, so that what is handled before is handled after, and at every
 * moment between, and a second run finds nothing to do. Rows are those of arch_table.
 */
struct takeover {
	struct binfmt_list *list;
	bool replaces; /* entries that differ; false with --keep */
	bool enabled;  /* new entries are; false where they are born disabled */
	struct takeover_row rows[ARCH_ROWS_MAX];
	size_t order[ARCH_ROWS_MAX]; /* in which the rows are to be gone through; all are in it */
};

/*
 * Plans for the rows that are `asked`, and marks the entries that are leaving. Of the fields, the two bools, `asked`
 * and the list are to be set before.
 */
void takeover_plan(struct takeover *t);

/*
 * Whether a row's rule can be put in place now: what the entry that it replaces takes is taken by others by now.
 * False only where a row that takes some of it could not be registered.
 */
bool takeover_is_safe(const struct takeover *t, size_t row);

/* Notes that a row's rule is in place. */
void takeover_done(struct takeover *t, size_t row);

#endif
