/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

enum { BLOCK = 256 * 1024 }; /* pages that nothing was taken from cost nothing */

struct arena_block {
	struct arena_block *older;
	_Alignas(max_align_t) char bytes[];
};

static int
add_block(struct arena *arena, size_t room)
{
	struct arena_block *block = room < SIZE_MAX - sizeof(*block) ? malloc(sizeof(*block) + room) : NULL;

	if (!block)
		return -1;
	block->older = arena->blocks;
	arena->blocks = block;
	arena->at = block->bytes;
	arena->left = room;
	return 0;
}

void *
arena_take(struct arena *arena, size_t size, size_t align)
{
	size_t gap = (size_t) - (uintptr_t)arena->at & (align - 1);
	char *taken;

	if (!arena->at || arena->left < gap || arena->left - gap < size) {
		if (add_block(arena, size < BLOCK ? BLOCK : size) < 0)
			return NULL;
		gap = 0; /* a block is aligned for anything */
	}
	taken = arena->at + gap;
	arena->at += gap + size;
	arena->left -= gap + size;
	return taken;
}

char *
arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	char *copy = arena_take(arena, size + 1, 1);

	if (!copy)
		return NULL;
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	return copy;
}

void
arena_free(struct arena *arena)
{
	struct arena_block *older;

	for (; arena->blocks; arena->blocks = older) {
		older = arena->blocks->older;
		free(arena->blocks);
	}
	*arena = (struct arena){0};
}
