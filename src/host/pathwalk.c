/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pathwalk.h"

enum { LINKS_MAX = 40 /* as many as the kernel follows */ };

struct way {
	int at;              /* the folder that it has come to, or the file itself */
	char rest[PATH_MAX]; /* of the path, from there */
	int links;           /* that were followed */
};

static int
fails(int error)
{
	errno = error;
	return -1;
}

/* Goes on at what a link names. */
static int
follow(struct way *way, int link)
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);

	if (len < 0)
		return -1;
	target[len] = '\0';
	if (++way->links > LINKS_MAX)
		return fails(ELOOP);
	if (snprintf(joined, sizeof(joined), "%s/%s", target, way->rest) >= PATH_MAX)
		return fails(ENAMETOOLONG);
	memcpy(way->rest, joined, strlen(joined) + 1);
	if (target[0] != '/')
		return 0;
	close(way->at);
	way->at = open("/", O_PATH | O_CLOEXEC);
	return way->at < 0 ? -1 : 0;
}

/* Opens the first part of what is left, and takes it away from there. */
static int
open_part(struct way *way)
{
	size_t skip = strspn(way->rest, "/"), len = strcspn(way->rest + skip, "/");
	char name[PATH_MAX];

	memcpy(name, way->rest + skip, len);
	name[len] = '\0';
	memmove(way->rest, way->rest + skip + len, strlen(way->rest + skip + len) + 1);
	return openat(way->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* One part further. 1: that is enough. */
static int
step(struct way *way, pathwalk_part *part, void *arg)
{
	int fd = open_part(way), done, error;
	struct stat st;

	if (fd < 0)
		return -1;
	done = fstat(fd, &st);
	if (done == 0)
		done = part(arg, fd, &st) ? 0 : 1;
	if (done == 0 && !S_ISLNK(st.st_mode)) {
		close(way->at);
		way->at = fd;
		return 0;
	}
	if (done == 0)
		done = follow(way, fd);
	error = errno;
	close(fd);
	errno = error;
	return done;
}

int
pathwalk(const char *path, pathwalk_part *part, void *arg)
{
	struct way way = {.links = 0};
	int done = 0, error;

	if (snprintf(way.rest, sizeof(way.rest), "%s", path) >= PATH_MAX)
		return fails(ENAMETOOLONG);
	way.at = open("/", O_PATH | O_CLOEXEC);
	if (way.at < 0)
		return -1;
	while (done == 0 && way.rest[strspn(way.rest, "/")])
		done = step(&way, part, arg);
	error = errno;
	if (way.at >= 0)
		close(way.at);
	errno = error;
	return done < 0 ? -1 : 0;
}
