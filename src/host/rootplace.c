/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caps.h"
#include "err.h"
#include "mounts.h"
#include "rootplace.h"
#include "rootview.h"

/* The folders on the way to a path. 0, or -1 with errno. */
static int
make_way(const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) >= (int)sizeof(folder)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* A file or folder, and the folders on the way to it. 0, or -1 with errno. */
static int
make(const char *path, bool folder)
{
	int fd;

	if (make_way(path) < 0)
		return -1;
	if (folder)
		return mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0;
	fd = open(path, O_CREAT | O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

int
rootplace_make(const char *path, bool folder)
{
	int used = caps_use_over_files(true), done = used < 0 ? -1 : make(path, folder);

	return used < 0 || caps_use_over_files(used) < 0 ? -1 : done;
}

int
rootplace_may_make(const char *at)
{
	int used = caps_use_over_files(true), done = used < 0 ? -1 : rootview_may_make(at);

	return used < 0 || caps_use_over_files(used) < 0 ? -1 : done;
}

int
rootplace_cannot(const char *what, const char *path, struct err *err)
{
	return err_set(err, ERR_MOUNT, "--root: cannot %s %s: %s", what, path, strerror(errno));
}

const char rootplace_no_place[] = "make what is not there:", rootplace_no_mount[] = "mount";

const char *
rootplace_put(int mount, const char *at)
{
	const char *failed = mounts_place(mount, at, false) < 0 ? rootplace_no_mount : NULL;
	int error = errno;

	close(mount);
	errno = error;
	return failed;
}
