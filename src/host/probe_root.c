/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe_root.h"

/* The mount calls of Linux 5.2: the same numbers on every architecture but alpha, where libc has them. */
#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif

enum { CLOEXEC = 1, CREATE = 6 }; /* FSOPEN_CLOEXEC and FSMOUNT_CLOEXEC, FSCONFIG_CMD_CREATE */

/* A tmpfs that is mounted nowhere, so nobody can put anything into it. -1 and errno. */
static int
unnamed_place(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", CLOEXEC), place = -1, error;

	if (fs < 0)
		return -1;
	if (syscall(SYS_fsconfig, fs, CREATE, NULL, NULL, 0) == 0)
		place = (int)syscall(SYS_fsmount, fs, CLOEXEC, 0);
	error = errno;
	close(fs);
	errno = error;
	return place;
}

int
probe_root_enter(int folder)
{
	if (fchdir(folder) < 0)
		return -1;
	if (chroot(".") < 0 && (errno != EPERM || unshare(CLONE_NEWUSER) < 0 || chroot(".") < 0))
		return -1;
	return chdir("/");
}

int
probe_root_empty(void)
{
	int place = unnamed_place();

	if (place < 0 && errno == EPERM && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
		place = unnamed_place();
	return place < 0 ? -1 : probe_root_enter(place); /* left open until exec closes it: that keeps it whole */
}
