/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts.h"
#include "refused.h"
#include "smallfile.h"

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

/* mountinfo shows what is mounted from our root on: without a line of that itself it is a folder of another mount. */
static enum look_is
is_chrooted(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	enum look_is chrooted = LOOK_YES;
	char *line = NULL;
	size_t room = 0;

	while (f && chrooted == LOOK_YES && getline(&line, &room, f) > 0) {
		const char *point = line;

		for (int i = 0; i < 4; i++) /* "36 35 98:0 /root /point" */
			point += strcspn(point, " ") + (point[strcspn(point, " ")] == ' ');
		if (strncmp(point, "/ ", 2) == 0)
			chrooted = LOOK_UNKNOWN; /* a chroot to a mount looks the same */
	}
	if (!f || ferror(f))
		chrooted = LOOK_UNKNOWN;
	free(line);
	if (f)
		fclose(f);
	return chrooted;
}

void
refused_read(struct refused *facts, int namespaces)
{
	char map[256];

	facts->kernel = host_kernel();
	facts->max_user = limit(namespaces, CLONE_NEWUSER, "/proc/sys/user/max_user_namespaces");
	facts->max_mnt = limit(namespaces, CLONE_NEWNS, "/proc/sys/user/max_mnt_namespaces");
	facts->max_uts = limit(namespaces, CLONE_NEWUTS, "/proc/sys/user/max_uts_namespaces");
	facts->max_pid = limit(namespaces, CLONE_NEWPID, "/proc/sys/user/max_pid_namespaces");
	facts->userns_clone = facts_number("/proc/sys/kernel/unprivileged_userns_clone");
	facts->apparmor_restrict = facts_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	facts->unshare_filtered = is_filtered(unshare(namespaces | NO_FLAG));
	facts->mount_filtered = is_filtered(syscall(SYS_mount, NULL, NULL, NULL, 0, NULL));
	facts->chrooted = is_chrooted();
	facts->mapped = smallfile_read("/proc/self/uid_map", map, sizeof(map)) != 0;
	if (smallfile_read("/proc/self/attr/current", facts->profile, sizeof(facts->profile)) < 0)
		*facts->profile = '\0';
	facts->profile[strcspn(facts->profile, "\n")] = '\0';
}
