/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "below.h"
#include "rootview.h"

/* Newer than the headers that some build with; the number is the same on every architecture but alpha. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

enum { IN_ROOT = 0x10 /* RESOLVE_IN_ROOT */, TRIES = 3 /* while something is renamed on the way: EAGAIN */ };

/* struct open_how of linux/openat2.h. */
struct open_how_raw {
	uint64_t flags, mode, resolve;
};

int
below_open(int root, const char *path, int flags)
{
	const struct open_how_raw how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = IN_ROOT};
	long fd = -1;

	if (!*path)
		path = ".";
	if (root == ROOTVIEW)
		return rootview_open(path, flags);
	if (root < 0)
		return openat(AT_FDCWD, path, flags | O_CLOEXEC); /* musl adds an fcntl to open */
	for (int i = 0; i < TRIES && fd < 0 && (i == 0 || errno == EAGAIN); i++)
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	return (int)fd;
}

bool
below_works(int root)
{
	int fd = below_open(root, "/", O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != ENOSYS && errno != EPERM);
}

static int
open_same(int fd, int root, const char *path, int flags)
{
	struct stat asked, got;
	int same = below_open(root, path, flags);

	if (same < 0 || (fstat(fd, &asked) == 0 && fstat(same, &got) == 0 && asked.st_dev == got.st_dev &&
			 asked.st_ino == got.st_ino))
		return same;
	close(same);
	errno = ESTALE;
	return -1;
}

int
below_reopen(int fd, int root, const char *path, bool waits)
{
	const int flags = O_RDONLY | O_NOCTTY | (waits ? 0 : O_NONBLOCK);
	char link[32];
	int same;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	same = openat(AT_FDCWD, link, flags | O_CLOEXEC);
	return same >= 0 || errno != ENOENT ? same : open_same(fd, root, path, flags);
}
