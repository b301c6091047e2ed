/* SPDX-License-Identifier: MIT */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

struct binfmt_list;
struct err;
struct interp;
struct warnings;
struct rule;

/*
 * What would break the machine or can never work, looked for before anything is written: the
 * fields' limits, the interpreter's file, a rule that takes native programs, scripts or its own
 * interpreter, and credentials (C) handed to an interpreter that others can change. -1 and *err
 * for the first one found. With `force` all but the fields become notes, with the way back.
 */
int check_rule(const struct rule *rule, const char *dir, const struct binfmt_list *list, bool force, struct err *err,
	       struct warnings *notes);

/* The reason why a rule would take native programs or scripts and so brick the machine, or NULL. L rules may. */
const char *check_native(const struct rule *rule);

/*
 * The reason why a rule takes its own interpreter, or what runs that (if it is a script, or taken by
 * an enabled entry of the list, which may be NULL), or NULL.
 */
const char *check_loop(const struct rule *rule, const struct interp *interp, const struct binfmt_list *list);

/*
 * Whether somebody else could change the file that a path leads to: it and every folder on the
 * way, links followed, must belong to root (in a child user namespace: or to ourselves or the
 * overflow uid) and be writable by nobody else. 0, or -1 with the culprit named.
 */
int trust_check(const char *path, struct err *err);

/*
 * The first enabled entry that stands in front of the entry of the rule's name (everywhere, if
 * there is none) and takes files from it, NULL if none does.
 */
const char *check_in_front(const struct rule *rule, const struct binfmt_list *list);

/* Notes on the enabled entries that the rule, registered now and so in front of all, takes files from. */
void check_shadow(const struct rule *rule, const struct binfmt_list *list, struct warnings *notes);

#endif
