/* SPDX-License-Identifier: MIT */
/*
 * A set of files is what is known of their first bytes. What a magic leaves of a set falls into parts, one for each bit
 * that the magic wants and the set leaves open: there the bit is the other one. Each part must be taken by the magics
 * behind. Real tables end this after a few steps; STEPS ends it for the others.
 */
#include "cover.h"
#include "pattern.h"

enum { STEPS = 20000 };

struct set {
	unsigned char value[PATTERN_WINDOW], known[PATTERN_WINDOW]; /* no bit of value is set that is not known */
};

/* Narrows a set to the files that a magic takes. False: it takes none of them. */
static bool
narrow(struct set *set, const struct pattern *p)
{
	for (size_t i = 0; i < p->size; i++) {
		size_t at = p->offset + i;
		unsigned char mask = pattern_mask(p, i);

		if ((set->value[at] ^ p->magic[i]) & mask & set->known[at])
			return false;
		set->known[at] |= mask;
		set->value[at] |= p->magic[i] & mask;
	}
	return true;
}

static bool is_taken(const struct set *set, const struct pattern *const others[], size_t count, unsigned *steps);

/* Whether the magics behind take what the first of them leaves of a set. */
static bool
rest_is_taken(const struct set *set, const struct pattern *const others[], size_t count, unsigned *steps)
{
	const struct pattern *first = others[0];
	struct set part = *set;

	for (size_t i = 0; i < first->size; i++) {
		size_t at = first->offset + i;

		for (unsigned bit = 0x80; bit; bit >>= 1) {
			if (!(pattern_mask(first, i) & ~part.known[at] & bit))
				continue;
			part.known[at] |= (unsigned char)bit;
			part.value[at] |= (unsigned char)(~first->magic[i] & bit);
			if (!is_taken(&part, others + 1, count - 1, steps))
				return false;
			part.value[at] ^= (unsigned char)bit; /* the next parts have this bit as the magic wants it */
		}
	}
	return true;
}

static bool
is_taken(const struct set *set, const struct pattern *const others[], size_t count, unsigned *steps)
{
	for (; count; others++, count--) {
		struct set both = *set;

		if (++*steps > STEPS)
			return false;
		if (others[0]->type == PATTERN_MAGIC && narrow(&both, others[0]))
			return rest_is_taken(set, others, count, steps);
	}
	return false;
}

bool
cover_holds(const struct pattern *files, const struct pattern *among, const struct pattern *const others[],
	    size_t count)
{
	struct set set = {.value = {0}};
	unsigned steps = 0;

	for (size_t i = 0; i < count; i++)
		if (pattern_covers(others[i], files))
			return true;
	if (files->type != PATTERN_MAGIC)
		return false;
	if (!narrow(&set, files) || (among && !narrow(&set, among)))
		return true;
	return is_taken(&set, others, count, &steps);
}
