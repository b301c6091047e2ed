/* SPDX-License-Identifier: MIT */
/* Files of binfmt.d, one an entry: a first line that says who wrote it, then the register line. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt.h"
#include "conf.h"
#include "err.h"
#include "rule.h"

static const char mark[] = "# Written by binfmtctl register --persist; binfmtctl remove --persist takes it away.\n";

enum { MARK = sizeof(mark) - 1, TEXT_MAX = MARK + RULE_LINE_MAX + 1 };

static int
file_name(const char *name, char file[static NAME_MAX + 1], struct err *err)
{
	if (!*name || strchr(name, '/') || snprintf(file, NAME_MAX + 1, "%s.conf", name) > NAME_MAX)
		return err_set(err, "persist", "no file can be named %.300s.conf", name);
	return 0;
}

/* Nobody else may be able to write where root is about to. */
static int
open_dir(const char *dir, bool make, struct err *err)
{
	struct stat st;
	int fd;

	if (make && strcmp(dir, CONF_DIR) == 0 && mkdir(dir, 0755) < 0 && errno != EEXIST)
		return err_set(err, "persist", "cannot make %s: %s", dir, strerror(errno));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "persist", "cannot open %s: %s", dir, strerror(errno));
	if (fstat(fd, &st) == 0 && !(st.st_mode & 022))
		return fd;
	close(fd);
	return err_set(err, "persist",
		       "%s is writable by its group or by others, who could change what is registered at boot", dir);
}

/* Whose file is it: 1 ours, 0 none is there, -1 somebody else's. */
static int
whose(int dir, const char *file, const char *where, struct err *err)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char start[MARK];
	ssize_t len;

	if (fd < 0 && errno == ENOENT)
		return 0;
	len = fd < 0 ? -1 : read(fd, start, sizeof(start));
	if (fd >= 0)
		close(fd);
	if (len == MARK && memcmp(start, mark, MARK) == 0)
		return 1;
	return err_set(err, "persist", "%s/%s is there and was not written by binfmtctl", where, file);
}

static int
write_all(int dir, const char *temporary, const char *file, const char *text, size_t len)
{
	int fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool good;

	if (fd < 0)
		return -1;
	good = write(fd, text, len) == (ssize_t)len && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	if (good && renameat(dir, temporary, dir, file) == 0)
		return fsync(dir);
	unlinkat(dir, temporary, 0);
	return -1;
}

static int
persist_at(int dir, const char *where, const char *file, const char *text, size_t len, bool force, struct err *err)
{
	static const char temporary[] = ".binfmtctl.tmp"; /* the lock is held: nobody else uses it */

	if (whose(dir, file, where, err) < 0 && !force)
		return -1;
	unlinkat(dir, temporary, 0); /* of a run that was killed */
	if (write_all(dir, temporary, file, text, len) < 0)
		return err_set(err, "persist", "cannot write %s/%s: %s", where, file, strerror(errno));
	return 0;
}

int
conf_check(const char *dir, const struct rule *rule, bool force, struct err *err)
{
	char file[NAME_MAX + 1], line[RULE_LINE_MAX];
	const char *reason;
	struct stat st;
	size_t len;
	int fd, ours;

	reason = rule_format_line(rule, true, line, &len);
	if (reason)
		return err_set(err, "persist", "%s", reason);
	if (file_name(rule->name, file, err) < 0)
		return -1;
	if (!dir && stat(CONF_DIR, &st) < 0 && errno == ENOENT)
		return 0; /* it will be made */
	dir = dir ? dir : CONF_DIR;
	fd = open_dir(dir, false, err);
	if (fd < 0)
		return -1;
	ours = force ? 0 : whose(fd, file, dir, err);
	close(fd);
	return ours < 0 ? -1 : 0;
}

int
conf_persist(struct binfmt *b, const char *dir, const struct rule *rule, bool force, struct err *err)
{
	char file[NAME_MAX + 1], text[TEXT_MAX], path[PATH_MAX];
	const char *reason;
	size_t len;
	int fd, done;

	dir = dir ? dir : CONF_DIR;
	memcpy(text, mark, MARK);
	reason = rule_format_line(rule, true, text + MARK, &len);
	if (reason)
		return err_set(err, "persist", "%s", reason);
	text[MARK + len] = '\n';
	if (file_name(rule->name, file, err) < 0)
		return -1;
	if (b->dry) {
		snprintf(path, sizeof(path), "%s/%s", dir, file);
		binfmt_note_write(b, path, text, MARK + len + 1);
		return 0;
	}
	fd = open_dir(dir, true, err);
	if (fd < 0)
		return -1;
	done = persist_at(fd, dir, file, text, MARK + len + 1, force, err);
	close(fd);
	return done;
}

int
conf_whose(const char *dir, const char *name, struct err *err)
{
	char file[NAME_MAX + 1];
	int fd, ours;

	dir = dir ? dir : CONF_DIR;
	if (file_name(name, file, err) < 0)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, "persist", "cannot open %s: %s", dir, strerror(errno));
	ours = whose(fd, file, dir, err);
	close(fd);
	return ours;
}

int
conf_forget(struct binfmt *b, const char *dir, const char *name, struct err *err)
{
	char file[NAME_MAX + 1];
	int fd, ours;

	dir = dir ? dir : CONF_DIR;
	if (file_name(name, file, err) < 0)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set(err, "persist", "cannot open %s: %s", dir, strerror(errno));
	ours = whose(fd, file, dir, err);
	if (ours > 0 && !b->dry && (unlinkat(fd, file, 0) < 0 || fsync(fd) < 0))
		ours = err_set(err, "persist", "cannot remove %s/%s: %s", dir, file, strerror(errno));
	close(fd);
	return ours;
}
