/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bootplace.h"
#include "caps.h"
#include "facts.h"
#include "refused.h"
#include "smallfile.h"
#include "userns.h"

enum { NO_FLAG = CLONE_VFORK }; /* unshare(2) takes no such one */

/* How many of a kind this user may have; what is not asked for refuses nothing. */
static long
limit(int namespaces, int one, const char *path)
{
	return namespaces & one ? facts_number(path) : FACTS_ABSENT;
}

/*
 * Whether a filter of system calls answers a call that is wrong in itself: the kernel says so (EINVAL, EFAULT) before
 * it asks for any permission.
 */
static enum look_is
is_filtered(long result)
{
	if (result == 0)
		return LOOK_UNKNOWN;
	return errno == EPERM || errno == EACCES    ? LOOK_YES
	       : errno == EINVAL || errno == EFAULT ? LOOK_NO
						    : LOOK_UNKNOWN;
}

/* Root of the machine is not meant. */
static bool
is_switched_off(void)
{
	return facts_number("/proc/sys/kernel/unprivileged_userns_clone") == 0 &&
	       !(caps_has(CAPS_SYS_ADMIN) && userns_is_initial().is == LOOK_YES);
}

void
refused_read_limits(struct refused *facts, int namespaces)
{
	facts->max_user = limit(namespaces, CLONE_NEWUSER, "/proc/sys/user/max_user_namespaces");
	facts->max_mnt = limit(namespaces, CLONE_NEWNS, "/proc/sys/user/max_mnt_namespaces");
	facts->max_uts = limit(namespaces, CLONE_NEWUTS, "/proc/sys/user/max_uts_namespaces");
	facts->max_pid = limit(namespaces, CLONE_NEWPID, "/proc/sys/user/max_pid_namespaces");
}

void
refused_read(struct refused *facts, int namespaces)
{
	char map[256];

	facts->kernel = host_kernel();
	facts->switched_off = is_switched_off();
	facts->apparmor_restrict = facts_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	/* The switch answers with EPERM before the call is looked at. */
	facts->unshare_filtered = facts->switched_off ? LOOK_UNKNOWN : is_filtered(unshare(namespaces | NO_FLAG));
	facts->mount_filtered = is_filtered(syscall(SYS_mount, NULL, NULL, NULL, 0, NULL));
	/* Without a mount there it is a folder of another mount; a chroot to a mount looks as none. */
	facts->chrooted = bootplace_root_is_mount().is == LOOK_NO ? LOOK_YES : LOOK_UNKNOWN;
	facts->mapped = smallfile_read("/proc/self/uid_map", map, sizeof(map)) != 0;
	if (smallfile_read("/proc/self/attr/current", facts->profile, sizeof(facts->profile)) < 0)
		*facts->profile = '\0';
	facts->profile[strcspn(facts->profile, "\n")] = '\0';
}
