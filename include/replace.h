/* SPDX-License-Identifier: MIT */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <time.h>

#include "rule.h"

struct binfmt;
struct err;

/*
 * Changes of live handlers. All need the lock (binfmt_begin), read back what they wrote, and start
 * from what is there now, so that a run that was killed is carried on by the next.
 *
 * A replacement never leaves a moment without a handler:
 *	register the new rule under its temporary name	(both match, the new one first)
 *	remove the old entry
 *	register the new rule under its own name
 *	remove the temporary
 * A disabled entry stays disabled, but is enabled for the moment between two writes: a kernel
 * without flag D registers nothing else.
 */

/*
 * Makes the entry rule->name be this rule, enabled or not as rule->enabled says. What other
 * programs do to the name meanwhile is met with up to three fresh starts. -1: *err says whether
 * the old or the new handler is in force; one of them always is.
 */
int replace_rule(struct binfmt *b, const struct rule *rule, struct err *err);

/* Removes an entry and its temporary: 1 removed, 0 there was neither, -1 error. */
int replace_remove(struct binfmt *b, const char *name, struct err *err);

/* Switches an entry on or off: 1 done, 0 it was so already, -1 error (code "missing": not there). */
int replace_enable(struct binfmt *b, const char *name, bool on, struct err *err);

/* A live handler: its entry, or where a killed run left that alone its temporary. */
struct replace_live {
	struct rule rule; /* under the entry's own name */
	struct timespec registered;
	bool temporary;
};

/* Reads the live handler of a name: 1, 0 there is none, -1 error. */
int replace_read(const struct binfmt *b, const char *name, struct replace_live *live, struct err *err);

/*
 * Ends what a killed run left of one name: with both entries there the temporary goes, and a
 * temporary alone becomes the entry. 1 healed, 0 nothing to do, -1 error (the handler stays live).
 */
int replace_heal(struct binfmt *b, const char *name, struct err *err);

#endif
