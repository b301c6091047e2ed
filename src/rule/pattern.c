/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "pattern.h"

const char *
pattern_extension(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : NULL;
}

bool
pattern_byte_differs(const struct pattern *pattern, const unsigned char head[static PATTERN_WINDOW], size_t i)
{
	return (head[pattern->offset + i] ^ pattern->magic[i]) & pattern_mask(pattern, i);
}

int
pattern_differs(const struct pattern *pattern, const unsigned char head[static PATTERN_WINDOW])
{
	for (size_t i = 0; i < pattern->size; i++)
		if (pattern_byte_differs(pattern, head, i))
			return (int)(pattern->offset + i);
	return -1;
}

bool
pattern_takes(const struct pattern *pattern, const struct subject *subject)
{
	const char *extension;

	if (pattern->type == PATTERN_MAGIC)
		return pattern_differs(pattern, subject->head) < 0;
	extension = pattern->type == PATTERN_EXTENSION ? pattern_extension(subject->path) : NULL;
	return extension && strcmp(extension, pattern->extension) == 0;
}

bool
pattern_same(const struct pattern *a, const struct pattern *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == PATTERN_EXTENSION)
		return strcmp(a->extension, b->extension) == 0;
	if (a->type != PATTERN_MAGIC)
		return a->type == PATTERN_BPF;
	if (a->offset != b->offset || a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++)
		if (pattern_mask(a, i) != pattern_mask(b, i) || (a->magic[i] ^ b->magic[i]) & pattern_mask(a, i))
			return false;
	return true;
}

bool
pattern_overlap(const struct pattern *a, const struct pattern *b)
{
	size_t start = a->offset > b->offset ? a->offset : b->offset;
	size_t end_a = (size_t)a->offset + a->size, end_b = (size_t)b->offset + b->size;

	if (a->type != b->type || (a->type != PATTERN_MAGIC && a->type != PATTERN_EXTENSION))
		return false;
	if (a->type == PATTERN_EXTENSION)
		return strcmp(a->extension, b->extension) == 0;
	/* From the end: what ELF rules have in common stands at the start. */
	for (size_t i = end_a < end_b ? end_a : end_b; i-- > start;) {
		size_t ia = i - a->offset, ib = i - b->offset;

		if ((a->magic[ia] ^ b->magic[ib]) & pattern_mask(a, ia) & pattern_mask(b, ib))
			return false;
	}
	return true;
}

bool
pattern_covers(const struct pattern *outer, const struct pattern *inner)
{
	if (outer->type != inner->type || (outer->type != PATTERN_MAGIC && outer->type != PATTERN_EXTENSION))
		return false;
	if (outer->type == PATTERN_EXTENSION)
		return strcmp(outer->extension, inner->extension) == 0;
	for (size_t i = 0; i < outer->size; i++) {
		size_t at = outer->offset + i, k = at - inner->offset;
		unsigned char wanted = pattern_mask(outer, i), given = 0;

		if (at >= inner->offset && k < inner->size)
			given = pattern_mask(inner, k);
		if (wanted & ~given || (wanted && (outer->magic[i] ^ inner->magic[k]) & wanted))
			return false;
	}
	return true;
}
