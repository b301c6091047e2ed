/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "confd.h"
#include "confd_lines.h"
#include "err.h"
#include "formatfile.h"
#include "interp.h"
#include "retry.h"

const char *const confd_dirs[] = {"/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d",
				  NULL};

enum { BYTES_MAX = 32 << 20 }; /* of all files: real ones hold some hundred bytes each */

/* What a file may be. */
enum kind {
	LINES = 1,  /* of binfmt.d */
	FORMAT = 2, /* of update-binfmts, by its content; other files of such a name are passed over */
	EITHER = LINES | FORMAT,
	NAMED = EITHER | 4, /* one that was asked for: a FIFO is waited at */
};

/* The files found so far. */
struct files {
	struct file {
		const char *name;
		size_t dir; /* which folder, from 0 */
	} * at;
	size_t count, room;
};

static bool
is_conf(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* update-binfmts takes every file for a format; what an editor or dpkg has left beside one is none here. */
static bool
is_format_name(const char *name)
{
	return name[0] != '.' && !strchr(name, '~') && !strstr(name, ".dpkg-") && strcmp(name, "register") != 0 &&
	       strcmp(name, "status") != 0;
}

static int
add_file(struct confd *confd, struct files *files, const char *name, size_t dir)
{
	struct file *more = files->at;

	if (files->count == files->room) {
		files->room = files->room ? files->room * 2 : 64;
		more = realloc(files->at, files->room * sizeof(*more));
		if (!more)
			return -1;
		files->at = more;
	}
	more[files->count].dir = dir;
	more[files->count].name = arena_copy(&confd->arena, name, strlen(name));
	return more[files->count++].name ? 0 : -1;
}

static const char *
keep_text(struct confd *confd, const char *text)
{
	return arena_copy(&confd->arena, text, strlen(text));
}

/* To root no folder and no file is closed, and systemd-binfmt is root. Other trouble is of the moment. */
static enum confd_fate
fate_of(int error, enum confd_fate otherwise)
{
	return look_absent(error) ? otherwise : CONFD_UNREAD;
}

static int
add_dir(struct confd *confd, struct files *files, const char *const *dirs, size_t dir, enum kind kind)
{
	DIR *d = opendir(dirs[dir]);
	struct dirent *e;
	int done = 0, error = errno;

	if (!d && error == ENOENT)
		return 0;
	if (!d)
		return confd_add_whole(confd, dirs[dir], fate_of(error, CONFD_IGNORED),
				       keep_text(confd, strerror(error)));
	errno = 0;
	while (done == 0 && (e = readdir(d))) {
		if (is_conf(e->d_name) || (kind & FORMAT && is_format_name(e->d_name)))
			done = add_file(confd, files, e->d_name, dir);
		errno = 0;
	}
	error = errno;
	closedir(d);
	if (done == 0 && error)
		done = confd_add_whole(confd, dirs[dir], CONFD_UNREAD, keep_text(confd, strerror(error)));
	return done;
}

static int
by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->dir > y->dir) - (x->dir < y->dir);
}

/* Reads to the end, or to one byte more than may be read in all. -1 and errno. */
static ssize_t
read_text(struct confd *confd, int fd, size_t size, char **text)
{
	size_t most = BYTES_MAX - confd->bytes, room = size < most ? size : most, len = 0;
	ssize_t n = 1;

	*text = arena_take(&confd->arena, room + 2, 1);
	while (*text && n > 0) {
		if (len == room + 1) { /* it has grown, or says no size */
			char *more = room < most ? arena_take(&confd->arena, (room = room * 2 + 4096) + 2, 1) : NULL;

			if (!more)
				break;
			memcpy(more, *text, len);
			*text = more;
		}
		n = retry_read(fd, *text + len, room + 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (!*text)
		errno = ENOMEM;
	confd->bytes += len < most ? len : most;
	return *text && n >= 0 ? (ssize_t)len : -1;
}

static int
add_format(struct confd *confd, const char *path, char *text, size_t len, struct host_kernel kernel)
{
	struct confd_line line = {.file = path, .fate = CONFD_REGISTERED};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	line.reason = formatfile_parse(name, text, len, kernel, &confd->arena, &line.rule, &line.number);
	if (line.reason)
		line.fate = CONFD_REFUSED;
	else
		line.name = name;
	return confd_add(confd, &line);
}

static int
add_text(struct confd *confd, const char *path, char *text, size_t len, enum kind kind, struct host_kernel kernel)
{
	if (kind & FORMAT && formatfile_is(text, len))
		return add_format(confd, path, text, len, kernel);
	return kind & LINES ? confd_add_text(confd, path, text, len, kernel) : 0;
}

static int
add_opened(struct confd *confd, const char *path, int fd, enum kind kind, struct host_kernel kernel)
{
	size_t most = BYTES_MAX - confd->bytes;
	struct stat st;
	char *text;
	ssize_t len;

	if (fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || (kind == NAMED && S_ISFIFO(st.st_mode))))
		return confd_add_whole(confd, path, CONFD_UNREAD, "it has just been replaced");
	len = read_text(confd, fd, (size_t)st.st_size, &text);
	if (len < 0)
		return confd_add_whole(confd, path, CONFD_UNREAD, keep_text(confd, strerror(errno)));
	if ((size_t)len > most)
		return confd_add_whole(confd, path, CONFD_UNREAD, "all files together are larger than 32 MiB");
	return add_text(confd, path, text, (size_t)len, kind, kernel);
}

/* Why a file that is no regular one makes systemd-binfmt fail; NULL: it reads nothing from it. */
static const char *
odd_file(const struct stat *st)
{
	if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3))
		return NULL;
	if (S_ISDIR(st->st_mode))
		return "it is a directory";
	if (S_ISFIFO(st->st_mode))
		return "it is a FIFO, at which systemd-binfmt waits for ever";
	return S_ISSOCK(st->st_mode) ? "it is a socket"
				     : "it is a device, which systemd-binfmt reads, maybe without end";
}

/* Nothing but a regular file is opened for reading, or the FIFO that was named: to open a device may be to use it. */
static int
add_path(struct confd *confd, const char *path, enum kind kind, struct host_kernel kernel)
{
	bool waits = false;
	struct stat st;
	int fd, done;

	if (stat(path, &st) < 0) {
		if (errno == ENOENT)
			return 0; /* a link to nothing masks as one to /dev/null does */
		return confd_add_whole(confd, path, fate_of(errno, CONFD_REFUSED), keep_text(confd, strerror(errno)));
	}
	waits = kind == NAMED && S_ISFIFO(st.st_mode);
	if (!S_ISREG(st.st_mode) && !waits) {
		const char *reason = kind == FORMAT ? NULL : odd_file(&st);

		return reason ? confd_add_whole(confd, path, CONFD_REFUSED, reason) : 0;
	}
	fd = open(path, O_RDONLY | (waits ? 0 : O_NONBLOCK) | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return confd_add_whole(confd, path, CONFD_UNREAD, keep_text(confd, strerror(errno)));
	done = add_opened(confd, path, fd, kind, kernel);
	close(fd);
	return done;
}

static int
add_files(struct confd *confd, struct files *files, const char *const *dirs, enum kind kind, struct host_kernel kernel)
{
	char path[PATH_MAX];
	const char *kept, *dir;

	if (files->count)
		qsort(files->at, files->count, sizeof(*files->at), by_name);
	for (size_t i = 0; i < files->count; i++) {
		const struct file *file = &files->at[i];

		if (i && strcmp(file->name, file[-1].name) == 0)
			continue;
		dir = dirs[file->dir];
		snprintf(path, sizeof(path), "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", file->name);
		kept = keep_text(confd, path);
		if (!kept || add_path(confd, kept, is_conf(file->name) ? kind : FORMAT, kernel) < 0)
			return -1;
	}
	return 0;
}

static int
by_entry(const void *a, const void *b)
{
	const struct confd_line *x = *(const struct confd_line *const *)a, *y = *(const struct confd_line *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x > y) - (x < y);
}

static int
sort_names(struct confd *confd)
{
	confd->named = malloc((confd->count + 1) * sizeof(struct confd_line *));
	if (!confd->named)
		return -1;
	for (size_t i = 0; i < confd->count; i++)
		if (confd->lines[i].name)
			confd->named[confd->named_count++] = &confd->lines[i];
	if (confd->named_count)
		qsort(confd->named, confd->named_count, sizeof(struct confd_line *), by_entry);
	return 0;
}

/* The files of some folders. */
static int
add_dirs(struct confd *confd, const char *const *dirs, enum kind kind, struct host_kernel kernel)
{
	struct files files = {0};
	int done = 0;

	for (size_t i = 0; dirs[i] && done == 0; i++)
		done = add_dir(confd, &files, dirs, i, kind);
	if (done == 0)
		done = add_files(confd, &files, dirs, kind, kernel);
	free(files.at);
	return done;
}

static int
finish(struct confd *confd, int done, struct err *err)
{
	if (done == 0 && sort_names(confd) == 0)
		return 0;
	confd_free(confd);
	return err_set(err, ERR_MEMORY, "out of memory");
}

int
confd_read(struct confd *confd, const char *const *dirs, struct host_kernel kernel, struct err *err)
{
	*confd = (struct confd){0};
	return finish(confd, add_dirs(confd, dirs, LINES, kernel), err);
}

static int
add_named(struct confd *confd, const char *path, struct host_kernel kernel)
{
	const char *const dirs[] = {path, NULL};
	struct stat st;

	if (stat(path, &st) < 0)
		return confd_add_whole(confd, path, fate_of(errno, CONFD_REFUSED), keep_text(confd, strerror(errno)));
	return S_ISDIR(st.st_mode) ? add_dirs(confd, dirs, EITHER, kernel) : add_path(confd, path, NAMED, kernel);
}

int
confd_read_named(struct confd *confd, const char *const *paths, size_t count, struct host_kernel kernel,
		 struct err *err)
{
	int done = 0;

	*confd = (struct confd){0};
	for (size_t i = 0; i < count && done == 0; i++)
		done = add_named(confd, paths[i], kernel);
	return finish(confd, done, err);
}

void
confd_free(struct confd *confd)
{
	free(confd->lines);
	free(confd->named);
	arena_free(&confd->arena);
	*confd = (struct confd){0};
}

const struct confd_line *
confd_find(const struct confd *confd, const char *name)
{
	size_t low = 0, high = confd->named_count; /* the first that is greater lies in [low, high] */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(confd->named[middle]->name, name) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low && strcmp(confd->named[low - 1]->name, name) == 0 ? confd->named[low - 1] : NULL;
}

bool
confd_decides(const struct confd *confd, const struct confd_line *line)
{
	return line->name && confd_find(confd, line->name) == line;
}

/* systemd-binfmt runs in the root folder, so that is where a relative path of flag F begins. */
static struct look
look_at_interpreter(const struct rule *rule, const char **reason)
{
	char path[RULE_LINE_MAX + 1];
	struct interp interp;

	*reason = NULL;
	if (!(rule->flags & RULE_F) || rule->pattern.type == PATTERN_BPF)
		return look_seen(true);
	snprintf(path, sizeof(path), "%s%s", *rule->interpreter == '/' ? "" : "/", rule->interpreter);
	return interp_look(path, &interp, reason);
}

struct look
confd_registers(const struct confd_line *line, const char **reason)
{
	if (line->fate == CONFD_REGISTERED)
		return look_at_interpreter(&line->rule, reason);
	*reason = line->reason;
	return look_seen(false);
}
