/* SPDX-License-Identifier: MIT */
/*
 * Entries are compared only with those that may share a file with them (buckets.h), and only where one behind them
 * comes later: so a long table in another order costs no square of its length.
 */
#include <limits.h>

#include "bootorder.h"
#include "buckets.h"
#include "snapshot.h"

static bool
counts(const struct snapshot *s, const struct bootorder_place *places, size_t i)
{
	const struct entry *e = &s->list.entries[i];

	return places[i].turn != BOOTORDER_NEVER && e->enabled && e->rule.pattern.type <= PATTERN_EXTENSION;
}

/* An entry and one behind it that takes some of its files. False: it stays behind. */
static bool
parts(long first, long other, enum bootorder_end *end)
{
	bool known = first != BOOTORDER_ANY && other != BOOTORDER_ANY && first != other;

	*end = known ? BOOTORDER_LATER : BOOTORDER_UNKNOWN;
	return !known || other > first;
}

/* Tells of an entry, if there is something; what is known goes before what is not. */
static void
examine(const struct snapshot *s, const struct bootorder_place *places, size_t i, bootorder_tell *tell, void *arg)
{
	const struct entry *entries = s->list.entries;
	size_t found = s->list.count;
	enum bootorder_end end = BOOTORDER_UNKNOWN, one;
	struct way way;

	buckets_sharers_behind(s->list.buckets, s->list.count, entries, i, &way);
	for (size_t k; end == BOOTORDER_UNKNOWN && (k = way_next(&way)) < s->list.count;) {
		if (!counts(s, places, k) || !parts(places[i].turn, places[k].turn, &one) ||
		    (one == BOOTORDER_UNKNOWN && found < s->list.count) ||
		    !pattern_overlap(&entries[i].rule.pattern, &entries[k].rule.pattern))
			continue;
		found = k;
		end = one;
	}
	if (found < s->list.count)
		tell(arg, end, i, found);
}

/* The latest turn of all entries behind each; that of any turn may be the latest. */
static void
find_last(const struct snapshot *s, struct bootorder_place *places)
{
	long last = BOOTORDER_NEVER;

	for (size_t i = s->list.count; i-- > 0;) {
		long turn = places[i].turn == BOOTORDER_ANY ? LONG_MAX : places[i].turn;

		places[i].last = last;
		if (counts(s, places, i) && turn > last)
			last = turn;
	}
}

void
bootorder_examine(const struct snapshot *s, struct bootorder_place *places, bootorder_tell *tell, void *arg)
{
	find_last(s, places);
	for (size_t i = 0; i < s->list.count; i++)
		if (counts(s, places, i) && places[i].last != BOOTORDER_NEVER && places[i].last >= places[i].turn)
			examine(s, places, i, tell, arg);
}
