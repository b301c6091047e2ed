/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retry.h"

enum { TRIES = 100 };

bool
retry_interrupted(unsigned *tries)
{
	return errno == EINTR && ++*tries < TRIES;
}

ssize_t
retry_read(int fd, void *buffer, size_t size)
{
	unsigned tries = 0;
	ssize_t n;

	do
		n = read(fd, buffer, size);
	while (n < 0 && retry_interrupted(&tries));
	return n;
}

pid_t
retry_waitpid(pid_t pid, int *status)
{
	unsigned tries = 0;
	pid_t done;

	do
		done = waitpid(pid, status, 0);
	while (done < 0 && retry_interrupted(&tries));
	return done;
}
