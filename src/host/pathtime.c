/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bootplace.h"
#include "pathtime.h"
#include "userns.h"

enum {
	LINKS_MAX = 40,      /* as many as the kernel follows */
	MOUNT_ROOT = 0x2000, /* STATX_ATTR_MOUNT_ROOT (Linux 5.8) */
};

/* A way under way. */
struct way {
	char at[PATH_MAX];   /* where it has come to: no link is in it; "" is the root folder */
	char rest[PATH_MAX]; /* what is left of it */
	struct stat st;      /* of where it has come to */
	int links;
	struct pathtime *times;
};

bool
pathtime_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

static void
take_later(struct timespec *latest, const struct timespec *time)
{
	if (pathtime_later(time, latest))
		*latest = *time;
}

/* Moves the first name of what is left to `name`; false at the end. */
static bool
next_name(struct way *way, char name[static PATH_MAX])
{
	size_t skip = strspn(way->rest, "/"), len = strcspn(way->rest + skip, "/");

	memcpy(name, way->rest + skip, len);
	name[len] = '\0';
	memmove(way->rest, way->rest + skip + len, strlen(way->rest + skip + len) + 1);
	return len > 0;
}

static void
cut_last(struct way *way)
{
	char *slash = strrchr(way->at, '/');

	if (slash)
		*slash = '\0';
}

/* Goes on at the target of a link. False where that cannot be. */
static bool
follow(struct way *way)
{
	char target[PATH_MAX];
	ssize_t len = readlink(way->at, target, sizeof(target));
	size_t left = strlen(way->rest);

	if (len <= 0 || (size_t)len + 1 + left >= sizeof(way->rest) || ++way->links > LINKS_MAX)
		return false;
	memmove(way->rest + len + 1, way->rest, left + 1);
	memcpy(way->rest, target, (size_t)len);
	way->rest[len] = '/';
	if (target[0] == '/')
		way->at[0] = '\0';
	else
		cut_last(way);
	return true;
}

/*
 * Of a folder: what comes and goes in it sets both times; its own rename, chmod and chown set the ctime alone. Both are
 * the same to whoever asks after what is inside.
 */
static void
take_folder(struct way *way)
{
	const struct stat *st = &way->st;

	take_later(&way->times->inside, &st->st_ctim);
	if (st->st_ctim.tv_sec != st->st_mtim.tv_sec || st->st_ctim.tv_nsec != st->st_mtim.tv_nsec)
		take_later(&way->times->folder, &st->st_ctim);
}

/* Whether something is mounted right on a place, since when nobody knows. Where the kernel does not say so: no. */
static bool
is_mounted_on(const char *path)
{
#ifdef SYS_statx
	struct {
		uint32_t mask, block_size;
		uint64_t attributes, rest[30];
	} x; /* struct statx of linux/stat.h, which not every libc has */

	return syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &x) == 0 && x.attributes & MOUNT_ROOT;
#else
	(void)path;
	return false;
#endif
}

/* One name further. False where that cannot be looked at. */
static bool
step(struct way *way, const char *name)
{
	size_t at = strlen(way->at), len = strlen(name);

	if (strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0) {
		cut_last(way);
		return true;
	}
	if (at + 1 + len >= sizeof(way->at))
		return false;
	way->at[at] = '/';
	memcpy(way->at + at + 1, name, len + 1);
	if (lstat(way->at, &way->st) < 0)
		return false;
	if (S_ISDIR(way->st.st_mode))
		take_folder(way);
	if (is_mounted_on(way->at))
		way->times->mounted = true;
	if (!S_ISLNK(way->st.st_mode))
		return true;
	take_later(&way->times->link, &way->st.st_ctim);
	return follow(way);
}

/* Whether this root folder may be none of those who registered: a chroot, a container that sees the machine's table. */
static bool
is_other_root(void)
{
	static enum look_is other; /* it stays what it is */

	if (other == LOOK_UNKNOWN)
		other = bootplace_chroot().is == LOOK_YES ||
				(userns_is_initial().is == LOOK_YES && bootplace_container().is == LOOK_YES)
			    ? LOOK_YES
			    : LOOK_NO;
	return other == LOOK_YES;
}

static const char *
go(struct way *way, const char *path, const struct stat *file)
{
	char name[PATH_MAX];

	if (*path != '/')
		return "its path is not absolute";
	if (is_other_root())
		return "this root folder may be another than that of who registered it";
	strcpy(way->rest, path);
	while (next_name(way, name))
		if (!step(way, name))
			return "the way to it cannot be looked at";
	if (way->st.st_dev != file->st_dev || way->st.st_ino != file->st_ino)
		return "the way to it changes";
	return is_mounted_on(way->at) ? "another file may be mounted there" : NULL;
}

void
pathtime_look(const char *path, const struct stat *file, struct pathtime *times)
{
	static struct way way; /* 8 KB */

	times->file = file->st_ctim;
	if (times->of && strcmp(times->of, path) == 0 && times->dev == file->st_dev && times->ino == file->st_ino)
		return;
	*times = (struct pathtime){.of = path,
				   .dev = file->st_dev,
				   .ino = file->st_ino,
				   .file = file->st_ctim,
				   .unknown = "its path is too long"};
	way.at[0] = '\0';
	way.st.st_ino = 0;
	way.links = 0;
	way.times = times;
	if (strlen(path) < sizeof(way.rest))
		times->unknown = go(&way, path, file);
}

const char *
pathtime_doubt(const struct pathtime *times, const struct timespec *then)
{
	if (pathtime_later(&times->file, then))
		return "that was changed since";
	if (times->unknown)
		return times->unknown;
	if (pathtime_later(&times->link, then))
		return "a link on the way to it was changed since";
	return pathtime_later(&times->folder, then) ? "a folder on the way to it was changed since" : NULL;
}

bool
pathtime_is_firm(const struct pathtime *times, const struct timespec *then)
{
	return !times->unknown && pathtime_later(then, &times->file) && pathtime_later(then, &times->link) &&
	       pathtime_later(then, &times->inside);
}
