/* SPDX-License-Identifier: MIT */
#ifndef FIRST_H
#define FIRST_H

#include <stddef.h>

struct entry;
struct snapshot;
struct subject;

/*
 * Where the order of entries is hidden (binfmt_list.h): the one that takes a file with these first bytes, `size` of
 * them. A probe tells, which is stopped before anything of an interpreter runs. NULL: it cannot be told, as where more
 * than the first bytes counts.
 */
const struct entry *first_of(const struct snapshot *s, const struct subject *subject, size_t size);

/* The same for all files that both of two entries take: one of them, or a third that takes all of these. */
const struct entry *first_of_two(const struct snapshot *s, const struct entry *a, const struct entry *b);

#endif
