/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rootview.h"

enum { LINKS_MAX = 40 /* as the kernel's MAXSYMLINKS */ };

static struct {
	char at[PATH_MAX];
	const char *from;
	bool closed; /* a new folder that nothing can be made in */
} shown[ROOTVIEW_MAX];

static size_t count;
static char folder[PATH_MAX]; /* the place that relative paths begin at */

void
rootview_begin(void)
{
	count = 0;
	*folder = '\0';
}

void
rootview_show(const char *at, const char *from)
{
	if (count == ROOTVIEW_MAX)
		return;
	snprintf(shown[count].at, PATH_MAX, "%s", at);
	shown[count].closed = false;
	shown[count++].from = from;
}

void
rootview_show_closed(const char *at)
{
	rootview_show(at, NULL);
	shown[count - 1].closed = true;
}

/* A place is below itself too. */
static bool
is_below(const char *at, const char *top)
{
	size_t len = strlen(top);

	return strncmp(at, top, len) == 0 && (at[len] == '/' || at[len] == '\0');
}

/* What is shown at a place or above it, by the number behind it; 0: the root folder itself. */
static size_t
find(const char *at)
{
	size_t i = count;

	while (i > 0 && !is_below(at, shown[i - 1].at))
		i--;
	return i;
}

bool
rootview_is_outside(const char *at)
{
	size_t i = find(at);

	return i && shown[i - 1].from;
}

/* Something is shown right there. */
static bool
is_shown(const char *at)
{
	size_t i = find(at);

	return i && strcmp(at, shown[i - 1].at) == 0;
}

static bool
is_new_folder(const char *at)
{
	return is_shown(at) && !shown[find(at) - 1].from;
}

/* Whether it is made with a place behind it. */
static bool
is_on_the_way(const char *at)
{
	for (size_t i = find(at); i < count; i++)
		if (is_below(shown[i].at, at))
			return true;
	return false;
}

/* The name by which a place is found from here. 0, or -1 and errno. */
static int
name_of(const char *at, char name[static PATH_MAX])
{
	size_t i = find(at);
	const char *from = i ? shown[i - 1].from : ".", *rest = i ? at + strlen(shown[i - 1].at) : at;

	if (!from) {
		errno = ENOENT;
		return -1;
	}
	if (snprintf(name, PATH_MAX, "%s%s", from, rest) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* Any folder stands for one that is not made yet: what is in it is looked up by its place. */
static int
open_at(const char *at, int flags)
{
	char name[PATH_MAX];
	int fd = name_of(at, name) < 0 ? -1 : openat(AT_FDCWD, name, flags | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || (!is_new_folder(at) && !is_on_the_way(at)))
		return fd;
	return openat(AT_FDCWD, "/", flags | O_CLOEXEC);
}

int
rootview_look(const char *at, struct stat *st)
{
	int fd = open_at(at, is_shown(at) ? O_PATH : O_PATH | O_NOFOLLOW), done;

	if (fd < 0)
		return -1;
	done = fstat(fd, st);
	close(fd);
	return done;
}

bool
rootview_is_process(const char *at)
{
	static const char proc[] = "/proc/", self[] = "/proc/self/";
	char name[PATH_MAX];

	if (is_shown(at) || name_of(at, name) < 0 || strncmp(name, proc, strlen(proc)) != 0)
		return false;
	return (name[strlen(proc)] >= '0' && name[strlen(proc)] <= '9') || strncmp(name, self, strlen(self)) == 0;
}

static void
cut(char *at)
{
	char *slash = strrchr(at, '/');

	if (slash)
		*slash = '\0';
}

/* Where a link at a place leads: the length, 0 if there is none, or -1 and errno. */
static ssize_t
read_link(const char *at, char target[static PATH_MAX])
{
	char name[PATH_MAX];
	ssize_t len;

	if (name_of(at, name) < 0 || is_shown(at)) /* what is shown was followed */
		return errno == ENAMETOOLONG ? -1 : 0;
	len = readlink(name, target, PATH_MAX - 1);
	if (len >= 0)
		target[len] = '\0';
	else if (errno == EINVAL || errno == ENOENT || errno == ENOTDIR || errno == EACCES)
		len = 0;
	return len;
}

/* A path that is looked up: the place so far, and what is left of it. */
struct way {
	char at[PATH_MAX], rest[PATH_MAX];
	int links;
	bool follow, may_lack;
};

static int
fails(int error)
{
	errno = error;
	return -1;
}

/* `.` and `..` are names of a folder only. */
static int
need_folder(const struct way *way)
{
	int fd = open_at(way->at, O_PATH | O_DIRECTORY);

	if (fd < 0)
		return errno == ENOENT && way->may_lack ? 0 : -1;
	close(fd);
	return 0;
}

/* One name further, of this length in the rest. */
static int
take_name(struct way *way, const char *name, size_t len)
{
	char target[PATH_MAX], rest[PATH_MAX];
	size_t at_len = strlen(way->at);
	const char *tail = name + len;
	ssize_t link;

	if (at_len + len + 2 > PATH_MAX)
		return fails(ENAMETOOLONG);
	snprintf(way->at + at_len, PATH_MAX - at_len, "/%.*s", (int)len, name);
	link = !way->follow && !tail[strspn(tail, "/")] ? 0 : read_link(way->at, target);
	if (link > 0) {
		if (++way->links > LINKS_MAX)
			return fails(ELOOP);
		if (snprintf(rest, PATH_MAX, "%s%s", target, tail) >= PATH_MAX)
			return fails(ENAMETOOLONG);
		way->at[*target == '/' ? 0 : at_len] = '\0';
		tail = rest;
	}
	memmove(way->rest, tail, strlen(tail) + 1);
	return link < 0 ? -1 : 0;
}

static int
resolve(const char *path, bool follow, bool may_lack, char at[static PATH_MAX])
{
	struct way way = {.follow = follow, .may_lack = may_lack};
	const char *name;

	if (snprintf(way.rest, PATH_MAX, "%s", path) >= PATH_MAX)
		return fails(ENAMETOOLONG);
	if (*path != '/')
		memcpy(way.at, folder, sizeof(folder));
	while (*(name = way.rest + strspn(way.rest, "/"))) {
		size_t len = strcspn(name, "/");
		bool dots = len <= 2 && strspn(name, ".") == len;

		if (dots && need_folder(&way) < 0)
			return -1;
		if (dots && len == 2)
			cut(way.at);
		if (dots)
			memmove(way.rest, name + len, strlen(name + len) + 1);
		else if (take_name(&way, name, len) < 0)
			return -1;
	}
	memcpy(at, way.at, PATH_MAX);
	return 0;
}

int
rootview_where(const char *path, bool follow, char at[static PATH_MAX])
{
	return resolve(path, follow, true, at);
}

/* Only what is sure to fail fails here: the kernel has the last word. */
int
rootview_may_make(const char *at)
{
	char above[PATH_MAX], name[PATH_MAX];
	int fd = -1;

	snprintf(above, sizeof(above), "%s", at);
	do {
		cut(above);
		if (is_new_folder(above))
			return shown[find(above) - 1].closed ? fails(EPERM) : 0;
		fd = name_of(above, name) < 0 ? -1 : openat(AT_FDCWD, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	} while (fd < 0 && errno == ENOENT && *above);
	if (fd < 0)
		return -1;
	close(fd);
	return faccessat(AT_FDCWD, name, W_OK | X_OK, AT_EACCESS) < 0 && (errno == EACCES || errno == EROFS) ? -1 : 0;
}

int
rootview_enter(const char *path)
{
	char at[PATH_MAX], name[PATH_MAX];
	int fd;

	if (resolve(path, true, false, at) < 0)
		return -1;
	fd = open_at(at, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return -1;
	close(fd);
	if (name_of(at, name) == 0 && faccessat(AT_FDCWD, name, X_OK, AT_EACCESS) < 0 && errno == EACCES)
		return -1;
	memcpy(folder, at, sizeof(folder));
	return 0;
}

int
rootview_open(const char *path, int flags)
{
	size_t len = strlen(path);
	char at[PATH_MAX];

	if (resolve(path, true, false, at) < 0)
		return -1;
	return open_at(at, (flags & ~O_NOFOLLOW) | (len && path[len - 1] == '/' ? O_DIRECTORY : 0));
}
