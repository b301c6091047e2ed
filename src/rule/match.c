/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt.h"
#include "match.h"
#include "rule.h"

const char *
match_extension(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : NULL;
}

int
match_differs(const struct rule *rule, const unsigned char head[static 256])
{
	for (size_t i = 0; i < rule->size; i++)
		if ((head[rule->offset + i] ^ rule->magic[i]) & rule_mask(rule, i))
			return (int)(rule->offset + i);
	return -1;
}

bool
match_rule(const struct rule *rule, const struct subject *subject)
{
	const char *extension;

	if (rule->type == RULE_MAGIC)
		return match_differs(rule, subject->head) < 0;
	extension = rule->type == RULE_EXTENSION ? match_extension(subject->path) : NULL;
	return extension && strcmp(extension, rule->extension) == 0;
}

bool
match_overlap(const struct rule *a, const struct rule *b)
{
	const struct rule *swap = a;
	size_t end;

	if (a->type != b->type || a->type == RULE_BPF)
		return false;
	if (a->type == RULE_EXTENSION)
		return strcmp(a->extension, b->extension) == 0;
	if (a->offset > b->offset) {
		a = b;
		b = swap;
	}
	end = a->offset + a->size < b->offset + b->size ? a->offset + a->size : b->offset + b->size;
	for (size_t i = b->offset; i < end; i++) {
		size_t ia = i - a->offset, ib = i - b->offset;

		if ((a->magic[ia] ^ b->magic[ib]) & rule_mask(a, ia) & rule_mask(b, ib))
			return false;
	}
	return true;
}

const struct binfmt_entry *
match_taker(const struct binfmt_list *list, const struct subject *subject)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct binfmt_entry *e = &list->entries[i];

		if (e->rule && e->rule->enabled && match_rule(e->rule, subject))
			return e;
	}
	return NULL;
}
