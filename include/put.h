/* SPDX-License-Identifier: MIT */
#ifndef PUT_H
#define PUT_H

#include "plan.h"
#include "replace.h"
#include "report.h"

struct binfmt;
struct boot;
struct check;
struct persist;

/* How a planned rule is to be put in place. */
struct put {
	struct binfmt *b;
	const struct check *check; /* of the rule, before anything is written; its list are the live entries */
	bool keep;
	bool stays;              /* an entry that is there is not to be moved in front of others that take its files */
	bool configured;         /* it is what all configuration says: no file of its can say otherwise */
	struct persist *file;    /* its binfmt.d file is to be written too; NULL: it is not */
	const char *conf_dir;    /* there; NULL: the usual folder */
	const struct boot *boot; /* what is configured, for a file of the usual folder; may be NULL */
};

/*
 * Pure: what becomes of a live handler (live->entry NULL: there is none) where this rule is asked for.
 * `stale`: it holds another interpreter file than its path names. OUT_FAILED: it differs and is to be kept.
 */
enum outcome put_fate(const struct live *live, const struct plan *plan, bool stale, bool keep);

/*
 * Whether an entry that is there can be registered again without a change of who wins: it gets to the front. 0; -1 and
 * *err, also where it is disabled and this kernel (before 7.3) would enable it for a moment.
 */
int put_may_move(const struct check *check, const struct entry *entry, struct err *err);

/*
 * Makes the handler be as planned: checks, compares, replaces, reads back. A live entry that is
 * disabled stays so, and plan->enabled says it. On OUT_FAILED *err says why. put->file is left closed, and named
 * if it was looked at; without one, a file that says otherwise is warned of.
 */
enum outcome put_rule(const struct put *put, struct plan *plan, const struct live *live, struct err *err,
		      struct warnings *warnings);

#endif
