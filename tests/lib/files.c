/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
slurp(const char *path)
{
	static char text[RUN_TEXT_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	return n < 0 ? NULL : text;
}

void
spill(const char *path, const void *bytes, size_t len, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

void
copy_file(const char *from, const char *to, mode_t mode)
{
	static char block[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	assert_true(in >= 0);
	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	assert_true(out >= 0);
	while ((n = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(out, block, (size_t)n), n);
	assert_int_equal(n, 0);
	assert_int_equal(fchmod(out, mode), 0);
	close(in);
	close(out);
}

void
read_head(const char *path, unsigned char head[static 256])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, head, 256) >= 52);
	close(fd);
}

bool
overwrite(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

ino_t
inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

size_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static char scratch_path[PATH_MAX];
static pid_t scratch_owner;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Children that leave by exit(3) must not take the folder with them. */
static void
remove_scratch(void)
{
	if (getpid() == scratch_owner)
		nftw(scratch_path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

const char *
scratch(void)
{
	const char *place = ns_private_place();
	char cwd[PATH_MAX - 64];

	if (scratch_path[0])
		return scratch_path;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	strcat(cwd, "/build");
	if (strpbrk(cwd, " '\"\\$`")) /* tests put paths into lines of shell */
		strcpy(cwd, "/tmp");
	snprintf(scratch_path, sizeof(scratch_path), "%s/scratch.XXXXXX", place ? place : cwd);
	assert_non_null(mkdtemp(scratch_path));
	scratch_owner = getpid();
	atexit(remove_scratch);
	return scratch_path;
}

char *
scratch_file(const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", scratch(), name) > 0);
	return path;
}

char *
scratch_text(const char *name, const char *text, mode_t mode)
{
	char *path = scratch_file(name);

	spill(path, text, strlen(text), mode);
	return path;
}

char *
scratch_copy(const char *from, const char *name)
{
	char *path = scratch_file(name);

	copy_file(from, path, 0755);
	return path;
}

char *
scratch_folder(const char *name)
{
	char *path = scratch_file(name);

	assert_int_equal(mkdir(path, 0755), 0);
	return path;
}
