/* SPDX-License-Identifier: MIT */
/* Runs a probe under PTRACE_TRACEME: at the exec trap /proc/PID/exe is the very file that the kernel chose. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "probe.h"
#include "probe_elf.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same on every architecture */
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U
#endif

/* What the child tells before exec closes the pipe. */
struct report {
	int untraced;   /* errno of PTRACE_TRACEME, 0 if traced */
	int exec_errno; /* 0 until exec has failed */
};

struct run {
	pid_t pid;
	int report_fd, output_fd;
	enum probe_until until;
	struct timespec end;
	struct probe_result *result;
	size_t output_len;
};

static void
report(int fd, const struct report *r)
{
	if (write(fd, r, sizeof(*r)) < 0)
		_exit(125);
}

/* What our own caller left open must not reach the interpreter; before Linux 5.11 it does. */
static void
close_others(int program)
{
	syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
	fcntl(program, F_SETFD, 0);
}

__attribute__((noreturn)) static void
child(int program, const char *variable, enum probe_until until, int report_fd, int output_fd)
{
	char path[32], *argv[] = {path, NULL}, *envp[] = {(char *)(size_t)variable, NULL};
	const struct rlimit no_core = {0, 0};
	struct report r = {0};
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, 0) < 0)
		close(0);
	if (dup2(output_fd, 1) < 0)
		_exit(125);
	dup2(null < 0 ? output_fd : null, 2);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) {
		r.untraced = errno;
		report(report_fd, &r);
		if (until == PROBE_UNTIL_EXEC)
			_exit(125); /* nothing could stop it there */
	}
	close_others(program);
	/* Named by descriptor, and left open: the interpreter opens the program by this name again. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
	execve(path, argv, envp);
	r.exec_errno = errno;
	report(report_fd, &r);
	_exit(125);
}

static int
left_ms(const struct run *run)
{
	struct timespec now;
	long ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (run->end.tv_sec - now.tv_sec) * 1000 + (run->end.tv_nsec - now.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (int)ms;
}

/* Collects what the child reports until exec or death closes the pipe. False if time ran out. */
static bool
read_report(const struct run *run, struct report *r)
{
	struct pollfd p = {.fd = run->report_fd, .events = POLLIN};
	struct report more;
	int ready;

	for (;;) {
		ready = poll(&p, 1, left_ms(run));
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		if (read(run->report_fd, &more, sizeof(more)) != (ssize_t)sizeof(more))
			return true;
		*r = more;
	}
}

/* Takes what it has printed, so that it never waits for us; what is too long is dropped. */
static void
drain(struct run *run)
{
	char *kept = run->result->output, block[4096];
	ssize_t n;

	while ((n = read(run->output_fd, block, sizeof(block))) > 0)
		for (ssize_t i = 0; i < n && run->output_len + 1 < PROBE_OUTPUT_MAX; i++)
			kept[run->output_len++] = block[i];
}

/*
 * Waits until it stops or ends: 1 and *status, or 0 if time ran out. What it has started is killed
 * with it, before it is reaped: until then nobody else can get its process group's number.
 */
static int
wait_for(struct run *run, int *status)
{
	struct timespec pause = {.tv_nsec = 50000};
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) {
		if (left_ms(run) == 0)
			return 0;
		drain(run);
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 5000000)
			pause.tv_nsec *= 2;
	}
	if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
		kill(-run->pid, SIGKILL);
	return waitpid(run->pid, status, 0) == run->pid;
}

static void
end_of(int status, struct probe_result *result)
{
	result->end = WIFEXITED(status) ? PROBE_EXITED : PROBE_SIGNALLED;
	if (WIFEXITED(status))
		result->status = WEXITSTATUS(status);
	else
		result->signal = WTERMSIG(status);
}

/* At the exec trap: which file is it? */
static void
look_at_runner(const struct run *run, int program, struct probe_result *result)
{
	struct stat ours, theirs, here;
	char path[32];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)run->pid);
	result->traced = true;
	len = readlink(path, result->exe, sizeof(result->exe) - 1);
	if (len < 0 || stat(path, &theirs) < 0) {
		result->exe_errno = errno;
		result->exe[0] = '\0';
		return;
	}
	result->exe[len] = '\0';
	result->dev = theirs.st_dev;
	result->ino = theirs.st_ino;
	result->reachable =
	    stat(result->exe, &here) == 0 && here.st_dev == theirs.st_dev && here.st_ino == theirs.st_ino;
	result->itself = fstat(program, &ours) == 0 && ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static void
destroy(const struct run *run)
{
	int status;

	kill(-run->pid, SIGKILL); /* what the interpreter may have started too */
	kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
}

static void
follow(struct run *run, int program)
{
	struct probe_result *result = run->result;
	struct report r = {0};
	int status;

	result->end = PROBE_TIMED_OUT;
	if (!read_report(run, &r)) {
		destroy(run);
		return;
	}
	if (r.exec_errno || (r.untraced && run->until == PROBE_UNTIL_EXEC)) {
		result->end = PROBE_REFUSED;
		result->exec_errno = r.exec_errno ? r.exec_errno : r.untraced;
		destroy(run);
		return;
	}
	if (!wait_for(run, &status)) {
		destroy(run);
		return;
	}
	if (WIFSTOPPED(status)) {
		look_at_runner(run, program, result);
		if (run->until == PROBE_UNTIL_EXEC) {
			result->end = PROBE_STOPPED;
			destroy(run);
			return;
		}
		ptrace(PTRACE_DETACH, run->pid, NULL, NULL);
		if (!wait_for(run, &status)) {
			destroy(run);
			return;
		}
	}
	end_of(status, result);
	drain(run);
}

static int
start(struct run *run, int program, const char *variable, unsigned timeout_ms, struct err *err)
{
	int reports[2], outputs[2];

	if (pipe2(reports, O_CLOEXEC) < 0)
		return err_set(err, ERR_PROBE, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(outputs, O_CLOEXEC) < 0 || fcntl(outputs[0], F_SETFL, O_NONBLOCK) < 0) {
		err_set(err, ERR_PROBE, "cannot make a pipe: %s", strerror(errno));
		close(reports[0]);
		close(reports[1]);
		return -1;
	}
	clock_gettime(CLOCK_MONOTONIC, &run->end);
	run->end.tv_sec += timeout_ms / 1000;
	run->end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	run->pid = fork();
	if (run->pid == 0)
		child(program, variable, run->until, reports[1], outputs[1]);
	if (run->pid < 0)
		err_set(err, ERR_PROBE, "cannot start a process: %s", strerror(errno));
	close(reports[1]);
	close(outputs[1]);
	run->report_fd = reports[0];
	run->output_fd = outputs[0];
	if (run->pid > 0)
		return 0;
	close(reports[0]);
	close(outputs[0]);
	return -1;
}

int
probe_run(const unsigned char *elf, size_t size, const char *variable, enum probe_until until, unsigned timeout_ms,
	  struct probe_result *result, struct err *err)
{
	int program, failed = -1;
	struct run run = {.until = until, .result = result};

	memset(result, 0, sizeof(*result));
	program = probe_file(elf, size, err);
	if (program < 0)
		return -1;
	if (start(&run, program, variable, timeout_ms, err) == 0) {
		follow(&run, program);
		close(run.report_fd);
		close(run.output_fd);
		failed = 0;
	}
	close(program);
	return failed;
}
