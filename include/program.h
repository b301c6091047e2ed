/* SPDX-License-Identifier: MIT */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <limits.h>
#include <stdbool.h>

struct arch;

/* A program that is to be run. */
struct program {
	char path[PATH_MAX];
	const struct arch
	    *needs;         /* whose handler its exec asks for first, through #! lines; NULL: none, or none known */
	bool itself;        /* the file is a program for it, not a script of one */
	const char *reason; /* why it cannot be told what its path is */
};

/*
 * The file that execvp(3) would run for a name: itself where it has a slash, else the first of its name in PATH that
 * this process may execute, below `root` as after chroot (as below_open has it). 0, or the errno: ENOENT there is none,
 * EACCES one is there and may not be executed; -1, program->path and program->reason: that cannot be told of this one,
 * and nothing behind it in PATH counts.
 */
int program_find(int root, const char *name, struct program *program);

#endif
