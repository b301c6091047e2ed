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

/* Whether the PID namespace is the host's, so that process 1 is the machine's. False where that cannot be seen. */
bool userns_pids_are_hosts(void);

/* Whether the mounts seen here are the host's: in its PID namespace, PID 1's. False where that cannot be seen. */
bool userns_mounts_are_hosts(void);

/*
 * Which user namespace the mount namespace that we are in belongs to. ABOVE: so is the instance that is seen in it, as
 * only who owns it can mount there. BELOW: we have entered that of a container of its own, and its mounts say nothing
 * of what is in force for us. Before Linux 4.9, which does not tell, there is only one instance: OURS.
 */
enum userns_place { USERNS_UNKNOWN, USERNS_OURS, USERNS_ABOVE, USERNS_BELOW };
enum userns_place userns_mounts(void);

/* The uid that stands for everyone whom this user namespace does not map. */
uid_t userns_overflow_uid(void);

#endif
