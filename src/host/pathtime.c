/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bootplace.h"
#include "pathtime.h"
#include "pathwalk.h"
#include "userns.h"

enum { MOUNT_ROOT = 0x2000 }; /* STATX_ATTR_MOUNT_ROOT (Linux 5.8) */

/* A way under way. */
struct way {
	struct pathtime *times;
	struct stat last; /* of where it has come to */
	bool mounted;     /* something is mounted right there */
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

/*
 * Of a folder: what comes and goes in it sets both times; its own rename, chmod and chown set the ctime alone. Both are
 * the same to whoever asks after what is inside.
 */
static void
take_folder(struct pathtime *times, const struct stat *st)
{
	take_later(&times->inside, &st->st_ctim);
	if (st->st_ctim.tv_sec != st->st_mtim.tv_sec || st->st_ctim.tv_nsec != st->st_mtim.tv_nsec)
		take_later(&times->folder, &st->st_ctim);
}

/* Whether something is mounted right on a place, since when nobody knows. Where the kernel does not say so: no. */
static bool
is_mounted_on(int place)
{
#ifdef SYS_statx
	struct {
		uint32_t mask, block_size;
		uint64_t attributes, rest[30];
	} x; /* struct statx of linux/stat.h, which not every libc has */

	return syscall(SYS_statx, place, "", AT_EMPTY_PATH, 0, &x) == 0 && x.attributes & MOUNT_ROOT;
#else
	(void)place;
	return false;
#endif
}

static bool
take_part(void *arg, int fd, const struct stat *st)
{
	struct way *way = arg;

	if (S_ISDIR(st->st_mode))
		take_folder(way->times, st);
	if (S_ISLNK(st->st_mode))
		take_later(&way->times->link, &st->st_ctim);
	way->mounted = is_mounted_on(fd);
	way->times->mounted |= way->mounted;
	way->last = *st;
	return true;
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
go(struct pathtime *times, const char *path, const struct stat *file)
{
	struct way way = {.times = times};

	if (*path != '/')
		return "its path is not absolute";
	if (is_other_root())
		return "this root folder may be another than that of who registered it";
	if (pathwalk(path, take_part, &way) < 0)
		return "the way to it cannot be looked at";
	if (way.last.st_dev != file->st_dev || way.last.st_ino != file->st_ino)
		return "the way to it changes";
	return way.mounted ? "another file may be mounted there" : NULL;
}

void
pathtime_look(const char *path, const struct stat *file, struct pathtime *times)
{
	times->file = file->st_ctim;
	if (times->of && strcmp(times->of, path) == 0 && times->dev == file->st_dev && times->ino == file->st_ino)
		return;
	*times = (struct pathtime){.of = path, .dev = file->st_dev, .ino = file->st_ino, .file = file->st_ctim};
	times->unknown = go(times, path, file);
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
