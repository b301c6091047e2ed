/* SPDX-License-Identifier: MIT */
#ifndef UNITRUN_H
#define UNITRUN_H

#include "err.h"
#include "look.h"
#include "plan.h"

struct boot;

/* What our own unit makes of an entry when the machine boots. */
struct unitrun {
	struct plan plan; /* the rule that it registers */
	struct err why;   /* why it registers none, or what is not known */
};

/*
 * Whether our own unit registers the entry of this name; `before` is the rule that configuration has given it by then,
 * NULL: none. No with a reason: it names the entry's architecture, and yet does not.
 */
struct look unitrun_examine(const struct boot *boot, const char *name, const struct rule *before, struct unitrun *run);

#endif
