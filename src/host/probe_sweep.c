/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host_kernel.h"
#include "probe_look.h"
#include "probe_sweep.h"
#include "retry.h"

/* The same numbers on every architecture but alpha, where libc has them. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { SWEEPS_MAX = 1000, DESCRIPTORS_MAX = 1 << 16 };

/* Before Linux 5.9 one by one. */
static void
close_between(unsigned first, unsigned last)
{
	long limit = sysconf(_SC_OPEN_MAX);

	if (limit < 0 || limit > DESCRIPTORS_MAX)
		limit = DESCRIPTORS_MAX;
	if (first > last || syscall(SYS_close_range, first, last, 0U) == 0)
		return;
	for (unsigned fd = first; fd <= last && fd < (unsigned)limit; fd++)
		close((int)fd);
}

void
probe_sweep_descriptors(const int *keep, size_t count)
{
	unsigned from = 3, next;

	do {
		next = UINT_MAX;
		for (size_t i = 0; i < count; i++)
			if (keep[i] >= (int)from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		close_between(from, next == UINT_MAX ? UINT_MAX : next - 1);
		from = next + 1;
	} while (next != UINT_MAX);
}

void
probe_sweep_all_descriptors(void)
{
	close_between(0, UINT_MAX);
}

/*
 * Since Linux 6.14 the setting is the PID namespace's own (before, it is the machine's): what forks without end must
 * not keep the machine from ending it.
 */
static void
limit_processes(void)
{
	static const char most[] = "512";
	int fd = host_kernel_since(host_kernel(), 6, 14) ? open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	if (write(fd, most, sizeof(most) - 1) < 0) /* as good as a kernel that has no such limit */
		errno = 0;
	close(fd);
}

pid_t
probe_sweep_fork(bool apart)
{
	unsigned long flags = (apart ? CLONE_NEWPID : 0) | SIGCHLD;

#if defined(__s390__) || defined(__s390x__)
	return (pid_t)syscall(SYS_clone, NULL, flags, NULL, NULL, 0L);
#else
	return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, 0L);
#endif
}

void
probe_sweep_start(bool apart)
{
	if (apart)
		limit_processes();
	else
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/*
 * By its number in /proc, which is that of a process in our own PID namespace only if that is believed; its folder
 * there names it anywhere, since Linux 5.1.
 */
static void
kill_listed(int number, bool believed)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", number);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if ((fd < 0 || syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0) && believed)
		kill(number, SIGKILL);
	if (fd >= 0)
		close(fd);
}

/* Kills the children that there are at this moment; theirs become ours then. */
static void
kill_children(bool believed)
{
	FILE *f = fopen("/proc/thread-self/children", "re");
	int number = 0, c;

	if (!f)
		return;
	do {
		c = getc(f);
		if (c >= '0' && c <= '9') {
			number = number * 10 + (c - '0');
		} else if (number) {
			kill_listed(number, believed);
			number = 0;
		}
	} while (c != EOF);
	fclose(f);
}

/* All that there is in a PID namespace but its process 1, which this one is. */
static void
kill_namespace(void)
{
	if (getpid() != 1)
		return;
	kill(-1, SIGKILL);
	while (retry_waitpid(-1, NULL) > 0)
		;
}

void
probe_sweep_end(bool apart)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	bool believed;
	pid_t pid;

	if (apart) {
		kill_namespace();
		return;
	}
	for (int i = 0; i < SWEEPS_MAX; i++) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0)
			return; /* none is left */
		believed = probe_look_believes();
		kill_children(believed);
		nanosleep(&pause, NULL);
	}
}
