/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "binfmt_list.h"
#include "hash.h"
#include "known.h"

enum { BITS_EACH = 16, WORD = 64 };

static uint32_t
bit_of(const struct known *known, const char *name)
{
	return hash_fold(hash_text(HASH_START, name)) & known->mask;
}

/* Without memory a name is just looked up more often. */
static void
make_room(struct known *known, size_t count)
{
	size_t bits = KNOWN_BITS;

	while (bits < BITS_EACH * count && bits <= UINT32_MAX / 2)
		bits *= 2;
	known->large = bits > KNOWN_BITS ? calloc(bits / WORD, sizeof(uint64_t)) : NULL;
	known->mask = (uint32_t)(known->large ? bits : KNOWN_BITS) - 1;
}

void
known_names(struct known *known, const struct binfmt_list *list)
{
	known_forget(known);
	make_room(known, list->count);
	known->all = true;
	for (size_t i = 0; i < list->count; i++)
		if (!list->entries[i].absent)
			known_add(known, list->entries[i].rule.name);
}

void
known_forget(struct known *known)
{
	free(known->large);
	memset(known, 0, sizeof(*known));
}

void
known_add(struct known *known, const char *name)
{
	uint32_t bit = bit_of(known, name);
	uint64_t *bits = known->large ? known->large : known->small;

	bits[bit / WORD] |= UINT64_C(1) << bit % WORD;
}

bool
known_absent(const struct known *known, const char *name)
{
	uint32_t bit = bit_of(known, name);
	const uint64_t *bits = known->large ? known->large : known->small;

	return known->all && !(bits[bit / WORD] >> bit % WORD & 1);
}
