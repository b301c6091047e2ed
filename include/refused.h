/* SPDX-License-Identifier: MIT */
#ifndef REFUSED_H
#define REFUSED_H

#include <stdbool.h>

#include "host.h"
#include "look.h"

enum { REFUSED_PROFILE_MAX = 128 };

/*
 * What decides whether a process may have namespaces of its own. A number is FACTS_ABSENT where this kernel has no such
 * setting, FACTS_UNREAD where it could not be read (facts.h).
 */
struct refused {
	struct host_kernel kernel;
	long max_user, max_mnt, max_uts, max_pid;      /* user.max_*_namespaces; absent: of no matter */
	bool switched_off;                             /* by kernel.unprivileged_userns_clone (Debian's kernels) */
	long apparmor_restrict;                        /* kernel.apparmor_restrict_unprivileged_userns */
	enum look_is unshare_filtered, mount_filtered; /* a filter of system calls refuses these to us */
	enum look_is chrooted;                         /* never no: that cannot be seen */
	bool mapped;                                   /* this process has an id in its user namespace */
	char profile[REFUSED_PROFILE_MAX];             /* /proc/self/attr/current, "" if there is none */
};

/*
 * The limits on the namespaces that are asked for, as flags of unshare(2). They are those of the user namespace that
 * this process is in, so they are read before it enters one of its own, where none is limited.
 */
void refused_read_limits(struct refused *facts, int namespaces);

/* All the rest, when it was refused; namespaces: as above. */
void refused_read(struct refused *facts, int namespaces);

#endif
