/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *no_namespace = "ns_enter was not called";

static bool
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

static const char *
enter(void)
{
	unsigned uid = geteuid(), gid = getegid();
	struct stat before, after;
	char map[64];

	if (stat(MOUNT, &before) < 0)
		return "there is no " MOUNT;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return "user namespaces are not permitted here";
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!put("/proc/self/uid_map", map))
		return "the uid map of the namespace cannot be written";
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (!put("/proc/self/gid_map", map))
		return "the gid map of the namespace cannot be written";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "the mounts of the namespace cannot be made private";
	if (mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL) < 0)
		return "this kernel does not mount binfmt_misc in a user namespace (before Linux 6.7)";
	if (stat(MOUNT, &after) < 0 || before.st_dev == after.st_dev)
		return "the mounted binfmt_misc is not a new one";
	return NULL;
}

bool
ns_enter(const char **reason)
{
	no_namespace = enter();
	*reason = no_namespace;
	return !no_namespace;
}

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

int
ns_setup(void **state)
{
	(void)state;
	if (no_namespace) {
		fprintf(stderr, "skipped: %s\n", no_namespace);
		skip();
	}
	assert_int_equal(mount_write("status", "-1", 2), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
	return 0;
}

static void
collect(int out, int err, struct run *r)
{
	struct pollfd p[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	char *text[2] = {r->out, r->err};
	size_t len[2] = {0, 0};

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			n = read(p[i].fd, text[i] + len[i], RUN_TEXT_MAX - 1 - len[i]);
			if (n <= 0)
				p[i].fd = -1;
			else
				len[i] += (size_t)n;
		}
	}
	r->out[len[0]] = r->err[len[1]] = '\0';
}

const struct run *
program(char *const argv[], char *const env[])
{
	static struct run r;
	char *none[] = {NULL};
	int out[2], err[2], status;
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execve(argv[0], argv, env ? env : none);
		_exit(errno == ENOEXEC ? 226 : 227);
	}
	assert_true(pid > 0);
	close(out[1]);
	close(err[1]);
	collect(out[0], err[0], &r);
	close(out[0]);
	close(err[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return &r;
}

const struct run *
tool(const char *word, ...)
{
	static char path[] = "./binfmtctl";
	char *argv[64] = {path};
	size_t n = 1;
	va_list ap;

	va_start(ap, word);
	for (; word && n + 1 < LENGTH(argv); word = va_arg(ap, const char *))
		argv[n++] = (char *)(uintptr_t)word;
	va_end(ap);
	return program(argv, NULL);
}

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

const char *
scratch(void)
{
	static char path[PATH_MAX];
	char cwd[PATH_MAX - 64];

	if (path[0])
		return path;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/build/scratch.XXXXXX", cwd);
	assert_non_null(mkdtemp(path));
	return path;
}
