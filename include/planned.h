/* SPDX-License-Identifier: MIT */
#ifndef PLANNED_H
#define PLANNED_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

/* One write(2) of a dry run. */
struct planned_write {
	const char *file; /* the whole path */
	const char *bytes;
	size_t len;
	const struct planned_write *next;
};

/* The writes of a dry run, in their order. All zero is an empty list. */
struct planned {
	struct arena arena;
	struct planned_write *first, *last;
	bool incomplete; /* memory ran out: some are not there */
	bool made;       /* each is made too, in an instance that nobody else uses: what the kernel refuses fails */
};

/* Whether writes are only planned. NULL: they are made, and not kept. */
bool planned_only(const struct planned *planned);

/* Adds a write to dir/file. */
void planned_add(struct planned *planned, const char *dir, const char *file, const char *bytes, size_t len);

/* Whether some write goes to dir/file. */
bool planned_has(const struct planned *planned, const char *dir, const char *file);

void planned_free(struct planned *planned);

#endif
