/* SPDX-License-Identifier: MIT */
#ifndef PLAN_H
#define PLAN_H

#include "entry.h"
#include "interp.h"
#include "opened.h"
#include "wish.h"

struct arch;
struct err;
struct warnings;

/* The rule to be. Not to be copied: the rule points into it, to the wish and to the live entry. */
struct plan {
	struct rule rule;
	bool enabled;
	char name[RULE_NAME_MAX * 2];
	char interpreter[INTERP_PATH_MAX];
	struct opened file; /* the interpreter, where it was looked for: to be closed */
};

/* Starts a plan: the name that the entry of an architecture gets, enabled. */
void plan_start(struct plan *plan, const struct wish *wish, const struct arch *arch);

/*
 * The rule for an architecture. What the wish leaves open is kept from the live entry of that name
 * (may be NULL), else set to its default: interpreter, flags. -1 and *err if there is no
 * interpreter, or a look that decides could not be made.
 */
int plan_arch(struct plan *plan, const struct wish *wish, const struct arch *arch, const struct entry *live,
	      struct err *err, struct warnings *warnings);

/* Whether an architecture needs no handler, as this machine runs it itself: then *err says so. */
bool plan_is_needless(const struct arch *arch, struct err *err);

/* The rule of a started plan that leaves the live entry its files and its interpreter; flags as wished. -1 and *err. */
int plan_kept(struct plan *plan, const struct wish *wish, const struct entry *live, struct err *err,
	      struct warnings *warnings);

/* The flags of plan->rule, a custom rule: those of the wish, else what the live entry has, else none. -1 and *err. */
int plan_flags(struct plan *plan, const struct wish *wish, const struct entry *live, struct err *err);

#endif
