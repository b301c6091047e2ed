/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "binfmt_list.h"
#include "named.h"
#include "walk.h"

const char *const named_folders[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin",
				     "/sbin",           "/bin",           "/snap/bin", NULL};

/* Whether this machine runs the file itself. */
static struct look
runs(const char *path)
{
	static const struct binfmt_list none;
	static struct walk walk; /* 12 KB */
	const struct walk_where where = {.root = -1, .list = &none};

	walk_file(&where, path, &walk);
	return walk.verdict == WALK_UNKNOWN ? look_unknown() : look_seen(walk.verdict == WALK_RUNS);
}

/* What is read once: the paths of those programs whose names have an extension, in the order of the folders. */
static struct {
	struct arena memory;
	struct listed {
		struct listed *next;
		char *path;
	} * first, **end;
	bool read;
	struct look all; /* whether that is all of them */
} listing;

/* False: no memory. */
static bool
list_one(const char *folder, const char *name)
{
	struct listed *listed = arena_take(&listing.memory, sizeof(*listed), alignof(struct listed));
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (!listed)
		return false;
	*listed = (struct listed){.path = arena_copy(&listing.memory, path, (size_t)len)};
	*listing.end = listed;
	listing.end = &listed->next;
	return listed->path;
}

static struct look
list_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *e = NULL;
	bool room = true, whole;

	if (!dir)
		return look_absent(errno) ? look_seen(true) : look_unknown();
	while (room && (errno = 0, e = readdir(dir)))
		room = !pattern_extension(e->d_name) || list_one(folder, e->d_name);
	whole = room && errno == 0;
	closedir(dir);
	return whole ? look_seen(true) : look_unknown();
}

static void
list_all(void)
{
	listing.end = &listing.first;
	listing.all = look_seen(true);
	for (size_t i = 0; named_folders[i]; i++)
		if (list_folder(named_folders[i]).is != LOOK_YES)
			listing.all = look_unknown();
	listing.read = true;
}

struct look
named_program(const char *extension, char path[static PATH_MAX])
{
	struct look found, is;

	if (!listing.read)
		list_all();
	found = listing.all.is == LOOK_YES ? look_seen(false) : look_unknown();
	for (const struct listed *listed = listing.first; listed; listed = listed->next) {
		if (strcmp(pattern_extension(listed->path), extension) != 0)
			continue;
		snprintf(path, PATH_MAX, "%s", listed->path);
		is = runs(path);
		if (is.is == LOOK_YES)
			return is;
		if (is.is == LOOK_UNKNOWN)
			found = is;
	}
	return found;
}
