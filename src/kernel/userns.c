/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "userns.h"

/* Of linux/nsfs.h (4.9), which not every libc comes with: the user namespace that owns a namespace. */
#ifndef NS_GET_USERNS
#define NS_GET_USERNS _IO(0xb7, 1)
#endif

struct look
userns_is_initial(void)
{
	/* PROC_USER_INIT_INO of include/linux/proc_ns.h: fixed for the namespace that the kernel starts with. */
	const ino_t initial = 0xEFFFFFFDU;
	struct stat st;

	if (stat("/proc/self/ns/user", &st) < 0)
		return look_unknown();
	return look_seen(st.st_ino == initial);
}

/* By what the ioctl for the owner brought: a descriptor, or -1 with errno. */
static enum userns_place
place_of(int owner)
{
	struct stat of_mounts, ours;

	if (owner < 0)
		return errno == EPERM ? USERNS_ABOVE : errno == ENOTTY ? USERNS_OURS : USERNS_UNKNOWN;
	if (fstat(owner, &of_mounts) < 0 || stat("/proc/self/ns/user", &ours) < 0)
		return USERNS_UNKNOWN;
	return of_mounts.st_ino == ours.st_ino ? USERNS_OURS : USERNS_BELOW;
}

enum userns_place
userns_mounts(void)
{
	int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), owner;
	enum userns_place place;

	if (mounts < 0)
		return USERNS_UNKNOWN;
	owner = ioctl(mounts, NS_GET_USERNS);
	place = place_of(owner);
	if (owner >= 0)
		close(owner);
	close(mounts);
	return place;
}

uid_t
userns_overflow_uid(void)
{
	uint64_t uid;

	return number_of_file("/proc/sys/kernel/overflowuid", &uid) ? (uid_t)uid : 65534;
}

struct look
userns_same(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 ? look_seen(x.st_ino == y.st_ino) : look_unknown();
}

bool
userns_pids_are_hosts(void)
{
	const ino_t initial = 0xEFFFFFFCU; /* PROC_PID_INIT_INO of include/linux/proc_ns.h */
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == initial;
}

bool
userns_mounts_are_hosts(void)
{
	return userns_pids_are_hosts() && userns_same("/proc/self/ns/mnt", "/proc/1/ns/mnt").is == LOOK_YES;
}
