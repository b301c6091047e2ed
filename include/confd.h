/* SPDX-License-Identifier: MIT */
#ifndef CONFD_H
#define CONFD_H

#include <limits.h>
#include <stddef.h>

struct err;
struct rule;

/* A line of a binfmt.d file. */
struct confd_line {
	const char *file;        /* whole path */
	unsigned number;         /* from 1; 0: the file as a whole */
	const struct rule *rule; /* NULL if the line is none */
	const char *reason;      /* then, why */
};

/* The folders that systemd-binfmt reads: /etc, /run, /usr/local/lib and /usr/lib/binfmt.d; ends with NULL. */
extern const char *const confd_dirs[];

/*
 * Reads configuration as systemd-binfmt does: *.conf of the folders (NULL ends them), sorted by file
 * name over all of them, of equal names the first folder's; a link to /dev/null or an empty file
 * masks one. Calls `each` for every line that is neither blank nor a comment (# or ;), in the order
 * of registration. 0, or -1 if a folder cannot be read.
 */
int confd_read(const char *const *dirs, void (*each)(void *arg, const struct confd_line *line), void *arg,
	       struct err *err);

#endif
