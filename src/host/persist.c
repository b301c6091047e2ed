/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt.h"
#include "err.h"
#include "persist.h"
#include "rule.h"

static const char mark[] = "# Written by binfmtctl register --persist; binfmtctl remove --persist takes it away.\n";

enum { MARK = sizeof(mark) - 1 };

_Static_assert(MARK + RULE_LINE_MAX + 1 <= PERSIST_TEXT_MAX, "the mark and the longest line fit");

/* Sets conf->ours; -1 if the file is somebody else's. */
static int
look_whose(struct persist *conf, struct err *err)
{
	int fd = openat(conf->dir, conf->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char start[MARK];
	ssize_t len;

	if (fd < 0 && errno == ENOENT)
		return 0;
	len = fd < 0 ? -1 : read(fd, start, sizeof(start));
	if (fd >= 0)
		close(fd);
	conf->ours = len == MARK && memcmp(start, mark, MARK) == 0;
	if (conf->ours)
		return 0;
	return err_set(err, "persist", "%s/%s is there and was not written by binfmtctl", conf->where, conf->file);
}

int
persist_open(struct persist *conf, const char *dir, const char *name, bool force, struct err *err)
{
	conf->where = dir ? dir : PERSIST_DIR;
	conf->dir = -1;
	conf->ours = false;
	if (!*name || *name == '.' || strchr(name, '/') || /* what begins with a dot is not read at boot */
	    snprintf(conf->file, sizeof(conf->file), "%s.conf", name) >= (int)sizeof(conf->file))
		return err_set(err, "persist", "no file can be named %.300s.conf", name);
	conf->dir = open(conf->where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (conf->dir < 0)
		return errno == ENOENT ? 0
				       : err_set(err, "persist", "cannot open %s: %s", conf->where, strerror(errno));
	if (look_whose(conf, err) == 0 || force)
		return 0;
	persist_close(conf);
	return -1;
}

void
persist_close(struct persist *conf)
{
	if (conf->dir >= 0)
		close(conf->dir);
	conf->dir = -1;
}

int
persist_prepare(struct persist *conf, const struct rule *rule, struct err *err)
{
	const char *reason = rule_format_line(rule, true, conf->text + MARK, &conf->len);
	struct stat st;

	if (reason)
		return err_set(err, "persist", "%s", reason);
	memcpy(conf->text, mark, MARK);
	conf->len += MARK;
	conf->text[conf->len++] = '\n';
	if (conf->dir < 0)
		return strcmp(conf->where, PERSIST_DIR) == 0
			   ? 0
			   : err_set(err, "persist", "cannot open %s: %s", conf->where, strerror(ENOENT));
	if (fstat(conf->dir, &st) == 0 && !(st.st_mode & 022) && (st.st_uid == 0 || st.st_uid == geteuid()))
		return 0;
	return err_set(err, "persist",
		       "%s can be written by others than root, who could change what is registered at boot",
		       conf->where);
}

static int
make_dir(struct persist *conf)
{
	if (conf->dir >= 0)
		return 0;
	if (mkdir(conf->where, 0755) < 0 && errno != EEXIST)
		return -1;
	conf->dir = open(conf->where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return conf->dir < 0 || fchmod(conf->dir, 0755) < 0 ? -1 : 0;
}

/* Under another name first: a reader sees the old file or the new one, never a part. */
static int
write_whole(const struct persist *conf)
{
	static const char temporary[] = ".binfmtctl.tmp"; /* the lock is held: nobody else uses it */
	bool good;
	int fd;

	unlinkat(conf->dir, temporary, 0); /* of a run that was killed */
	fd = openat(conf->dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	good = write(fd, conf->text, conf->len) == (ssize_t)conf->len && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	if (good && renameat(conf->dir, temporary, conf->dir, conf->file) == 0)
		return fsync(conf->dir);
	unlinkat(conf->dir, temporary, 0);
	return -1;
}

int
persist_write(struct persist *conf, struct binfmt *b, struct err *err)
{
	char path[PATH_MAX];

	if (b->dry) {
		snprintf(path, sizeof(path), "%s/%s", conf->where, conf->file);
		binfmt_note_write(b, path, conf->text, conf->len);
		return 0;
	}
	if (make_dir(conf) < 0 || write_whole(conf) < 0)
		return err_set(err, "persist", "cannot write %s/%s: %s", conf->where, conf->file, strerror(errno));
	return 0;
}

int
persist_remove(struct persist *conf, const struct binfmt *b, struct err *err)
{
	if (conf->ours && !b->dry && (unlinkat(conf->dir, conf->file, 0) < 0 || fsync(conf->dir) < 0))
		return err_set(err, "persist", "cannot remove %s/%s: %s", conf->where, conf->file, strerror(errno));
	return conf->ours;
}
