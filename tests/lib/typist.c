/* SPDX-License-Identifier: MIT */
#include "typist.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 16, PATIENCE_MS = 20000 };

static void
become(char *const argv[], const char *home, const char *terminal)
{
	const struct winsize size = {.ws_row = 50, .ws_col = 500};
	static char variable[4096], path[] = "PATH=/usr/bin:/bin", dumb[] = "TERM=dumb", plain[] = "LC_ALL=C";
	char *env[] = {variable, path, dumb, plain, NULL};
	int fd;

	setsid();
	fd = open(terminal, O_RDWR); /* as the first one of the session it is in control */
	snprintf(variable, sizeof(variable), "HOME=%s", home);
	if (fd < 0 || ioctl(fd, TIOCSWINSZ, &size) < 0 || chdir(home) < 0)
		_exit(126);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	execve(argv[0], argv, env);
	_exit(127);
}

void
typist_start(struct typist *typist, char *const argv[], const char *home)
{
	typist->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(typist->fd >= 0 && grantpt(typist->fd) == 0 && unlockpt(typist->fd) == 0);
	typist->pid = fork();
	if (typist->pid == 0)
		become(argv, home, ptsname(typist->fd));
	assert_true(typist->pid > 0);
}

const char *
typist_type(struct typist *typist, const char *keys, const char *wanted)
{
	static char text[TEXT_MAX];
	struct pollfd p = {.fd = typist->fd, .events = POLLIN};
	size_t len = 0;
	ssize_t n;

	assert_int_equal(write(typist->fd, keys, strlen(keys)), strlen(keys));
	text[0] = '\0';
	while (!strstr(text, wanted)) {
		if (poll(&p, 1, PATIENCE_MS) <= 0 || len == TEXT_MAX - 1)
			return NULL;
		n = read(typist->fd, text + len, TEXT_MAX - 1 - len);
		if (n <= 0)
			return NULL;
		len += (size_t)n;
		text[len] = '\0';
	}
	return text;
}

void
typist_wait_for_job(const struct typist *typist)
{
	for (int tries = 0; tries < PATIENCE_MS; tries++) {
		pid_t job = tcgetpgrp(typist->fd);
		const char *state;
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)job);
		state = job > 0 && job != typist->pid ? slurp(path) : NULL;
		state = state ? strrchr(state, ')') : NULL;
		if (state && state[2] != 'T')
			return;
		usleep(1000);
	}
	fail_msg("no job of the shell has the terminal");
}

void
typist_end(struct typist *typist)
{
	kill(typist->pid, SIGKILL);
	waitpid(typist->pid, NULL, 0);
	close(typist->fd);
}
