/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "below.h"
#include "caps.h"
#include "host.h"
#include "look.h"
#include "opened.h"

/* Newer than the headers that some build with; the number is the same on every architecture but alpha. */
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

enum {
	CHECK_ONLY = 0x10000, /* AT_EXECVE_CHECK */
	NO_FLAG = 0x40000000, /* a flag that means nothing */
	TRIES = 3,            /* at a file that somebody replaces meanwhile */
	OLD_PATTERN_WINDOW = 128,
	GROUPS_MAX = 1024,
	PIECE = 16384,
	CONTAINS_MAX = 32 << 20,
};

static const char *
why_not_opened(int error)
{
	switch (error) {
	case ENOENT:
		return "does not exist";
	case EACCES:
		return "cannot be reached: a folder on the way to it is closed to this user";
	case ENOTDIR:
		return "cannot be reached: a file stands in place of a folder";
	case ELOOP:
		return "links that lead in a circle, or too many of them";
	case ENAMETOOLONG:
		return "the path is too long";
	default:
		return strerror(error);
	}
}

/* Errors that say something about this process or a disk, not about the file. */
static bool
is_own_trouble(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR || error == EAGAIN ||
	       error == EIO;
}

static int
not_opened(int root, int error, struct opened *file)
{
	file->no_openat2 = root >= 0 && !below_works(root);
	if (file->no_openat2) {
		file->reason = "paths below another root cannot be looked up: openat2 is missing (before Linux 5.6)";
		return -1;
	}
	file->reason = is_own_trouble(error)
			   ? "cannot be looked at: too few descriptors, too little memory, or an error of the disk"
			   : why_not_opened(error);
	return is_own_trouble(error) ? -1 : error;
}

/* By the bits of the mode, for kernels without faccessat2 (before 5.8). */
static bool
mode_permits(const struct stat *st)
{
	gid_t groups[GROUPS_MAX];
	int count;

	if (caps_has(CAPS_DAC_OVERRIDE))
		return st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
	if (st->st_uid == geteuid())
		return st->st_mode & S_IXUSR;
	count = getgroups(GROUPS_MAX, groups);
	for (int i = 0; i < count; i++)
		if (groups[i] == st->st_gid)
			return st->st_mode & S_IXGRP;
	return st->st_mode & (st->st_gid == getegid() ? S_IXGRP : S_IXOTH);
}

/* The check that exec makes, of the mount and the effective ids and capabilities; the mount alone where it says no. */
static struct look
may_execute(int fd, struct opened *file)
{
	struct statvfs vfs;
	bool missing;

	if (syscall(SYS_faccessat2, fd, "", X_OK, AT_EACCESS | AT_EMPTY_PATH) == 0)
		return look_seen(true);
	missing = errno == ENOSYS || errno == EPERM || errno == EINVAL;
	if (is_own_trouble(errno) || fstatvfs(fd, &vfs) < 0)
		return look_unknown();
	file->noexec = vfs.f_flag & ST_NOEXEC;
	return look_seen(missing && !file->noexec && mode_permits(&file->st));
}

/* Whether flags of execveat reach the kernel: what traces this process may drop them (valgrind does), and then the
 * check below would be an exec. The kernel refuses a flag that it does not know before it looks at the file. */
static bool
flags_count(char **argv, char **envp)
{
	static bool known; /* a no is asked again: it may have been an accident */

	if (!known)
		known = syscall(SYS_execveat, -1, "", argv, envp, AT_EMPTY_PATH | NO_FLAG) < 0 && errno == EINVAL;
	return known;
}

/*
 * What the mode does not show: the file is open for writing, or a security module says no. The
 * kernel opens the file as for exec and stops there; before 6.14 it knows no such flag (EINVAL).
 */
static int
ask_kernel(int fd, const char *path)
{
	char *argv[] = {(char *)(uintptr_t)path, NULL}, *envp[] = {NULL};

	if (!host_kernel_since(host_kernel(), 6, 14) || !flags_count(argv, envp) ||
	    syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | CHECK_ONLY) == 0)
		return 0;
	return errno == ETXTBSY || errno == EACCES ? errno : 0;
}

static int
refuse(int error, const char *reason, struct opened *file)
{
	file->reason = reason;
	return error;
}

/* What it is, and on what mount. 0, or what exec says of a file that could be reached. */
static int
look_at(int fd, struct opened *file)
{
	struct look may;

	if (fstat(fd, &file->st) < 0)
		return refuse(-1, "cannot be looked at", file);
	if (S_ISDIR(file->st.st_mode))
		return refuse(EACCES, "a directory", file);
	if (!S_ISREG(file->st.st_mode))
		return refuse(EACCES, "not a regular file", file);
	may = may_execute(fd, file);
	if (may.is == LOOK_UNKNOWN)
		return refuse(-1, "whether it is executable for this user cannot be told", file);
	file->executable = may.is == LOOK_YES;
	return 0;
}

/*
 * By its name only, as to open a device or a FIFO can do something; a link once more, to follow it. -1 with errno, or
 * *error is what look_at says.
 */
static int
open_name(int root, const char *path, struct opened *file, int *error)
{
	int fd = below_open(root, path, O_PATH | O_NOFOLLOW);

	*error = fd < 0 ? 0 : look_at(fd, file);
	file->link = fd >= 0 && S_ISLNK(file->st.st_mode);
	if (!file->link)
		return fd;
	close(fd);
	fd = below_open(root, path, O_PATH);
	*error = fd < 0 ? 0 : look_at(fd, file);
	return fd;
}

/* Whether exec may have it. The same. */
static int
check(int fd, const char *path, bool ask, struct opened *file)
{
	int error;

	if (file->noexec) /* first: another mode would not help */
		return refuse(EACCES, "on a noexec mount: nothing there can be executed", file);
	if (!(file->st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return refuse(EACCES, "not executable", file);
	if (!file->executable)
		return refuse(EACCES, "not executable for this user", file);
	error = ask ? ask_kernel(fd, path) : 0;
	if (error)
		file->reason = error == ETXTBSY ? "open for writing" : "refused by a security module of the kernel";
	return error;
}

int
opened_check(struct opened *file, const char *path, bool ask)
{
	return check(file->fd, path, ask, file);
}

/* The same file for reading. 1: done, or it cannot be read; 0: another file has its name now; -1. */
static int
open_to_read(int fd, int root, const char *path, struct opened *file)
{
	ssize_t len;

	file->fd = below_reopen(fd, root, path, false);
	len = file->fd < 0 ? 0 : pread(file->fd, file->first, sizeof(file->first), 0);
	file->first_len = len < 0 ? 0 : (size_t)len; /* whoever needs them reads them again, and sees the error */
	if (file->fd >= 0 || errno == EACCES || errno == EPERM)
		return 1;
	return errno == ESTALE || errno == ENOENT ? 0 : -1;
}

/* The first bytes stay what they are: none of them count yet. */
static void
start(struct opened *file)
{
	memset(file, 0, offsetof(struct opened, first));
	file->fd = -1;
}

int
opened_open(int root, const char *path, bool held, struct opened *file)
{
	int fd, error, opened = 0;

	for (int i = 0; i < TRIES && opened == 0; i++) {
		start(file);
		fd = open_name(root, path, file, &error);
		if (fd < 0)
			return not_opened(root, errno, file);
		if (!error && !held)
			error = check(fd, path, true, file);
		opened = error ? 1 : open_to_read(fd, root, path, file);
		close(fd);
		if (error)
			return error;
	}
	if (opened > 0)
		return 0;
	file->reason = "cannot be looked at: it changes, or there are too few descriptors";
	return -1;
}

void
opened_bytes(struct opened *file, const unsigned char *bytes, size_t size)
{
	start(file);
	file->bytes = bytes;
	file->st.st_size = (off_t)size;
}

void
opened_close(struct opened *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

bool
opened_readable(const struct opened *file)
{
	return file->fd >= 0 || file->bytes;
}

static ssize_t
read_at(const struct opened *file, void *buffer, size_t size, uint64_t at)
{
	size_t left, total = (size_t)file->st.st_size;

	if (!file->bytes && (size > file->first_len || at > file->first_len - size))
		return pread(file->fd, buffer, size, (off_t)at);
	if (!file->bytes) {
		memcpy(buffer, file->first + at, size);
		return (ssize_t)size;
	}
	left = at < total ? total - (size_t)at : 0;
	if (left > size)
		left = size;
	if (left)
		memcpy(buffer, file->bytes + at, left);
	return (ssize_t)left;
}

struct look
opened_contains(const struct opened *file, const char *text)
{
	const size_t len = strlen(text);
	char piece[PIECE];
	size_t kept = 0;
	ssize_t got;

	for (uint64_t at = 0; at < CONTAINS_MAX; at += (size_t)got) {
		got = read_at(file, piece + kept, sizeof(piece) - kept, at);
		if (got <= 0)
			return got < 0 ? look_unknown() : look_seen(false);
		kept += (size_t)got;
		if (memmem(piece, kept, text, len))
			return look_seen(true);
		if (kept >= len) {
			memmove(piece, piece + kept - (len - 1), len - 1);
			kept = len - 1;
		}
	}
	return look_unknown();
}

bool
opened_head(const struct opened *file, unsigned char head[static PATTERN_WINDOW])
{
	size_t window = host_kernel_since(host_kernel(), 5, 1) ? PATTERN_WINDOW : OLD_PATTERN_WINDOW;

	memset(head, 0, PATTERN_WINDOW);
	if ((off_t)window > file->st.st_size)
		window = (size_t)file->st.st_size;
	return read_at(file, head, window, 0) == (ssize_t)window;
}

int
opened_read(const struct opened *file, void *buffer, size_t size, uint64_t at)
{
	ssize_t n;

	if (at > (uint64_t)INT64_MAX - size)
		return EINVAL;
	n = read_at(file, buffer, size, at);
	if (n < 0)
		return -1;
	return (size_t)n == size ? 0 : EIO;
}
