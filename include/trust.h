/* SPDX-License-Identifier: MIT */
#ifndef TRUST_H
#define TRUST_H

struct err;

/*
 * Whether somebody else could change the file that a path leads to: it and every folder on the
 * way, links followed, must belong to root (in a child user namespace: or to ourselves or the
 * overflow uid) and be writable by nobody else. 0, or -1 with the culprit named; ERR_UNKNOWN if that could not be told.
 */
int trust_check(const char *path, struct err *err);

/* Whether every user can execute it: 0, or -1 with what is closed to others named; ERR_UNKNOWN as above. */
int trust_reach(const char *path, struct err *err);

#endif
