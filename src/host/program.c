/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "binfmt_list.h"
#include "opened.h"
#include "program.h"
#include "walk.h"

/* What libc takes where there is no PATH (confstr(_CS_PATH)). */
static const char no_path[] = "/bin:/usr/bin";

/* Whether a path could be executed: 0 or an errno. */
static int
try(int root, const char *path)
{
	struct opened file;
	int error = opened_open(root, path, false, &file);

	opened_close(&file);
	return error < 0 ? EACCES : error;
}

static int
find(int root, const char *name, char path[static PATH_MAX])
{
	const char *folders = getenv("PATH"), *at = folders ? folders : no_path;
	int error = *name ? -1 : ENOENT, last;

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX ? try(root, path) : ENAMETOOLONG;
	for (bool refused = false; error < 0;) {
		size_t len = strcspn(at, ":");
		bool fits = snprintf(path, PATH_MAX, "%.*s%s%s", (int)len, at, len ? "/" : "", name) < PATH_MAX;

		last = fits ? try(root, path) : ENAMETOOLONG;
		refused |= last == EACCES;
		at += len;
		if (last == 0)
			error = 0;
		else if (!*at++)
			error = refused ? EACCES : ENOENT;
	}
	return error;
}

/* The row of a file's first bytes. */
static const struct arch *
arch_of_file(int root, const char *path)
{
	unsigned char head[PATTERN_WINDOW];
	const struct arch *arch = NULL;
	struct opened file;

	if (opened_open(root, path, true, &file) == 0 && opened_readable(&file) && opened_head(&file, head))
		arch = arch_of_header(head, sizeof(head));
	opened_close(&file);
	return arch;
}

/* What its exec would end with if there were no handlers. */
static void
look(int root, struct program *program)
{
	static const struct binfmt_list none;
	static struct walk walk;
	const struct walk_where where = {.root = root, .list = &none, .switched_on = true};

	walk_file(&where, program->path, &walk);
	program->itself = walk.problem == 0;
	program->needs = NULL;
	if (walk.verdict == WALK_FAILS && walk.error == ENOEXEC && walk.problem >= 0)
		program->needs = arch_of_file(root, walk.hops[walk.problem].path);
}

int
program_find(int root, const char *name, struct program *program)
{
	int error = find(root, name, program->path);

	if (error == 0)
		look(root, program);
	return error;
}
