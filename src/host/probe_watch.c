/* SPDX-License-Identifier: MIT */
/*
 * The probe runs under PTRACE_TRACEME: at the exec trap /proc/PID/exe is the very file that the kernel chose. What runs
 * on to its end gets a process of ours above it, so that what it leaves behind is nobody else's child.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe_look.h"
#include "probe_sweep.h"
#include "probe_watch.h"
#include "retry.h"

enum { BLOCKS_MAX = 16 }; /* read at once, so that what prints without end does not hold us */

/* One of the probe's outputs. */
struct sink {
	int fd;
	char *kept;
	size_t len;
};

struct watch {
	const struct probe_job *job;
	struct probe_answer *answer;
	struct timespec end;
	pid_t parent; /* of the watcher; 0: there is none */
	pid_t init;   /* of the probe's PID namespace, or 0 */
	pid_t pid;
	int number; /* the same in the PID namespace of /proc, or 0 */
	int reports;
	struct sink output, errors;
};

/* Milliseconds that are left; none if nobody waits any more. */
static int
left_ms(const struct watch *w)
{
	struct timespec now;
	int64_t ms;

	if (w->parent && getppid() != w->parent)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (w->end.tv_sec - now.tv_sec) * 1000 + (w->end.tv_nsec - now.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (int)ms;
}

/* What could not be done, and errno. */
static bool
fails(struct watch *w, enum probe_step step)
{
	w->answer->failed = (struct probe_report){.step = step, .value = errno};
	return false;
}

/* Collects what the child reports until exec or death closes the pipe. False if time ran out, or it failed. */
static bool
read_report(struct watch *w, struct probe_report *report)
{
	struct pollfd p = {.fd = w->reports, .events = POLLIN};
	unsigned tries = 0;
	int ready, left;

	for (;;) {
		left = left_ms(w);
		ready = poll(&p, 1, left < 5 ? left : 5); /* short, as our own parent may die */
		if (ready == 0 && left == 0)
			return false;
		if (ready < 0 && !retry_interrupted(&tries))
			return fails(w, PROBE_STEP_WAIT);
		if (ready > 0)
			return retry_read(w->reports, report, sizeof(*report)) >= 0 || fails(w, PROBE_STEP_WAIT);
	}
}

/* Takes what has been printed, so that the probe never waits for us; what is too long is dropped. */
static void
drain(struct sink *sink)
{
	char block[4096];
	ssize_t n;

	for (int i = 0; i < BLOCKS_MAX && (n = read(sink->fd, block, sizeof(block))) > 0; i++)
		for (ssize_t k = 0; k < n && sink->len + 1 < PROBE_OUTPUT_MAX; k++)
			sink->kept[sink->len++] = block[k];
}

static bool
has_ended(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
}

/*
 * Waits until it ends or, if asked for, is at the trap. False if time ran out, or it failed. It is not reaped: until
 * then nobody else can get the number of its process group. One that stopped itself has not ended.
 */
static bool
await(struct watch *w, bool trap, siginfo_t *info)
{
	struct timespec pause = {.tv_nsec = 50000};
	unsigned tries = 0;

	for (;;) {
		memset(info, 0, sizeof(*info));
		if (waitid(P_PID, (id_t)w->pid, info, WEXITED | (trap ? WSTOPPED : 0) | WNOHANG | WNOWAIT) < 0) {
			if (!retry_interrupted(&tries))
				return fails(w, PROBE_STEP_WAIT);
		} else if (info->si_pid && (trap || has_ended(info))) {
			return true;
		}
		if (left_ms(w) == 0)
			return false;
		drain(&w->output);
		drain(&w->errors);
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 5000000)
			pause.tv_nsec *= 2;
	}
}

static void
set_end(const siginfo_t *info, struct probe_result *result)
{
	result->end = info->si_code == CLD_EXITED ? PROBE_EXITED : PROBE_SIGNALLED;
	if (info->si_code == CLD_EXITED)
		result->status = info->si_status;
	else
		result->signal = info->si_status;
}

/* It has stopped itself in front of exec: from now on our death is its own, at once. False if time ran out, or it
 * failed. */
static bool
let_go(struct watch *w, struct probe_report *report)
{
	siginfo_t info;

	w->number = report->value;
	*report = (struct probe_report){PROBE_STEP_NONE, 0};
	if (!await(w, true, &info))
		return false;
	if (ptrace(PTRACE_SETOPTIONS, w->pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC) < 0 ||
	    ptrace(PTRACE_CONT, w->pid, NULL, NULL) < 0)
		return fails(w, PROBE_STEP_TRACE);
	return read_report(w, report);
}

/* From fork to the end, which is the last thing that is set. */
static void
follow(struct watch *w)
{
	struct probe_result *result = &w->answer->result;
	struct probe_report report = {PROBE_STEP_NONE, 0};
	siginfo_t info;

	result->end = PROBE_TIMED_OUT;
	if (!read_report(w, &report) || (report.step == PROBE_STEP_READY && !let_go(w, &report)))
		return;
	if (report.step == PROBE_STEP_EXEC) {
		result->end = PROBE_REFUSED;
		result->exec_errno = report.value;
		return;
	}
	w->answer->failed = report;
	if (report.step != PROBE_STEP_NONE || !await(w, true, &info))
		return;
	if (info.si_code == CLD_TRAPPED) {
		probe_look(w->number, w->job->program, result);
		if (w->job->until != PROBE_UNTIL_EXIT && !(w->job->until == PROBE_UNTIL_FOREIGN && result->itself)) {
			result->end = PROBE_STOPPED;
			return;
		}
		if (ptrace(PTRACE_DETACH, w->pid, NULL, NULL) < 0) {
			fails(w, PROBE_STEP_TRACE);
			return;
		}
		if (!await(w, false, &info))
			return;
	} else if (info.si_code == CLD_STOPPED && !await(w, false, &info)) {
		return;
	}
	set_end(&info, result);
	if (w->init && result->signal == SIGKILL && probe_sweep_is_over())
		w->answer->failed.step = PROBE_STEP_ENDED;
}

/* Kills it and its group before it is reaped, then the rest. */
static void
destroy(struct watch *w)
{
	kill(-w->pid, SIGKILL);
	kill(w->pid, SIGKILL);
	retry_waitpid(w->pid, NULL);
	if (w->parent)
		probe_sweep_end(w->init);
}

/* The line that tells most; kept as it was written. */
static void
keep_first_line(char *text)
{
	size_t skip = strspn(text, "\r\n"), len = strcspn(text + skip, "\n");

	memmove(text, text + skip, len);
	text[len] = '\0';
}

/* Three pipes, {read, write} each; those to be read never block us. */
static bool
make_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0) {
			while (i-- > 0) {
				close(pipes[i][0]);
				close(pipes[i][1]);
			}
			return false;
		}
	return fcntl(pipes[1][0], F_SETFL, O_NONBLOCK) == 0 && fcntl(pipes[2][0], F_SETFL, O_NONBLOCK) == 0;
}

static bool
start(struct watch *w)
{
	struct probe_line line;
	int pipes[3][2];

	if (w->parent && !probe_sweep_start(&w->init))
		return fails(w, PROBE_STEP_PROCESS);
	if (!make_pipes(pipes))
		return fails(w, PROBE_STEP_PIPE);
	line = (struct probe_line){
	    .reports = pipes[0][1],
	    .output = pipes[1][1],
	    .errors = pipes[2][1],
	    .parent = w->init ? 0 : getpid(),
	};
	w->reports = pipes[0][0];
	w->output = (struct sink){.fd = pipes[1][0], .kept = w->answer->result.output};
	w->errors = (struct sink){.fd = pipes[2][0], .kept = w->answer->result.message};
	w->pid = fork();
	if (w->pid == 0)
		probe_child(w->job, &line);
	for (int i = 0; i < 3; i++)
		close(pipes[i][1]);
	return w->pid > 0 || fails(w, PROBE_STEP_PROCESS);
}

static void
stop(struct watch *w)
{
	drain(&w->output);
	drain(&w->errors);
	keep_first_line(w->answer->result.message);
	destroy(w);
}

static void
watch(struct watch *w)
{
	memset(w->answer, 0, sizeof(*w->answer));
	w->reports = w->output.fd = w->errors.fd = -1;
	clock_gettime(CLOCK_MONOTONIC, &w->end);
	w->end.tv_sec += w->job->timeout_ms / 1000;
	w->end.tv_nsec += (long)(w->job->timeout_ms % 1000) * 1000000;
	if (start(w)) {
		follow(w);
		stop(w);
	}
	if (w->reports >= 0) {
		close(w->reports);
		close(w->output.fd);
		close(w->errors.fd);
	}
}

void
probe_watch(const struct probe_job *job, struct probe_answer *answer)
{
	struct watch w = {.job = job, .answer = answer};

	watch(&w);
}

void
probe_watcher(const struct probe_job *job, pid_t parent, int answers)
{
	struct probe_answer answer;
	struct watch w = {.job = job, .answer = &answer, .parent = parent};
	const int keep[] = {job->program, answers};

	setsid();
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	probe_sweep_descriptors(keep, sizeof(keep) / sizeof(keep[0]));
	watch(&w);
	_exit(write(answers, &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
}
