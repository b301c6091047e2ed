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
	    *needs;  /* whose handler its exec asks for first, through #! lines; NULL: none, or none known */
	bool itself; /* the file is a program for it, not a script of one */
};

/*
 * The file that execvp(3) would run for a name: itself where it has a slash, else the first of its name in PATH that
 * this process may execute, below `root` as after chroot (-1: our own root). 0, or the errno: ENOENT there is none,
 * EACCES one is there and may not be executed.
 */
int program_find(int root, const char *name, struct program *program);

#endif
