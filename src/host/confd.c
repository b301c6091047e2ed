/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bootlost.h"
#include "confd.h"
#include "confd_file.h"
#include "confd_lines.h"
#include "err.h"

const char *const confd_dirs[] = {"/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d",
				  NULL};

/* What is to be read. */
struct reading {
	const char *const *dirs;
	enum confd_kind kind;
	struct host_kernel kernel;
	bool boot;               /* for the next boot */
	const char *const *gone; /* entries whose files of the first folder are passed over; NULL ends them */
};

/* The files found so far. */
struct files {
	struct file {
		const char *name;
		size_t dir; /* which folder, from 0 */
	} * at;
	size_t count, room;
	const char *unread; /* the first folder that could not be read to its end; NULL: none */
	size_t unread_dir;
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

/* Whether a file is passed over, as it is to be gone. */
static bool
is_gone(const struct reading *reading, size_t dir, const char *file)
{
	for (size_t i = 0; dir == 0 && reading->gone && reading->gone[i]; i++) {
		size_t len = strlen(reading->gone[i]);

		if (strncmp(file, reading->gone[i], len) == 0 && strcmp(file + len, ".conf") == 0)
			return true;
	}
	return false;
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

static int
add_unread_dir(struct confd *confd, struct files *files, const char *const *dirs, size_t dir, int error)
{
	if (!files->unread) {
		files->unread = dirs[dir];
		files->unread_dir = dir;
	}
	confd->unread_folder = true;
	return confd_add_failed(confd, dirs[dir], CONFD_UNREAD, error);
}

/* What a folder in front that could not be read may have a file of the same name for, which masks this one. */
static int
add_doubtful(struct confd *confd, const struct files *files, const char *path)
{
	char reason[PATH_MAX + 128];

	snprintf(reason, sizeof(reason), "it may be masked by a file of %s, which could not be read", files->unread);
	return confd_add_whole(confd, path, CONFD_UNREAD, keep_text(confd, reason));
}

static int
add_dir(struct confd *confd, struct files *files, const struct reading *reading, size_t dir)
{
	const char *const *dirs = reading->dirs;
	DIR *d = opendir(dirs[dir]);
	struct dirent *e;
	int done = 0, error = errno;

	if (!d && error == ENOENT)
		return 0;
	if (!d && look_absent(error))
		return confd_add_failed(confd, dirs[dir], CONFD_IGNORED, error);
	if (!d)
		return add_unread_dir(confd, files, dirs, dir, error);
	while (done == 0 && (errno = 0, e = readdir(d))) {
		if (is_gone(reading, dir, e->d_name))
			continue;
		if (is_conf(e->d_name) || (reading->kind & CONFD_FORMAT && is_format_name(e->d_name)))
			done = add_file(confd, files, e->d_name, dir);
	}
	error = errno;
	closedir(d);
	return done == 0 && error ? add_unread_dir(confd, files, dirs, dir, error) : done;
}

static int
by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->dir > y->dir) - (x->dir < y->dir);
}

/* Whether what is below a folder is gone at each boot. */
static bool
is_in_run(const char *dir)
{
	return strncmp(dir, "/run/", 5) == 0;
}

/* Why it is not known whether a file is there at the next boot, by what it is a link to; NULL: it is. */
static const char *
doubt_of(const char *dir, const char *path)
{
	char target[PATH_MAX], whole[2 * PATH_MAX];
	ssize_t len;
	struct look lost;

	if (is_in_run(dir))
		return "/run is emptied at each boot, so it is there only if something writes it again";
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return errno == EINVAL || look_absent(errno) ? NULL : "whether its file is a link could not be told";
	target[len] = '\0';
	snprintf(whole, sizeof(whole), "%s%s%s", *target == '/' ? "" : dir, *target == '/' ? "" : "/", target);
	lost = bootlost(whole);
	if (lost.is == LOOK_UNKNOWN)
		return "whether what its file is a link to is still there after a boot could not be told";
	return lost.is == LOOK_YES
		   ? "what its file is a link to is emptied at each boot, so it is there only if something writes it "
		     "again"
		   : NULL;
}

/* Adds what a file has. `hidden`: not now, but at the next boot. */
static int
add_found(struct confd *confd, const struct files *files, const struct file *file, const struct reading *reading,
	  bool hidden)
{
	const char *dir = reading->dirs[file->dir], *kept, *doubt;
	char path[PATH_MAX];
	size_t first = confd->count;
	int done;

	snprintf(path, sizeof(path), "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", file->name);
	kept = keep_text(confd, path);
	if (!kept)
		return -1;
	if (files->unread && file->dir > files->unread_dir)
		done = add_doubtful(confd, files, kept);
	else
		done = confd_add_file(confd, kept, is_conf(file->name) ? reading->kind : CONFD_FORMAT, reading->kernel);
	if (!reading->boot || first == confd->count)
		return done;
	doubt =
	    hidden ? "a file of its name in /run hides it now, and /run is emptied at each boot" : doubt_of(dir, path);
	while (first < confd->count)
		confd->lines[first++].doubt = doubt;
	return done;
}

static int
add_files(struct confd *confd, struct files *files, const struct reading *reading)
{
	bool in_run = false;

	if (files->count)
		qsort(files->at, files->count, sizeof(*files->at), by_name);
	for (size_t i = 0; i < files->count; i++) {
		const struct file *file = &files->at[i];
		bool behind = i && strcmp(file->name, file[-1].name) == 0;

		if (behind && !in_run)
			continue;
		in_run = reading->boot && is_in_run(reading->dirs[file->dir]);
		if (add_found(confd, files, file, reading, behind) < 0)
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
add_dirs(struct confd *confd, const struct reading *reading)
{
	struct files files = {0};
	int done = 0;

	for (size_t i = 0; reading->dirs[i] && done == 0; i++)
		done = add_dir(confd, &files, reading, i);
	confd->folders = confd->count;
	if (done == 0)
		done = add_files(confd, &files, reading);
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
	const struct reading reading = {dirs, CONFD_LINES, kernel, false, NULL};

	*confd = (struct confd){0};
	return finish(confd, add_dirs(confd, &reading), err);
}

int
confd_read_boot(struct confd *confd, const char *const *gone, struct host_kernel kernel, struct err *err)
{
	const struct reading reading = {confd_dirs, CONFD_LINES, kernel, true, gone};

	*confd = (struct confd){0};
	return finish(confd, add_dirs(confd, &reading), err);
}

static int
add_named(struct confd *confd, const char *path, struct host_kernel kernel)
{
	const char *const dirs[] = {path, NULL};
	const struct reading reading = {dirs, CONFD_EITHER, kernel, false, NULL};
	struct stat st;

	if (stat(path, &st) < 0)
		return confd_add_failed(confd, path, CONFD_REFUSED, errno);
	return S_ISDIR(st.st_mode) ? add_dirs(confd, &reading) : confd_add_file(confd, path, CONFD_NAMED, kernel);
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
