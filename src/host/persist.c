/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "line.h"
#include "persist.h"
#include "planned.h"

static const char mark[] = "# Written by binfmtctl register --persist; binfmtctl remove --persist takes it away.\n";

enum { MARK = sizeof(mark) - 1 };

_Static_assert(MARK + RULE_LINE_MAX + 1 <= PERSIST_TEXT_MAX, "the mark and the longest line fit");

/* Whether a file or folder is root's or our own, and nobody else can write it. */
static bool
is_closed(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !(st.st_mode & 022) && (st.st_uid == 0 || st.st_uid == geteuid());
}

/* What is in the file; -1 with errno ENOENT: it is not there, any other: it could not be looked at. */
static ssize_t
read_file(struct persist *file)
{
	int fd = openat(file->dir, file->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, file->was, sizeof(file->was));
	int error = errno;

	if (len > 0)
		file->was_len = (size_t)len;
	file->closed = fd >= 0 && is_closed(fd);
	if (fd >= 0)
		close(fd);
	errno = error;
	return len;
}

/* Why what is behind the mark is not one line for the file's own entry, as binfmtctl wrote it; NULL: it is, or nothing.
 */
static const char *
why_not_as_written(const struct persist *file)
{
	const char *at = file->was + MARK, *end = memchr(at, '\n', file->was_len - MARK), *reason;
	char line[PERSIST_TEXT_MAX];
	struct rule rule;
	size_t len;

	if (file->was_len == MARK)
		return NULL;
	if (!end || end + 1 != file->was + file->was_len)
		return "not one whole line";
	memcpy(line, at, file->was_len - MARK);
	reason = line_parse(line, file->was_len - MARK, &rule);
	if (reason)
		return reason;
	len = strlen(rule.name);
	return strncmp(file->name, rule.name, len) == 0 && strcmp(file->name + len, ".conf") == 0
		   ? NULL
		   : "a line for another entry";
}

/* Sets file->ours; -1 if the file is somebody else's, wholly or in part (ERR_PERSIST), or could not be looked at. */
static int
look_whose(struct persist *file, struct err *err)
{
	ssize_t len = read_file(file);
	const char *reason;
	bool foreign_kind = len < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO);

	if (len < 0 && errno == ENOENT)
		return 0;
	if (len < 0 && !foreign_kind)
		return err_set(err, ERR_READ, "cannot read %s/%s: %s", file->where, file->name, strerror(errno));
	file->ours = len >= MARK && memcmp(file->was, mark, MARK) == 0;
	if (!file->ours)
		return err_set(err, ERR_PERSIST, "%s/%s is there and was not written by binfmtctl", file->where,
			       file->name);
	reason = why_not_as_written(file);
	return reason ? err_set(err, ERR_PERSIST, "%s/%s is not as binfmtctl wrote it: %s", file->where, file->name,
				reason)
		      : 0;
}

int
persist_open(struct persist *file, const char *dir, const char *name, bool force, struct err *err)
{
	file->where = dir ? dir : PERSIST_DIR;
	file->dir = -1;
	file->ours = file->closed = file->written = file->removed = false;
	file->was_len = 0;
	if (!*name || *name == '.' || strchr(name, '/') || /* what begins with a dot is not read at boot */
	    snprintf(file->name, sizeof(file->name), "%s.conf", name) >= (int)sizeof(file->name))
		return err_set(err, ERR_PERSIST, "no file can be named %.300s.conf", name);
	file->dir = open(file->where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		return errno == ENOENT && !dir
			   ? 0 /* it is made when it is needed */
			   : err_set(err, ERR_OPEN, "cannot open %s: %s", file->where, strerror(errno));
	if (look_whose(file, err) == 0 || force)
		return 0;
	persist_close(file);
	return -1;
}

void
persist_close(struct persist *file)
{
	if (file->dir >= 0)
		close(file->dir);
	file->dir = -1;
}

int
persist_prepare(struct persist *file, const struct rule *rule, struct err *err)
{
	const char *reason = line_format(rule, true, file->text + MARK, &file->len);

	if (reason)
		return err_set(err, ERR_PERSIST, "%s", reason);
	memcpy(file->text, mark, MARK);
	file->len += MARK;
	file->text[file->len++] = '\n';
	if (file->dir < 0 || is_closed(file->dir))
		return 0;
	return err_set(err, ERR_PERSIST,
		       "%s can be written by others than root, who could change what is registered at boot",
		       file->where);
}

static int
make_dir(struct persist *file)
{
	if (file->dir >= 0)
		return 0;
	if (mkdir(file->where, 0755) < 0 && errno != EEXIST)
		return -1;
	file->dir = open(file->where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return file->dir < 0 || fchmod(file->dir, 0755) < 0 ? -1 : 0;
}

/* All bytes, or false with the errno of the write that found no room: a short one tells none. */
static bool
write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	errno = EIO;
	for (; len && (n = write(fd, text, len)) > 0; text += n)
		len -= (size_t)n;
	return len == 0;
}

/* Under another name first: a reader sees the old file or the new one, never a part. */
static int
write_whole(const struct persist *file)
{
	static const char temporary[] = ".binfmtctl.tmp"; /* the lock is held: nobody else uses it */
	int fd, error;
	bool good;

	unlinkat(file->dir, temporary, 0); /* of a run that was killed */
	fd = openat(file->dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	good = write_all(fd, file->text, file->len) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	error = errno;
	if (close(fd) < 0 && good) {
		good = false;
		error = errno;
	}
	if (good && renameat(file->dir, temporary, file->dir, file->name) == 0)
		return fsync(file->dir);
	error = good ? errno : error;
	unlinkat(file->dir, temporary, 0);
	errno = error;
	return -1;
}

int
persist_write(struct persist *file, struct planned *planned, struct err *err)
{
	if (file->ours && file->closed && file->was_len == file->len && memcmp(file->was, file->text, file->len) == 0)
		return 0;
	if (planned)
		planned_add(planned, file->where, file->name, file->text, file->len);
	else if (make_dir(file) < 0 || write_whole(file) < 0)
		return err_set(err, ERR_PERSIST, "cannot write %s/%s: %s", file->where, file->name, strerror(errno));
	file->written = true;
	return 0;
}

struct look
persist_rule(struct persist *file, const char *name, struct rule *rule, struct err *err)
{
	char path[sizeof(PERSIST_DIR) + NAME_MAX + 8];
	struct look found = look_seen(false);
	struct stat st;

	/* One look, as most entries have none. */
	snprintf(path, sizeof(path), PERSIST_DIR "/%s.conf", name);
	if (lstat(path, &st) < 0 && look_absent(errno))
		return found;
	if (persist_open(file, NULL, name, false, err) < 0)
		return err->code == ERR_PERSIST && !file->ours ? found : look_unknown();
	if (file->ours && file->was_len > MARK) /* as it was opened, it can be parsed */
		found = look_seen(!line_parse(file->was + MARK, file->was_len - MARK, rule));
	persist_close(file);
	return found;
}

int
persist_remove(struct persist *file, bool dry, struct err *err)
{
	if (file->ours && !dry && (unlinkat(file->dir, file->name, 0) < 0 || fsync(file->dir) < 0))
		return err_set(err, ERR_PERSIST, "cannot remove %s/%s: %s", file->where, file->name, strerror(errno));
	file->removed = file->ours;
	return file->ours;
}
