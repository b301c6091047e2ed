/* SPDX-License-Identifier: MIT */
#ifndef ROOTPLACE_H
#define ROOTPLACE_H

#include <stdbool.h>

struct err;

/* What of a place in a new root failed, for rootplace_cannot. */
extern const char rootplace_no_place[], rootplace_no_mount[];

/*
 * Makes what a mount will cover. 0, or -1 with errno. It stays: to remove it at the end would take away the mounts that
 * others have there by then, in mount namespaces of their own. As the root that we are here, also where the caller is
 * none: a folder of its own may be closed to it.
 */
int rootplace_make(const char *path, bool folder);

/* As rootview_may_make, with the rights of rootplace_make. */
int rootplace_may_make(const char *at);

/* Puts a mount, whose descriptor it ends, at a place. What failed, with errno, or NULL. */
const char *rootplace_put(int mount, const char *at);

/* Says with errno what failed: -1. */
int rootplace_cannot(const char *what, const char *path, struct err *err);

#endif
