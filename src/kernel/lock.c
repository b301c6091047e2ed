/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "holder.h"
#include "lock.h"
#include "look.h"
#include "retry.h"

enum {
	POLL_MS = 5,
	MOUNTS_SECONDS = 1, /* far longer than a mount takes */
};

static int
not_had(int fd, unsigned timeout, struct err *err)
{
	char holder[HOLDER_MAX];

	holder_name(fd, holder);
	return err_set(err, ERR_LOCK,
		       "%s has held the lock for %u seconds; nothing was changed (--timeout waits longer)", holder,
		       timeout);
}

int
lock_wait(int fd, unsigned timeout, void (*waiting)(void), struct err *err)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	struct timespec now, end;
	unsigned tries = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && !retry_interrupted(&tries))
			return err_set(err, ERR_LOCK, "cannot take the lock: %s", strerror(errno));
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))
			return not_had(fd, timeout, err);
		if (waiting)
			waiting();
		waiting = NULL;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Those who may mount have no other file in common, and this one anybody can lock: so it stops nobody for long. */
int
lock_mounts(unsigned timeout, void (*waiting)(void), int *fd, struct err *err)
{
	struct err ignored;

	*fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return look_absent(errno)
			   ? 0
			   : err_set(err, ERR_LOCK, "cannot open /proc/self/ns/mnt to lock it: %s", strerror(errno));
	if (lock_wait(*fd, timeout < MOUNTS_SECONDS ? timeout : MOUNTS_SECONDS, waiting, &ignored) == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return 0;
}
