/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"

enum { BLOCK = 1024 * 1024 }; /* pages that nothing was taken from cost nothing */

/* Mapped, as malloc would map so much too, with pages of its own besides. */
struct arena_block {
	struct arena_block *older;
	size_t size;
	_Alignas(max_align_t) char bytes[];
};

static int
add_block(struct arena *arena, size_t room)
{
	size_t size = sizeof(struct arena_block) + room;
	struct arena_block *block;
	void *mapped;

	if (size < room)
		return -1;
	if (size < BLOCK)
		size = BLOCK;
	mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapped == MAP_FAILED)
		return -1;
	block = mapped;
	block->older = arena->blocks;
	block->size = size;
	arena->blocks = block;
	arena->at = block->bytes;
	arena->left = size - sizeof(*block);
	return 0;
}

void *
arena_take(struct arena *arena, size_t size, size_t align)
{
	size_t gap = (size_t) - (uintptr_t)arena->at & (align - 1);
	char *taken;

	if (!arena->at || arena->left < gap || arena->left - gap < size) {
		if (add_block(arena, size) < 0)
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
		munmap(arena->blocks, arena->blocks->size);
	}
	*arena = (struct arena){0};
}
