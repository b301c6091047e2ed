/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bootlost.h"

/* statfs(2) types, from include/uapi/linux/magic.h, which musl does not bring. */
enum { TMPFS_MAGIC = 0x01021994 };
#define RAMFS_MAGIC 0x858458f6U

enum { LINKS_MAX = 40 /* as many as the kernel follows */ };

/* On the way to a file. */
struct way {
	int at;              /* the folder, or the file itself */
	char rest[PATH_MAX]; /* of the path, from there */
	int links;           /* that were followed */
	dev_t root;          /* the root file system */
};

/* Whether it is /run, which is emptied at each boot, whatever it is mounted from. */
static bool
is_run(const struct stat *st)
{
	struct stat run;

	return stat("/run", &run) == 0 && run.st_dev == st->st_dev && run.st_ino == st->st_ino;
}

/* Whether one part of the way is lost. */
static struct look
part_is_lost(int fd, const struct stat *st, dev_t root)
{
	struct statfs fs;

	if (is_run(st))
		return look_seen(true);
	if (st->st_dev == root)
		return look_seen(false);
	if (fstatfs(fd, &fs) < 0)
		return look_unknown();
	return look_seen((unsigned long)fs.f_type == TMPFS_MAGIC ||
			 ((unsigned long)fs.f_type & UINT_MAX) == RAMFS_MAGIC);
}

/* Goes on at what a link names. -1 with errno. */
static int
follow(int link, struct way *way)
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);

	if (len < 0)
		return -1;
	target[len] = '\0';
	if (++way->links > LINKS_MAX || snprintf(joined, sizeof(joined), "%s/%s", target, way->rest) >= PATH_MAX) {
		errno = ELOOP;
		return -1;
	}
	memcpy(way->rest, joined, strlen(joined) + 1);
	if (target[0] != '/')
		return 0;
	close(way->at);
	way->at = open("/", O_PATH | O_CLOEXEC);
	return way->at < 0 ? -1 : 0;
}

/* Opens the first part of what is left, and takes it away from there; -1 with errno. */
static int
open_part(struct way *way)
{
	char *part = way->rest + strspn(way->rest, "/");
	size_t len = strcspn(part, "/");
	bool last = !part[len];
	int fd;

	part[len] = '\0';
	fd = openat(way->at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	memmove(way->rest, last ? "" : part + len + 1, last ? 1 : strlen(part + len + 1) + 1);
	return fd;
}

/* One part further on; *lost: whether that is. -1 with errno: there is none, or it cannot be looked at. */
static int
step(struct way *way, struct look *lost)
{
	int fd = open_part(way), done, error;
	struct stat st;

	if (fd < 0)
		return -1;
	done = fstat(fd, &st);
	if (done == 0)
		*lost = part_is_lost(fd, &st, way->root);
	if (done == 0 && !S_ISLNK(st.st_mode)) {
		close(way->at);
		way->at = fd;
		return 0;
	}
	if (done == 0)
		done = follow(fd, way);
	error = errno;
	close(fd);
	errno = error;
	return done;
}

struct look
bootlost(const char *path)
{
	struct way way = {.at = open("/", O_PATH | O_CLOEXEC)};
	struct look lost = look_seen(false);
	struct stat root = {.st_dev = 0};

	if (way.at < 0 || fstat(way.at, &root) < 0 || snprintf(way.rest, PATH_MAX, "%s", path) >= PATH_MAX) {
		lost = look_unknown();
		way.rest[0] = '\0';
	}
	way.root = root.st_dev;
	while (lost.is == LOOK_NO && way.rest[strspn(way.rest, "/")])
		if (step(&way, &lost) < 0 && lost.is != LOOK_YES) {
			lost = look_absent(errno) ? look_seen(false) : look_unknown();
			break;
		}
	if (way.at >= 0)
		close(way.at);
	return lost;
}
