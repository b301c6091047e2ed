/* SPDX-License-Identifier: MIT */
#ifndef BINFMT_LIST_H
#define BINFMT_LIST_H

#include "arena.h"
#include "entry.h"

struct binfmt;
struct buckets;
struct err;

/* All entries of one moment, newest registration first: the order in which the kernel tries them. */
struct binfmt_list {
	struct entry *entries;
	size_t count;
	bool locked;             /* no other binfmtctl was at work meanwhile */
	struct buckets *buckets; /* NULL: none */
	bool plain;              /* known that no name is a temporary's */
	size_t clear;            /* so many at the beginning are known to be understood, and not of type B */
	bool names_only;         /* so the entries count as not understood */
	bool order_hidden;       /* since Linux 7.3 one that was born with flag D is tried first from its enable on */
	struct arena memory;     /* of the entries, and of what they point into */
};

/*
 * Lists all entries. The names are of one moment (one getdents call is atomic against
 * registrations, and a listing that needed two is made again with more room), and every text is of
 * the inode that was listed. -1 if that could not be had, or on an error.
 */
int binfmt_list(const struct binfmt *b, struct binfmt_list *list, struct err *err);

/* The names of all entries of one moment, and nothing else of them. */
int binfmt_list_names(const struct binfmt *b, struct binfmt_list *list, struct err *err);

void binfmt_list_free(struct binfmt_list *list);

/* To be called before a pass that asks something of each entry; from then on the entries are not to be moved. */
void binfmt_list_sort(struct binfmt_list *list);

/*
 * Puts rules in front that are to be registered one after the other, the last of them first; nothing finds them before
 * they arrive. The list is sorted then. -1: no memory.
 */
int binfmt_list_expect(struct binfmt_list *list, const struct rule *const *rules, size_t count);

/* An expected entry is live now, and what had its name is not. */
void binfmt_list_arrive(struct binfmt_list *list, size_t number, bool enabled);

/* The first enabled entry that takes this program; NULL if none does. */
const struct entry *binfmt_list_taker(const struct binfmt_list *list, const struct subject *subject);

/* The next one behind `last` (NULL: the first). */
const struct entry *binfmt_list_next_taker(const struct binfmt_list *list, const struct subject *subject,
					   const struct entry *last);

/*
 * Where the order is hidden: another enabled entry that takes the program too, or may, by another interpreter or with
 * other flags. NULL: there is none.
 */
const struct entry *binfmt_list_rival(const struct binfmt_list *list, const struct subject *subject,
				      const struct entry *taker);

/* An enabled entry in front of the taker (NULL: there is none) that may take any file: type B, or not understood. */
const struct entry *binfmt_list_doubt(const struct binfmt_list *list, const struct entry *taker);

/* The number of the first entry that has a rule's name, or is its temporary: those below are in front. count: neither.
 */
size_t binfmt_list_place(const struct binfmt_list *list, const struct rule *rule);

/* The entry of this name, or its temporary where that alone is there. NULL: neither. */
const struct entry *binfmt_list_find(const struct binfmt_list *list, const char *name);

#endif
