/* SPDX-License-Identifier: MIT */
#ifndef BUCKETS_H
#define BUCKETS_H

#include <stddef.h>
#include <stdint.h>

struct entry;
struct pattern;
struct subject;

/*
 * The entries of a large table by a few bytes of their magic or by extension, and by name: a pass that asks something
 * of each entry need not go through all others for it.
 */
struct buckets;

/* The entries stay where they are, and their patterns as they are. NULL: so few that it does not pay, or no memory. */
struct buckets *buckets_make(const struct entry *entries, size_t count);
void buckets_free(struct buckets *buckets);

/* A way through the entries that a question may be about, in their order. */
struct way {
	const uint32_t *next; /* the entry behind each in its chain; NULL: all are in one */
	size_t count;
	uint32_t at[3];
};

/*
 * Those that may take a file, or that may share one with a pattern; also those that nothing can be told of. Without
 * buckets (NULL) all entries.
 */
void buckets_takers(const struct buckets *buckets, size_t count, const struct subject *subject, struct way *way);
void buckets_sharers(const struct buckets *buckets, size_t count, const struct pattern *pattern, struct way *way);

/* The same of an entry's own pattern, only those behind it. */
void buckets_sharers_behind(const struct buckets *buckets, size_t count, const struct entry *entries, size_t i,
			    struct way *way);

/* Those that may have this name, or be its temporary. */
void buckets_named(const struct buckets *buckets, size_t count, const char *name, struct way *way);

/* The next one's number; count behind the last. */
size_t way_next(struct way *way);

#endif
