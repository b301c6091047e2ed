/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

int
mount_write(const char *file, const char *bytes, size_t len)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd, error;

	snprintf(path, sizeof(path), MOUNT "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = write(fd, bytes, len);
	error = n == (ssize_t)len ? 0 : n < 0 ? errno : EIO;
	close(fd);
	return error;
}

void
register_raw(const char *line)
{
	assert_int_equal(mount_write("register", line, strlen(line)), 0);
}

void
register_line(const char *fmt, ...)
{
	char line[REGISTER_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	assert_in_range(len, 1, sizeof(line) - 1);
	register_raw(line);
}

const char *
entry_text(const char *name)
{
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), MOUNT "/%s", name);
	text = slurp(path);
	return text ? text : "";
}

char *
instance(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	DIR *dir = opendir(MOUNT);
	struct dirent *d;
	struct stat st;

	assert_non_null(f);
	assert_non_null(dir);
	fprintf(f, "switch %s", slurp(MOUNT "/status"));
	while ((d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (strcmp(d->d_name, "register") == 0 || strcmp(d->d_name, "status") == 0 ||
		    fstatat(dirfd(dir), d->d_name, &st, 0) < 0)
			continue;
		fprintf(f, "%s %lu %ld.%09ld\n%s", d->d_name, (unsigned long)st.st_ino, (long)st.st_mtim.tv_sec,
			st.st_mtim.tv_nsec, entry_text(d->d_name));
	}
	closedir(dir);
	fclose(f);
	return text;
}

void
expect_instance_at(const char *before, const char *file, int line)
{
	char *now = instance();

	_assert_string_equal(now, before, file, line);
	free(now);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *
entry_names(void)
{
	static char text[1 << 16];
	char *names[256], *at = text;
	struct dirent *d;
	size_t count = 0;
	DIR *dir = opendir(MOUNT);

	assert_non_null(dir);
	while ((d = readdir(dir)) && count < LENGTH(names))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 && strcmp(d->d_name, "register") != 0 &&
		    strcmp(d->d_name, "status") != 0)
			names[count++] = strdup(d->d_name);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), compare);
	*at = '\0';
	for (size_t i = 0; i < count; i++) {
		at += snprintf(at, sizeof(text) - (size_t)(at - text), "%s%s", i ? " " : "", names[i]);
		free(names[i]);
	}
	return text;
}

bool
is_entry(const char *name)
{
	return entry_text(name)[0];
}

bool
is_enabled(const char *name)
{
	return strncmp(entry_text(name), "enabled\n", 8) == 0;
}

void
two_entries(void)
{
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect(tool("register", "riscv64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
}
