/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>

#include "given.h"

static struct {
	int number;
	void (*wanted)(int), (*was)(int);
} signals[] = {
    {SIGPIPE, SIG_IGN, SIG_DFL},
    {SIGXFSZ, SIG_IGN, SIG_DFL},
    {SIGCHLD, SIG_DFL, SIG_DFL}, /* ignored, it would keep us from waiting for probes */
};

/*
 * Writing to a file that has taken the place of a closed standard descriptor would look like success, or change the
 * file. O_PATH makes every read and write fail instead.
 */
static int
hold_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH | O_CLOEXEC) != fd)
			return -1;
	return 0;
}

int
given_secure(void)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signals[i].was = signal(signals[i].number, signals[i].wanted);
	return hold_descriptors();
}

void
given_restore(void)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i].number, signals[i].was);
}
