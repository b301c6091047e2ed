/* SPDX-License-Identifier: MIT */
/* Who could change the file that a path leads to (see trust.h). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "err.h"
#include "mounted.h"
#include "paste.h"
#include "trust.h"
#include "userns.h"

enum { LINKS_MAX = 40 /* as many as the kernel follows */, CULPRITS_MAX = 16 };

static bool
trusted(uid_t uid)
{
	if (uid == 0)
		return true;
	return userns_is_initial().is == LOOK_NO && (uid == geteuid() || uid == userns_overflow_uid());
}

/* What was met on the way: the first culprit is told in err->text, what helps against all of them in err->fix. */
struct way {
	struct err *err;
	bool hopeless; /* no command helps against one of them, or they are too many */
	struct {
		dev_t dev;
		ino_t ino;
	} culprits[CULPRITS_MAX];
	size_t count;
};

/* Whether a culprit was not met before, on a path that comes by it again; then it is noted. */
static bool
is_new(const struct stat *st, struct way *way)
{
	for (size_t i = 0; i < way->count; i++)
		if (way->culprits[i].dev == st->st_dev && way->culprits[i].ino == st->st_ino)
			return false;
	if (way->count == CULPRITS_MAX) {
		way->hopeless = true;
		return false;
	}
	way->culprits[way->count].dev = st->st_dev;
	way->culprits[way->count++].ino = st->st_ino;
	return true;
}

/* Adds a command that takes a culprit's danger away; on a read-only file system none does. */
static void
add_fix(int fd, const char *command, struct way *way)
{
	char link[32], path[PATH_MAX], word[PASTE_MAX], *fix = way->err->fix;
	size_t used = strlen(fix), room = sizeof(way->err->fix) - used;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	way->hopeless |= len <= 0 || !mounted_without(path, ST_RDONLY) || !paste_file(path, false, word) ||
			 snprintf(fix + used, room, "%s%s %s", used ? " && " : "", command, word) >= (int)room;
}

/* What is looked for. */
typedef void trust_judge(int fd, const char *path, const char *name, const struct stat *st, struct way *way);

/* Who could change it. Folders that others need as they are, /tmp and people's own, stay so. */
static void
judge_owner(int fd, const char *path, const char *name, const struct stat *st, struct way *way)
{
	struct err *err = way->err;
	bool writable = st->st_mode & 022;
	static const char lead[] =
	    "with flag C whoever can change the interpreter or a folder on the way to it becomes root";

	if (!trusted(st->st_uid) && !*err->text)
		err_set(err, ERR_CREDENTIALS, "%s: %s (%s) belongs to uid %u", lead, name, path, (unsigned)st->st_uid);
	else if (writable && !*err->text)
		err_set(err, ERR_CREDENTIALS, "%s: %s (%s) is writable by its group or by others", lead, name, path);
	if ((trusted(st->st_uid) && !writable) || !is_new(st, way))
		return;
	way->hopeless |= S_ISDIR(st->st_mode) && (!trusted(st->st_uid) || (writable && st->st_mode & S_ISVTX));
	if (!trusted(st->st_uid))
		add_fix(fd, "chown root", way);
	if (writable)
		add_fix(fd, "chmod go-w", way);
}

/* Who could not execute it. */
static void
judge_reach(int fd, const char *path, const char *name, const struct stat *st, struct way *way)
{
	(void)fd;
	if (!(st->st_mode & S_IXOTH) && !*way->err->text)
		err_set(way->err, ERR_UNFIXED, "flag F is not set, and %s on the way to %s is closed to other users",
			name, path);
}

/* -1 if it cannot be looked at. */
static int
check_one(int fd, const char *path, const char *name, struct stat *st, trust_judge *judge, struct way *way)
{
	if (fstat(fd, st) < 0)
		return err_set(way->err, ERR_UNKNOWN, "%s: cannot look at %s on the way: %s", path, name,
			       strerror(errno));
	if (!S_ISLNK(st->st_mode)) /* nobody can change a link but by its folder */
		judge(fd, path, name, st, way);
	return 0;
}

/* Goes on at a link's target with what is left of the path behind it. */
static int
follow_link(int link, int *dir, char rest[static PATH_MAX], const char *path, struct err *err)
{
	char target[PATH_MAX], joined[PATH_MAX * 2];
	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);
	int n;

	if (len < 0)
		return err_set(err, ERR_UNKNOWN, "%s: cannot read a link on the way: %s", path, strerror(errno));
	target[len] = '\0';
	n = snprintf(joined, sizeof(joined), "%s/%s", target, rest);
	if (n >= PATH_MAX)
		return err_set(err, ERR_CREDENTIALS, "%s: the links on the way make too long a path", path);
	memcpy(rest, joined, (size_t)n + 1);
	if (target[0] != '/')
		return 0;
	close(*dir);
	*dir = open("/", O_PATH | O_CLOEXEC);
	return *dir < 0 ? err_set(err, ERR_UNKNOWN, "cannot open /: %s", strerror(errno)) : 0;
}

/* Moves the first component of rest to name; false at the end of the path. */
static bool
next_part(char rest[static PATH_MAX], char name[static PATH_MAX])
{
	size_t skip = strspn(rest, "/"), len = strcspn(rest + skip, "/");

	memcpy(name, rest + skip, len);
	name[len] = '\0';
	memmove(rest, rest + skip + len, strlen(rest + skip + len) + 1);
	return len > 0;
}

/* Opens one component and looks at what was opened; *dir becomes it, or for a link the folder to go on from. */
static int
step(const char *name, int *dir, char rest[static PATH_MAX], int *links, const char *path, trust_judge *judge,
     struct way *way)
{
	int done, fd = openat(*dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_set(way->err, look_absent(errno) || errno == EACCES ? ERR_CREDENTIALS : ERR_UNKNOWN,
			       "%s: cannot open %s on the way: %s", path, name, strerror(errno));
	done = check_one(fd, path, name, &st, judge, way);
	if (done == 0 && S_ISLNK(st.st_mode)) {
		done = ++*links > LINKS_MAX ? err_set(way->err, ERR_CREDENTIALS, "%s: too many links on the way", path)
					    : follow_link(fd, dir, rest, path, way->err);
		close(fd);
		return done;
	}
	close(*dir);
	*dir = fd;
	return done;
}

/* Where the folder of the path's own last name begins to count: its length with the slash, 0 for none. */
static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? (size_t)(slash + 1 - path) : 0;
}

/* Whether a file right in the folder that was found good is good too: one look in place of a walk. */
static bool
is_good_there(const struct trust_folder *known, const char *path)
{
	size_t len = folder_length(path);
	struct stat st;

	return known && known->fd >= 0 && strlen(known->path) == len && memcmp(path, known->path, len) == 0 &&
	       fstatat(known->fd, path + len, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode) &&
	       trusted(st.st_uid) && !(st.st_mode & 022);
}

/* What is left is the last name, no link was met, and all in front of it is good: that is worth keeping. */
static void
keep_folder(const char *path, const char *rest, int dir, struct trust_folder *known)
{
	size_t len = folder_length(path);

	if (len == 0 || strcmp(rest + strspn(rest, "/"), path + len) != 0)
		return;
	trust_forget(known);
	known->fd = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	memcpy(known->path, path, len);
	known->path[len] = '\0';
}

static int
go(const char *path, trust_judge *judge, struct trust_folder *known, struct err *err)
{
	char rest[PATH_MAX], name[PATH_MAX];
	struct way way = {.err = err};
	int dir, links = 0, done;
	struct stat st;

	err_clear(err);
	if (path[0] != '/' || strlen(path) >= sizeof(rest))
		return err_set(err, ERR_CREDENTIALS, "%s: not an absolute path", path);
	memcpy(rest, path, strlen(path) + 1);
	dir = open("/", O_PATH | O_CLOEXEC);
	if (dir < 0)
		return err_set(err, ERR_UNKNOWN, "cannot open /: %s", strerror(errno));
	done = check_one(dir, path, "/", &st, judge, &way);
	while (done == 0) {
		if (known && links == 0 && !*err->text)
			keep_folder(path, rest, dir, known);
		if (!next_part(rest, name))
			break;
		done = step(name, &dir, rest, &links, path, judge, &way);
	}
	if (dir >= 0)
		close(dir);
	if (way.hopeless)
		err->fix[0] = '\0';
	return *err->text ? -1 : 0;
}

void
trust_forget(struct trust_folder *known)
{
	if (known->fd >= 0)
		close(known->fd);
	known->fd = -1;
}

int
trust_check(const char *path, struct trust_folder *known, struct err *err)
{
	return is_good_there(known, path) ? 0 : go(path, judge_owner, known, err);
}

int
trust_reach(const char *path, struct err *err)
{
	return go(path, judge_reach, NULL, err);
}
