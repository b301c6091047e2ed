/* SPDX-License-Identifier: MIT */
#ifndef MATCH_H
#define MATCH_H

#include <stdbool.h>
#include <stddef.h>

struct binfmt_entry;
struct binfmt_list;
struct rule;

/*
 * What the kernel compares: the first RULE_WINDOW bytes of a file, zero-padded, and the last
 * extension of the path that it is executed by (load_binfmt_misc, search_binfmt_handler).
 */
struct subject {
	const char *path;
	unsigned char head[256];
};

/* Whether the kernel would give this file to this rule. Enabled or not is not looked at; type B never matches. */
bool match_rule(const struct rule *rule, const struct subject *subject);

/* Where a magic rule and a file part: the index in the file of the first byte that differs, -1 if none does. */
int match_differs(const struct rule *rule, const unsigned char head[static 256]);

/* The extension of a path, after its last dot: "" if it ends in one, NULL if it has none. */
const char *match_extension(const char *path);

/*
 * Whether some file matches both. Exact for magic with magic (offsets, masks) and extension with
 * extension; a magic and an extension rule always share one, so that says nothing and is false.
 */
bool match_overlap(const struct rule *a, const struct rule *b);

/* The first enabled entry of the list that takes this program; NULL if none does. */
const struct binfmt_entry *match_taker(const struct binfmt_list *list, const struct subject *subject);

#endif
