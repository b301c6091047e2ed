/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

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

/* The same of each name in a folder that has the extension; the first that runs. */
static struct look
search(DIR *dir, const char *folder, const char *extension, char path[static PATH_MAX])
{
	struct look found = look_seen(false), is;
	const char *has;
	const struct dirent *e;

	while ((errno = 0, e = readdir(dir))) {
		has = pattern_extension(e->d_name);
		if (!has || strcmp(has, extension) != 0)
			continue;
		snprintf(path, PATH_MAX, "%s/%s", folder, e->d_name);
		is = runs(path);
		if (is.is == LOOK_YES)
			return is;
		if (is.is == LOOK_UNKNOWN)
			found = is;
	}
	return errno ? look_unknown() : found;
}

static struct look
look_into(const char *folder, const char *extension, char path[static PATH_MAX])
{
	DIR *dir = opendir(folder);
	struct look found;

	if (!dir)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	found = search(dir, folder, extension, path);
	closedir(dir);
	return found;
}

struct look
named_program(const char *extension, char path[static PATH_MAX])
{
	struct look found = look_seen(false), here;

	for (size_t i = 0; named_folders[i]; i++) {
		here = look_into(named_folders[i], extension, path);
		if (here.is == LOOK_YES)
			return here;
		if (here.is == LOOK_UNKNOWN)
			found = here;
	}
	return found;
}
