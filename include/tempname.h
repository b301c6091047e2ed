/* SPDX-License-Identifier: MIT */
#ifndef TEMPNAME_H
#define TEMPNAME_H

#include <stdbool.h>

#include "rule.h"

/*
 * Temporary names. While an entry is replaced its new rule is registered under such a name too, so that
 * something matches at every moment: ".binfmtctl~NAME", or where that would be too long
 * ".binfmtctl#" and a hash of NAME in 16 hex digits (FNV-1a, 64 bits).
 */
void tempname_make(const char *name, char temporary[static RULE_NAME_MAX + 1]);

/* Whether an entry's name is `name` or the temporary one for it. */
bool tempname_matches(const char *entry, const char *name);

/* Whether two names are of one entry: the same, or one is the temporary for the other. */
bool tempname_same(const char *a, const char *b);

/* The name that a temporary stands for, NULL if it is none or a hashed one. */
const char *tempname_target(const char *entry);

/* Whether this is a temporary name of either form, or of the second. */
bool tempname_is(const char *entry);
bool tempname_is_hashed(const char *entry);

#endif
