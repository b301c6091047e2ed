/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mounts.h"

/* The same numbers on every architecture but alpha, where libc has them. */
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif

/* Of linux/mount.h and linux/fcntl.h. */
enum {
	FSOPEN_AND_FSMOUNT_CLOEXEC = 1,
	FSCONFIG_FLAG = 0,
	FSCONFIG_STRING = 1,
	FSCONFIG_CREATE = 6,
	TREE_CLONE = 1,
	TREE_RECURSIVE = 0x8000,
	MOVE_FROM_EMPTY = 4,
	MOVE_TO_LINKS = 0x10,
};

static int
set_option(int fs, const char *option)
{
	const char *equals = strchr(option, '=');
	char key[32];

	if (!equals)
		return (int)syscall(SYS_fsconfig, fs, FSCONFIG_FLAG, option, NULL, 0);
	if ((size_t)(equals - option) >= sizeof(key)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(key, option, (size_t)(equals - option));
	key[equals - option] = '\0';
	return (int)syscall(SYS_fsconfig, fs, FSCONFIG_STRING, key, equals + 1, 0);
}

int
mounts_new(const char *type, const char *const *options)
{
	int fs = (int)syscall(SYS_fsopen, type, FSOPEN_AND_FSMOUNT_CLOEXEC), mount = -1, error;
	bool whole = fs >= 0;

	for (; whole && *options; options++)
		whole = set_option(fs, *options) == 0;
	if (whole && syscall(SYS_fsconfig, fs, FSCONFIG_CREATE, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, fs, FSOPEN_AND_FSMOUNT_CLOEXEC, 0);
	error = errno;
	if (fs >= 0)
		close(fs);
	errno = error;
	return mount;
}

int
mounts_copy(const char *path, bool deep)
{
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, TREE_CLONE | O_CLOEXEC | (deep ? TREE_RECURSIVE : 0));
}

int
mounts_place(int mount, const char *path, bool follow)
{
	return (int)syscall(SYS_move_mount, mount, "", AT_FDCWD, path, MOVE_FROM_EMPTY | (follow ? MOVE_TO_LINKS : 0));
}
