/* SPDX-License-Identifier: MIT */
#ifndef TRUST_H
#define TRUST_H

#include <limits.h>

struct err;

/* A folder that nobody else can change, as was seen under the lock: it is not walked to again. fd -1: none. */
struct trust_folder {
	int fd;
	char path[PATH_MAX]; /* with the slash behind it */
};

/*
 * Whether somebody else could change the file that a path leads to: it and every folder on the
 * way, links followed, must belong to root (in a child user namespace: or to ourselves or the
 * overflow uid) and be writable by nobody else. 0, or -1 with the culprit named; ERR_UNKNOWN if that could not be told.
 * `known` (may be NULL) is the folder of the last path, and becomes this one's.
 */
int trust_check(const char *path, struct trust_folder *known, struct err *err);

/* Closes what is kept. */
void trust_forget(struct trust_folder *known);

/* Whether every user can execute it: 0, or -1 with what is closed to others named; ERR_UNKNOWN as above. */
int trust_reach(const char *path, struct err *err);

#endif
