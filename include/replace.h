/* SPDX-License-Identifier: MIT */
#ifndef REPLACE_H
#define REPLACE_H

#include "binfmt.h"

/*
 * Changes of live handlers. All need the lock (binfmt_lock), read back what they wrote, and start
 * from what is there now, so that a run that was killed is carried on by the next.
 *
 * A replacement never leaves a moment without a handler:
 *	register the new rule under its temporary name	(both match, the new one first)
 *	remove the old entry
 *	register the new rule under its own name
 *	remove the temporary
 * A disabled entry stays disabled, but is enabled for the moment between two writes where the kernel
 * has no flag D; b->was_enabled tells.
 */

/*
 * Makes the entry rule->name be this rule, enabled or not. What other programs do to the name
 * meanwhile is answered with up to three retries from what is there. -1: *err says whether the old
 * or the new handler is in force; one of them always is.
 */
int replace_rule(struct binfmt *b, const struct rule *rule, bool enabled, struct err *err);

/* The same of a name that is to be free: what another program has registered under it meanwhile stays (ERR_EXISTS). */
int replace_new(struct binfmt *b, const struct rule *rule, bool enabled, struct err *err);

/* Removes an entry and its temporary: 1 removed, 0 there was neither, -1 error. */
int replace_remove(struct binfmt *b, const char *name, struct err *err);

/*
 * Enables or disables an entry: 1 done, 0 it was so already, -1 error (ERR_MISSING: not there). `judged` is what was
 * found fit for it, and nothing else is enabled (ERR_EXISTS); NULL: whatever has the name.
 */
int replace_enable(struct binfmt *b, const char *name, bool on, const struct entry *judged, struct err *err);

/* A live handler: its entry, or where a killed run left that alone its temporary. Not to be copied. */
struct live {
	struct binfmt_text text;
	const struct entry *entry; /* under the entry's own name; NULL: there is none */
	bool temporary;
};

/* Reads the live handler of a name: 1, 0 there is none, -1 error. */
int replace_read(const struct binfmt *b, const char *name, struct live *live, struct err *err);

/*
 * Ends what a killed run left of one name: with both entries there the temporary goes, and a
 * temporary alone becomes the entry. 1 healed, 0 nothing to do, -1 error (the handler stays live).
 */
int replace_heal(struct binfmt *b, const char *name, struct err *err);

#endif
