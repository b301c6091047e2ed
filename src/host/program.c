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

/* Whether a path could be executed: 0, an errno, or -1 and the reason why that cannot be told. */
static int
try(int root, const char *path, const char **reason)
{
	struct opened file;
	int error = opened_open(root, path, false, &file);

	*reason = error < 0 ? file.reason : NULL;
	opened_close(&file);
	return error;
}

/* Errors that send execvp(3) to the next folder. After any other it would run what PATH does not mean. */
static bool
may_go_on(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES;
}

/* In the folders of PATH. As program_find. */
static int
search(int root, const char *name, struct program *program)
{
	const char *folders = getenv("PATH"), *at = folders ? folders : no_path;
	bool refused = false, last = false;
	int error = ENOENT;

	for (; !last && error && may_go_on(error); refused |= error == EACCES) {
		size_t len = strcspn(at, ":");
		bool fits =
		    snprintf(program->path, PATH_MAX, "%.*s%s%s", (int)len, at, len ? "/" : "", name) < PATH_MAX;

		error = fits ? try(root, program->path, &program->reason) : ENOENT;
		at += len;
		last = !*at++;
	}
	return may_go_on(error) && refused ? EACCES : may_go_on(error) ? ENOENT : error;
}

static int
find(int root, const char *name, struct program *program)
{
	if (!*name)
		return ENOENT;
	if (!strchr(name, '/'))
		return search(root, name, program);
	return snprintf(program->path, PATH_MAX, "%s", name) < PATH_MAX ? try(root, name, &program->reason)
									: ENAMETOOLONG;
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
	int error = find(root, name, program);

	if (error == 0)
		look(root, program);
	return error;
}
