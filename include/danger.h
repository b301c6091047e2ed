/* SPDX-License-Identifier: MIT */
#ifndef DANGER_H
#define DANGER_H

#include "look.h"

struct entry;
struct rule;
struct walk;

/*
 * Whether a rule would break the machine: by taking native programs or scripts, or with flag L by giving them another
 * loader than theirs. The reason, or why that cannot be told, else NULL. `walk` (of the rule's interpreter) may be
 * NULL for a type B rule.
 */
struct look danger_native(const struct rule *rule, const struct walk *walk, const char **reason);

/*
 * Of a walk of a rule's interpreter: why every match would end in ELOOP because of the rule itself, NULL if it would
 * not. `live` is the entry that the rule is already, or NULL.
 */
const char *danger_loop(const struct walk *walk, const struct entry *live);

#endif
