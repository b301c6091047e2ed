/* SPDX-License-Identifier: MIT */
#ifndef PLAN_H
#define PLAN_H

#include "session.h"

struct arch;
struct rule;

/*
 * The rule that the options ask for an architecture. What they do not say stays as the live entry
 * of that name has it, or is found: interpreter, flags. Fills c->notes. -1 and c->err if there is
 * no interpreter or a field cannot be held.
 */
int plan_arch(struct session *c, const struct arch *arch, struct rule *rule);

/* Flags that a custom rule gets: --flags, else what the live entry of that name has, else none. -1 and c->err. */
int plan_flags(struct session *c, struct rule *rule);

/* Makes the handler be as asked: checks, idempotence, replacement, read-back. On OUT_FAILED c->err says why. */
enum outcome put_rule(struct session *c, struct rule *rule);

#endif
