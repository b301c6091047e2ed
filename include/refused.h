/* SPDX-License-Identifier: MIT */
#ifndef REFUSED_H
#define REFUSED_H

#include <stdbool.h>

#include "host.h"

enum { REFUSED_PROFILE_MAX = 128 };

/*
 * What decides whether a process may have namespaces of its own. A number is FACTS_ABSENT where this kernel has no such
 * setting, FACTS_UNREAD where it could not be read (facts.h).
 */
struct refused {
	struct host_kernel kernel;
	long max_user, max_mnt, max_pid;   /* user.max_*_namespaces */
	long userns_clone;                 /* kernel.unprivileged_userns_clone (Debian's kernels) */
	long apparmor_restrict;            /* kernel.apparmor_restrict_unprivileged_userns */
	long seccomp;                      /* of /proc/self/status: 2 is a filter */
	bool mapped;                       /* this process has an id in its user namespace */
	char profile[REFUSED_PROFILE_MAX]; /* /proc/self/attr/current, "" if there is none */
};

void refused_read(struct refused *facts);

#endif
