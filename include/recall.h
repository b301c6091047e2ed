/* SPDX-License-Identifier: MIT */
#ifndef RECALL_H
#define RECALL_H

#include "look.h"
#include "pathtime.h"
#include "walk.h"

struct binfmt_list;
struct entry;
struct snapshot;

/*
 * What was seen of the interpreter of the entry examined last. Entries of one interpreter often follow each other: its
 * files are looked at once for all of them. Begins as zeroes; not to be copied. Paths are kept
 * by reference.
 */
struct recall {
	const struct entry *of; /* NULL: nothing is known */
	bool shared;            /* of any entry with its interpreter and flags, unless that takes the file itself */
	struct walk walk;
	struct pathtime times; /* of the way to the interpreter */
	bool asked;            /* in_force is known */
	struct look in_force;
	struct recall_answer {
		const char *path; /* NULL: of none */
		struct err err;   /* no text: nothing is wrong */
	} reach, owners;
};

/* What becomes of a file that is handed to the entry's interpreter, by the list's other entries. Not for type B. */
const struct walk *recall_walk(struct recall *recall, const struct binfmt_list *list, const struct entry *entry);

/* inforce_is, of the snapshot that all of them are of; where that does not tell, inforce_runs. */
struct look recall_in_force(struct recall *recall, const struct snapshot *s, const struct entry *entry);

/* trust_reach and trust_check of an interpreter. */
int recall_reach(struct recall *recall, const char *path, struct err *err);
int recall_owners(struct recall *recall, const char *path, struct err *err);

#endif
