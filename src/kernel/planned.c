/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "planned.h"

/* False if it does not fit: then it is no path. */
static bool
join(char path[static PATH_MAX], const char *dir, const char *file)
{
	return snprintf(path, PATH_MAX, "%s/%s", dir, file) < PATH_MAX;
}

bool
planned_only(const struct planned *planned)
{
	return planned && !planned->made;
}

void
planned_add(struct planned *planned, const char *dir, const char *file, const char *bytes, size_t len)
{
	struct planned_write write = {.len = len}, *kept;
	char path[PATH_MAX];

	write.file = join(path, dir, file) ? arena_copy(&planned->arena, path, strlen(path)) : NULL;
	write.bytes = arena_copy(&planned->arena, bytes, len);
	kept = arena_take(&planned->arena, sizeof(*kept), _Alignof(struct planned_write));
	if (!write.file || !write.bytes || !kept) {
		planned->incomplete = true;
		return;
	}
	*kept = write;
	if (planned->last)
		planned->last->next = kept;
	else
		planned->first = kept;
	planned->last = kept;
}

bool
planned_has(const struct planned *planned, const char *dir, const char *file)
{
	char path[PATH_MAX];

	for (const struct planned_write *w = planned->first; w && join(path, dir, file); w = w->next)
		if (strcmp(w->file, path) == 0)
			return true;
	return false;
}

void
planned_free(struct planned *planned)
{
	arena_free(&planned->arena);
	*planned = (struct planned){.first = NULL};
}
