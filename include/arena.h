/* SPDX-License-Identifier: MIT */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

/* Memory that is taken in small pieces and freed at once. All zero is an empty one; what was taken never moves. */
struct arena {
	struct arena_block *blocks;
	char *at;
	size_t left; /* bytes of the newest block that are free, from `at` on */
};

/* Memory for `size` bytes at a multiple of `align`, a power of two. NULL: no memory. */
void *arena_take(struct arena *arena, size_t size, size_t align);

/* A copy of these bytes, with a NUL behind it. NULL: no memory. */
char *arena_copy(struct arena *arena, const void *bytes, size_t size);

void arena_free(struct arena *arena);

#endif
