/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confd.h"
#include "err.h"
#include "limit.h"
#include "line.h"

const char *const confd_dirs[] = {"/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d",
				  NULL};

enum { FILES_MAX = 4096 };

/* The files found so far; of equal names the first folder's stays. */
struct files {
	size_t count;
	struct file {
		const char *dir;
		char name[NAME_MAX + 1];
	} * at;
};

static bool
is_conf(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

static bool
known(const struct files *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->at[i].name, name) == 0)
			return true;
	return false;
}

static int
add_dir(struct files *files, const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return errno == ENOENT ? 0 : err_set(err, ERR_READ, "cannot open %s: %s", dir, strerror(errno));
	while ((e = readdir(d))) {
		struct file *more;

		if (!is_conf(e->d_name) || known(files, e->d_name))
			continue;
		more = files->count < FILES_MAX ? realloc(files->at, (files->count + 1) * sizeof(*more)) : NULL;
		if (!more) {
			closedir(d);
			return err_set(err, ERR_READ, "%s holds more files than can be read", dir);
		}
		files->at = more;
		more[files->count].dir = dir;
		snprintf(more[files->count++].name, sizeof(more->name), "%s", e->d_name);
	}
	closedir(d);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
read_line(struct confd_line *line, char *text, size_t len, void (*each)(void *, const struct confd_line *), void *arg)
{
	struct rule rule;
	size_t skip = 0;

	while (len && is_blank(text[len - 1]))
		len--;
	while (skip < len && is_blank(text[skip]))
		skip++;
	if (skip == len || text[skip] == '#' || text[skip] == ';')
		return;
	line->reason = line_parse(text + skip, len - skip, &rule);
	if (!line->reason)
		line->reason = limit_check(&rule);
	line->rule = line->reason ? NULL : &rule;
	each(arg, line);
}

/* A regular file, or a link to /dev/null, which masks one of a later folder. */
static FILE *
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	FILE *f = NULL;

	if (fd >= 0 && fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISCHR(st.st_mode)))
		f = fdopen(fd, "r");
	if (fd >= 0 && !f)
		close(fd);
	return f;
}

/* One file that cannot be read does not keep the others from being read. */
static void
read_file(const struct file *file, void (*each)(void *, const struct confd_line *), void *arg)
{
	char path[PATH_MAX], *text = NULL;
	struct confd_line line = {.file = path};
	size_t room = 0;
	ssize_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", file->dir, file->name);
	f = open_file(path);
	if (!f) {
		line.reason = "the file cannot be read";
		each(arg, &line);
		return;
	}
	while ((len = getline(&text, &room, f)) >= 0) {
		line.number++;
		read_line(&line, text, (size_t)len, each, arg);
	}
	free(text);
	fclose(f);
}

int
confd_read(const char *const *dirs, void (*each)(void *arg, const struct confd_line *line), void *arg, struct err *err)
{
	struct files files = {0};
	int done = 0;

	for (; *dirs && done == 0; dirs++)
		done = add_dir(&files, *dirs, err);
	if (files.count)
		qsort(files.at, files.count, sizeof(*files.at), by_name);
	for (size_t i = 0; i < files.count && done == 0; i++)
		read_file(&files.at[i], each, arg);
	free(files.at);
	return done;
}
