/* SPDX-License-Identifier: MIT */
#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <stdint.h>

struct binfmt_list;

enum { KNOWN_BITS = 8192 }; /* for some 500 names; more have more, on the heap */

/*
 * The names of a listing, while the lock is held: what is not among them needs no look, each of which the kernel pays
 * with a dentry that it throws away. A bit for a name's hash, so absent is never wrong, and seldom not known. Other
 * programs take no lock: where a name turns out to be taken, `all` ends.
 */
struct known {
	bool all;
	uint32_t mask;   /* the number of bits less one */
	uint64_t *large; /* NULL: they are small */
	uint64_t small[KNOWN_BITS / 64];
};

/* From nothing known to the names of this listing, made under the lock, with room for those that are expected. */
void known_names(struct known *known, const struct binfmt_list *list);

/* Back to nothing known. */
void known_forget(struct known *known);

/* A name that is about to be registered: it is looked up from now on. */
void known_add(struct known *known, const char *name);

/* Whether a name was certainly not there. */
bool known_absent(const struct known *known, const char *name);

#endif
