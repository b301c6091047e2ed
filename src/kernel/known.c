/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_list.h"
#include "hash.h"
#include "known.h"

static uint32_t
bit_of(const char *name)
{
	return hash_fold(hash_text(HASH_START, name)) % KNOWN_BITS;
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
