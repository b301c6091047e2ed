/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STUCK_SECONDS = 300 }; /* a program that takes so long hangs, and is killed */

bool (*run_prepare)(void);

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
program_at(const char *root, const char *path, char *const argv[], char *const env[])
{
	static struct run r;
	static char no_leaks[] = "ASAN_OPTIONS=detect_leaks=0"; /* where that is built in, it wants all its senses */
	char *none[] = {run_prepare ? no_leaks : NULL, NULL};
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
		alarm(STUCK_SECONDS);
		if (root && (chroot(root) < 0 || chdir("/") < 0))
			_exit(228);
		if (run_prepare && !run_prepare())
			_exit(229);
		execve(path, argv, env ? env : none);
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
program(char *const argv[], char *const env[])
{
	return program_at(NULL, argv[0], argv, env);
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

const struct run *
tool_words(const char *const words[])
{
	static char path[] = "./binfmtctl";
	char *argv[64] = {path};

	for (size_t n = 0; words[n] && n + 2 < LENGTH(argv); n++)
		argv[n + 1] = (char *)(uintptr_t)words[n];
	return program(argv, NULL);
}

const struct run *
shell(const char *fmt, ...)
{
	static char sh[] = "/bin/sh", c[] = "-c", path[] = "PATH=/usr/bin:/bin", line[1 << 14];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	assert_in_range(len, 1, sizeof(line) - 1);
	return program((char *[]){sh, c, line, NULL}, (char *[]){path, NULL});
}

const struct run *
expect_run(const struct run *r, int status, const char *out, const char *err, const char *file, int line)
{
	if (r->status == status && says(r->out, out) && says(r->err, err))
		return r;
	print_error("wanted: status %d\n out: %s\n err: %s\ngot: status %d\n out: %s\n err: %s\n", status,
		    out ? out : "(any)", err ? err : "(any)", r->status, r->out, r->err);
	_fail(file, line);
	return r;
}

bool
expect_json_at(const char *text, const char *filter, const char *file, int line)
{
	static char jq[] = "/usr/bin/jq", options[] = "-es", whole[8192], document[PATH_MAX + 16];
	const struct run *r;
	char *before;

	if (access(jq, X_OK) < 0)
		return false;
	before = strdup(text); /* it may be the run's own buffer */
	assert_non_null(before);
	snprintf(document, sizeof(document), "%s/document", scratch());
	spill(document, before, strlen(before), 0600);
	snprintf(whole, sizeof(whole), "length == 1 and (.[0] | (%s))", filter);
	r = program((char *[]){jq, options, whole, document, NULL}, NULL);
	if (r->status != 0) {
		print_error("got: %s\n%snot so: %s\n", before, r->err, filter); /* a long filter is cut */
		_fail(file, line);
	}
	free(before);
	return true;
}

const struct run *
execute(const char *path)
{
	return program((char *[]){(char *)(uintptr_t)path, NULL}, NULL);
}
