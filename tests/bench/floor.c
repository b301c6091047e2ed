/* SPDX-License-Identifier: MIT */
/*
 * The floor: what the work costs a bare C program that checks nothing, with one open, write and close per entry.
 *	floor register FILE	each line of the file into the mount's register
 *	floor list		the names, and the text of each entry
 *	floor write NAME TEXT	a text into one file of the mount
 *	floor run PROGRAM...	one after the other; each exits with 42
 *	floor peak FILE PROGRAM WORD...	what memory a program takes at most, in KiB, into the file; counted from
 *				here, as the kernel counts the memory of what makes a process too
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOUNT "/proc/sys/fs/binfmt_misc"

static char text[1 << 22];

static int
write_one(const char *path, const char *bytes, size_t len)
{
	int fd = openat(AT_FDCWD, path, O_WRONLY);
	int failed = fd < 0 || write(fd, bytes, len) != (ssize_t)len;

	if (fd >= 0)
		close(fd);
	return failed;
}

static int
register_lines(const char *path)
{
	int fd = openat(AT_FDCWD, path, O_RDONLY), failed = fd < 0;
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text));
	const char *end = text + (len > 0 ? len : 0);

	for (const char *line = text, *next; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			return 1;
		next++;
		failed |= write_one(MOUNT "/register", line, (size_t)(next - line));
	}
	return failed;
}

static int
list(void)
{
	DIR *d = opendir(MOUNT);
	struct dirent *e;
	int failed = !d;

	while (d && (e = readdir(d))) {
		int fd = e->d_name[0] == '.' ? -1 : openat(dirfd(d), e->d_name, O_RDONLY);

		if (fd < 0 || read(fd, text, 4096) < 0)
			failed |= e->d_name[0] != '.' && strcmp(e->d_name, "register") != 0;
		if (fd >= 0)
			close(fd);
	}
	return failed;
}

static pid_t
start(char *const argv[])
{
	pid_t pid = vfork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static int
run(char *const programs[])
{
	int failed = 0, status;

	for (; *programs; programs++) {
		char *const argv[] = {*programs, NULL};
		pid_t pid = start(argv);

		failed |= pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 42;
	}
	return failed;
}

static int
peak(const char *path, char *const argv[])
{
	struct rusage used;
	int status;
	pid_t pid = start(argv);
	FILE *f;

	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || !(f = fopen(path, "we")))
		return 1;
	fprintf(f, "%ld\n", used.ru_maxrss);
	return fclose(f) != 0;
}

int
main(int argc, char *argv[])
{
	if (argc > 2 && strcmp(argv[1], "register") == 0)
		return register_lines(argv[2]);
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return list();
	if (argc > 3 && strcmp(argv[1], "write") == 0 && chdir(MOUNT) == 0)
		return write_one(argv[2], argv[3], strlen(argv[3]));
	if (argc > 2 && strcmp(argv[1], "run") == 0)
		return run(argv + 2);
	if (argc > 3 && strcmp(argv[1], "peak") == 0)
		return peak(argv[2], argv + 3);
	return 2;
}
