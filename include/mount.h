/* SPDX-License-Identifier: MIT */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>

struct binfmt;
struct err;

/*
 * Mounts binfmt_misc at dir unless it is there already; the kernel loads its module for that.
 * *mounted tells whether this call did it. Refused without `force` outside the initial user
 * namespace: the new empty instance would hide the inherited handlers for good. 0, or -1 and *err.
 */
int mount_if_absent(const char *dir, bool force, bool *mounted, struct err *err);

/*
 * After registering in a mount of our own: the entries die with the last mount of their instance.
 * In a container, or a mount namespace that is not PID 1's, unmounts and mounts again and sees
 * whether they are still there. -1 and *err (nothing mounted, nothing left) if they are not.
 * Reopens b.
 */
int mount_keep(struct binfmt *b, struct err *err);

#endif
