/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "mountinfo.h"
#include "neighbours.h"

/* Of one process; one that has ended meanwhile holds nothing. */
static struct look
holds(const char *pid, ino_t own, struct mountinfo *mounts)
{
	char path[300]; /* a name of a folder, and what is around it */
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ESRCH ? look_seen(false) : look_unknown();
	if (st.st_ino == own)
		return look_seen(false);
	snprintf(path, sizeof(path), "/proc/%s/mountinfo", pid);
	if (mountinfo_read(path, mounts) == 0)
		return look_seen(mounts->count > 0);
	return errno == ENOENT || errno == ESRCH || errno == EINVAL ? look_seen(false) : look_unknown();
}

/* Of all; the processes of a PID namespace are the numbers in its /proc. */
static struct look
any_holds(DIR *proc, ino_t own, struct mountinfo *mounts)
{
	struct look any = look_seen(false), one;
	struct dirent *e;

	for (errno = 0; any.is != LOOK_YES && (e = readdir(proc)); errno = 0) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		one = holds(e->d_name, own, mounts);
		if (one.is != LOOK_NO)
			any = one;
	}
	return any.is == LOOK_NO && errno ? look_unknown() : any;
}

struct look
neighbours_hold(dev_t instance)
{
	struct mountinfo mounts = {.instance = instance};
	struct look held = look_unknown();
	struct stat own;
	DIR *proc = opendir("/proc");

	if (proc && stat("/proc/self/ns/mnt", &own) == 0)
		held = any_holds(proc, own.st_ino, &mounts);
	if (proc)
		closedir(proc);
	mountinfo_free(&mounts);
	return held;
}
