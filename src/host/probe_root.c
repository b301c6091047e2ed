/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "mounts.h"
#include "probe_root.h"

int
probe_root_enter(int folder)
{
	if (fchdir(folder) < 0)
		return -1;
	if (chroot(".") < 0 && (errno != EPERM || unshare(CLONE_NEWUSER) < 0 || chroot(".") < 0))
		return -1;
	return chdir("/");
}

/* In a tmpfs that is mounted nowhere, so nobody can put anything into it. */
int
probe_root_empty(void)
{
	static const char *const no_options[] = {NULL};
	int place = mounts_new("tmpfs", no_options);

	if (place < 0 && errno == EPERM && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
		place = mounts_new("tmpfs", no_options);
	return place < 0 ? -1 : probe_root_enter(place); /* left open until exec closes it: that keeps it whole */
}
