/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_list.h"
#include "known.h"

/* FNV-1a, as many of its bits as there are. */
static uint32_t
bit_of(const char *name)
{
	uint32_t hash = 2166136261;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619;
	return (hash ^ hash >> 16) % KNOWN_BITS;
}

void
known_names(struct known *known, const struct binfmt_list *list)
{
	memset(known, 0, sizeof(*known));
	known->all = true;
	for (size_t i = 0; i < list->count; i++)
		known_add(known, list->entries[i].rule.name);
}

void
known_add(struct known *known, const char *name)
{
	known->bits[bit_of(name) / 64] |= UINT64_C(1) << bit_of(name) % 64;
}

bool
known_absent(const struct known *known, const char *name)
{
	return known->all && !(known->bits[bit_of(name) / 64] >> bit_of(name) % 64 & 1);
}
