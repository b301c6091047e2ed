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
 * Whether entries registered in a mount of our own may die with it: in a container, or a mount
 * namespace that is not PID 1's. In a user namespace that was asked for with --force, and so false.
 */
bool mount_may_vanish(void);

/*
 * Unmounts and mounts again and sees whether entries are still there, as they are if somebody else
 * holds the instance. Reopens b, without the lock. -1 and *err, with nothing mounted and nothing
 * left, if they are gone.
 */
int mount_keep(struct binfmt *b, struct err *err);

#endif
