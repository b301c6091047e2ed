/* SPDX-License-Identifier: MIT */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#include "look.h"

struct binfmt_list;
struct entry;
struct err;
struct opened;
struct rule;
struct trust_folder;
struct walk;
struct walk_held;
struct warnings;

/* What a check is for. */
struct check {
	const char *dir;                /* the mount, for the way back */
	const struct binfmt_list *list; /* live entries, NULL: not known */
	const char *verb;               /* what is about to be done to the rule: "registers"; NULL: nothing is */
	const struct entry *live;       /* what the kernel has already: its fields are legal; NULL: it is new */
	const struct walk_held *held;   /* the file that it is known to hold; may be NULL */
	struct opened *interpreter;     /* its file, opened already (it is closed then); may be NULL */
	struct trust_folder *folder;    /* of the interpreters, see trust_check; may be NULL */
	bool opens;                     /* with flag F the kernel opens the interpreter itself right after */
	bool force;                     /* all refusals but those of fields become warnings, with the way back */
};

/*
 * Refuses a rule that would break the machine or can never work; call it before any write: the
 * fields' limits, the interpreter's file, a rule that takes native programs, scripts or its own
 * interpreter, and credentials (C) for an interpreter that others can change. 0, or -1 and *err for the first.
 */
int check_rule(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings);

/* Refuses a live entry whose text is not understood: enabled it may take anything. 0, or -1 and *err. */
int check_understood(const struct entry *entry, const struct check *check, struct err *err, struct warnings *warnings);

/* With force the machine may be lost: the way back is a warning too. These bytes, written to a file of the mount. */
void check_undo(const struct check *check, const char *file, const char *bytes, struct warnings *warnings);

/* The part of check_rule that keeps a rule from breaking the machine, whether it can work or not. */
int check_danger(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings);

/* Whether check_rule would pass it unforced. *walk: what runs its interpreter, if it passes; no hop for type B. */
struct look check_passes(const struct rule *rule, const struct check *check, struct walk *walk);

/* The global switch brings back every enabled entry of check->list: none may break the machine. As check_danger. */
int check_switch(const struct check *check, struct err *err, struct warnings *warnings);

/* Whether check_switch would pass them unforced. */
bool check_switch_passes(const struct binfmt_list *list);

/* What becomes of a file that is handed to a rule's interpreter (walk.h); not for BPF rules. */
void check_walk(const struct rule *rule, const struct check *check, struct walk *walk);

#endif
