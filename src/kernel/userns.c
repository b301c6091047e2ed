/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/stat.h>

#include "userns.h"

struct look
userns_is_initial(void)
{
	/* PROC_USER_INIT_INO of include/linux/proc_ns.h: fixed for the namespace that the kernel starts with. */
	const ino_t initial = 0xEFFFFFFDU;
	struct stat st;

	if (stat("/proc/self/ns/user", &st) < 0)
		return (struct look){LOOK_UNKNOWN};
	return look_seen(st.st_ino == initial);
}

uid_t
userns_overflow_uid(void)
{
	FILE *f = fopen("/proc/sys/kernel/overflowuid", "re");
	unsigned uid = 65534;

	if (f) {
		if (fscanf(f, "%u", &uid) != 1)
			uid = 65534;
		fclose(f);
	}
	return uid;
}
