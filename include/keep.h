/* SPDX-License-Identifier: MIT */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>
#include <stddef.h>

struct binfmt;
struct err;

/*
 * Whether the entries of b, which is locked, outlive the mounts that this mount namespace has of their instance, as
 * they do if somebody else holds it, who is not in the container that we may be in. The host's PID 1 tells by its
 * mounts, or all mounts here are taken away, put back as they were, and it is seen whether the entries are still there.
 * That is not done where it could end `before` entries that were there before ours, or reach other mount namespaces.
 * Who holds them has to be seen then: on the host in another mount namespace, in a container nowhere in it.
 * `mounted`: the mount at b->dir is our own, of this run; it goes for good where nothing is kept. Reopens b, without
 * the lock. 0, or -1: ERR_NOT_KEPT if they are gone, ERR_UNKNOWN if that could not be tried, or who holds them not
 * seen.
 */
int keep_prove(struct binfmt *b, bool mounted, size_t before, struct err *err);

#endif
