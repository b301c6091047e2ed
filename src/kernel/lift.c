/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "lift.h"
#include "mountinfo.h"
#include "retry.h"

static const char untried[] = "whether the entries outlive this mount namespace could not be tried";

/* An instance is born switched on. */
static bool
switch_off(const struct mountinfo_mount *place)
{
	char path[sizeof(place->point) + sizeof("/status")];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "%s/status", place->point);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, "0", 1) == 1;
	if (fd >= 0)
		close(fd);
	return done;
}

/* Writable at first, for the switch. */
static bool
mount_again(const struct mountinfo_mount *place)
{
	return mount(place->source, place->point, "binfmt_misc", place->flags & ~(unsigned long)MS_RDONLY, NULL) == 0;
}

/* What is mounted there: the rest of what it was. */
static bool
set_as_it_was(const struct mountinfo_mount *place)
{
	return mount(NULL, place->point, NULL, MS_REMOUNT | MS_BIND | place->flags, NULL) == 0 &&
	       mount(NULL, place->point, NULL, place->peers ? MS_SHARED : MS_PRIVATE, NULL) == 0;
}

static int
cannot_put_back(const struct mountinfo_mount *place, int error, struct err *err)
{
	return err_set(err, ERR_MOUNT, "cannot mount binfmt_misc at %s again as it was: %s", place->point,
		       strerror(error));
}

/* A mount that another program has made there meanwhile may be what kept the entries. */
static int
put_one_back(const struct mountinfo_mount *place, bool on, struct err *err)
{
	if (mount_again(place))
		return (on || switch_off(place)) && set_as_it_was(place) ? 0 : cannot_put_back(place, errno, err);
	if (errno != EBUSY)
		return cannot_put_back(place, errno, err);
	return err_set(err, ERR_UNKNOWN, "%s: another program has mounted binfmt_misc at %s meanwhile", untried,
		       place->point);
}

/* The places from `first` on; -1 and *err if one of them could not be. */
static int
put_back(const struct mountinfo *places, size_t first, bool on, struct err *err)
{
	int done = 0;

	for (size_t i = first; i < places->count; i++)
		if (put_one_back(&places->list[i], on, err) < 0)
			done = -1;
	return done;
}

/* Whether what is on top at a place is the instance. */
static bool
is_on_top(const struct mountinfo *places, size_t i)
{
	struct stat st;

	return lstat(places->list[i].point, &st) == 0 && st.st_dev == places->instance;
}

/* Takes all mounts away, the latest first, and puts them back. -1 and *err if one could not be, then as before. */
static int
take_away(const struct mountinfo *places, bool on, struct err *err)
{
	struct err stays;

	for (size_t i = places->count; i-- > 0;) {
		const char *point = places->list[i].point;

		if (is_on_top(places, i) && umount2(point, UMOUNT_NOFOLLOW) == 0)
			continue;
		err_set(err, ERR_UNKNOWN, "%s: cannot unmount %s: %s", untried, point,
			is_on_top(places, i) ? strerror(errno) : "another mount covers it");
		if (put_back(places, i + 1, on, &stays) < 0)
			*err = stays;
		return -1;
	}
	return put_back(places, 0, on, err);
}

/* Whatever of it was done already is done once more: a mount on itself is refused, and the rest changes nothing. */
static void
put_back_for_another(const struct mountinfo *places, bool on)
{
	for (size_t i = 0; i < places->count; i++) {
		mount_again(&places->list[i]);
		if (!on)
			switch_off(&places->list[i]);
		set_as_it_was(&places->list[i]);
	}
}

/* The second process. What ends a group or a session of processes does not reach it. */
__attribute__((noreturn)) static void
stand_by(int other, const struct mountinfo *places, bool on)
{
	char byte;

	setsid();
	if (retry_read(other, &byte, 1) == 0)
		put_back_for_another(places, on);
	_exit(0);
}

/* It gets no byte if we are killed. *us is to be written to, and closed, when all is back. */
static pid_t
start_second(const struct mountinfo *places, bool on, int *us)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		stand_by(ends[0], places, on);
	}
	close(ends[0]);
	*us = ends[1];
	if (pid < 0)
		close(*us);
	return pid;
}

static void
end_second(pid_t pid, int us)
{
	ssize_t done = send(us, "", 1, MSG_NOSIGNAL);
	int status;

	(void)done; /* it is gone then */
	close(us);
	retry_waitpid(pid, &status);
}

static int
lift(const struct mountinfo *places, bool on, struct err *err)
{
	int us, done;
	pid_t second = start_second(places, on, &us);

	if (second < 0)
		return err_set(err, ERR_UNKNOWN, "%s: no process can be started: %s", untried, strerror(errno));
	done = take_away(places, on, err);
	end_second(second, us);
	return done;
}

int
lift_mounts(const struct mountinfo *places, bool on, struct err *err)
{
	sigset_t all, before;
	int done;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	done = lift(places, on, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return done;
}
