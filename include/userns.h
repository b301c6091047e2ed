/* SPDX-License-Identifier: MIT */
#ifndef USERNS_H
#define USERNS_H

#include <stdbool.h>
#include <sys/types.h>

#include "look.h"

/* Whether this process is in the initial user namespace. */
struct look userns_is_initial(void);

/* Whether two files of /proc/PID/ns are the same namespace. */
struct look userns_same(const char *a, const char *b);

/* Whether the mounts seen here are the host's: in its PID namespace, PID 1's. False where that cannot be seen. */
bool userns_mounts_are_hosts(void);

/*
 * Whether the mount namespace that we are in belongs to a user namespace below ours: we have entered that of a
 * container of its own, and its mounts say nothing of what is in force for us.
 */
struct look userns_mounts_are_below(void);

/* The uid that stands for everyone whom this user namespace does not map. */
uid_t userns_overflow_uid(void);

#endif
