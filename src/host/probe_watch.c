/* SPDX-License-Identifier: MIT */
/*
 * The probe runs under PTRACE_TRACEME: at the exec trap /proc/PID/exe is the very file that the kernel chose.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe_elf.h"
#include "probe_look.h"
#include "probe_sweep.h"
#include "probe_watch.h"
#include "retry.h"

enum {
	BLOCKS_MAX = 16, /* read at once, so that what prints without end does not hold us */
	PAUSE_MS = 20,   /* how long what is printed waits for us at most, and the death of our own parent */
};

/* One of the probe's outputs. */
struct sink {
	int fd; /* -1: it has none */
	char *kept;
	size_t len;
};

struct watch {
	const struct probe_job *job;
	const struct probe_post *post;
	struct probe_report *failed;
	struct probe_result *result;
	struct timespec end;
	pid_t pid;
	int program;
	int number; /* of pid in the PID namespace of /proc, or 0 */
	struct sink output, errors;
};

/* What could not be done, and errno. */
static bool
fails(struct watch *w, enum probe_step step)
{
	*w->failed = (struct probe_report){.step = step, .value = errno};
	return false;
}

/* Milliseconds that are left; none if nobody waits any more. */
static int
left_ms(const struct watch *w)
{
	struct timespec now;
	int64_t ms;

	if (w->post->parent && getppid() != w->post->parent)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (w->end.tv_sec - now.tv_sec) * 1000 + (w->end.tv_nsec - now.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (int)ms;
}

/* What the child has said since it was asked last. */
static struct probe_report
take_report(const struct watch *w)
{
	struct probe_report report = *w->post->said;

	*w->post->said = (struct probe_report){PROBE_STEP_NONE, 0};
	return report;
}

/* Takes what has been printed, so that the probe never waits for us; what is too long is dropped. */
static void
drain(struct sink *sink)
{
	char block[4096];
	ssize_t n;

	for (int i = 0; i < BLOCKS_MAX && sink->fd >= 0 && (n = read(sink->fd, block, sizeof(block))) > 0; i++)
		for (ssize_t k = 0; k < n && sink->len + 1 < PROBE_OUTPUT_MAX; k++)
			sink->kept[sink->len++] = block[k];
}

static bool
has_ended(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
}

/* Until some child changes its state, or a little while. False and errno: not at all. */
static bool
pause_for_child(int left)
{
	const struct timespec pause = {.tv_nsec = (left < PAUSE_MS ? left : PAUSE_MS) * 1000000L};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	return sigtimedwait(&child, NULL, &pause) > 0 || errno == EAGAIN;
}

/*
 * Waits until it ends or, if asked for, is at the trap. False if time ran out, or it failed. It is not reaped: until
 * then nobody else can get the number of its process group. One that stopped itself has not ended.
 */
static bool
await(struct watch *w, bool trap, siginfo_t *info)
{
	unsigned tries = 0;
	int left;

	do {
		left = left_ms(w);
		memset(info, 0, sizeof(*info));
		if (!pause_for_child(left) ||
		    waitid(P_PID, (id_t)w->pid, info, WEXITED | (trap ? WSTOPPED : 0) | WNOHANG | WNOWAIT) < 0) {
			if (!retry_interrupted(&tries))
				return fails(w, PROBE_STEP_WAIT);
		} else if (info->si_pid && (trap || has_ended(info))) {
			return true;
		}
		drain(&w->output);
		drain(&w->errors);
	} while (left > 0);
	return false;
}

/* Whether it stands where it was to stop: before exec (it has said so), else at the exec trap. */
static bool
is_at(const struct watch *w, bool ready, const siginfo_t *info)
{
	if (ready)
		return info->si_status == SIGSTOP && w->post->said->step == PROBE_STEP_READY;
	return info->si_status == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
}

/* From a stop that somebody's signal made: it gets the signal, but none that would only stop it again. */
static bool
pass_on(struct watch *w, int signal)
{
	bool stops = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;

	return ptrace(PTRACE_CONT, w->pid, NULL, (void *)(size_t)(stops ? 0 : signal)) == 0 ||
	       errno == ESRCH /* killed by now */ || fails(w, PROBE_STEP_TRACE);
}

/* As await, until it ends or stands where it was to stop, whatever signals others send it before. */
static bool
await_stop(struct watch *w, bool ready, siginfo_t *info)
{
	while (await(w, true, info)) {
		if (info->si_code != CLD_TRAPPED || is_at(w, ready, info))
			return true;
		if (!pass_on(w, info->si_status))
			return false;
	}
	return false;
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
let_go(struct watch *w, struct probe_report *report, siginfo_t *info)
{
	w->number = report->value;
	if (ptrace(PTRACE_SETOPTIONS, w->pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC) < 0 ||
	    ptrace(PTRACE_CONT, w->pid, NULL, NULL) < 0)
		return fails(w, PROBE_STEP_TRACE);
	if (!await_stop(w, false, info))
		return false;
	*report = take_report(w);
	return true;
}

/* From fork to the end, which is the last thing that is set. */
static void
follow(struct watch *w)
{
	struct probe_result *result = w->result;
	struct probe_report report;
	siginfo_t info;

	result->end = PROBE_TIMED_OUT;
	if (!await_stop(w, true, &info))
		return;
	report = take_report(w);
	if (report.step == PROBE_STEP_READY && !let_go(w, &report, &info))
		return;
	if (report.step == PROBE_STEP_EXEC) {
		result->end = PROBE_REFUSED;
		result->exec_errno = report.value;
		return;
	}
	*w->failed = report;
	if (report.step != PROBE_STEP_NONE)
		return;
	if (info.si_code == CLD_TRAPPED) {
		probe_look(w->number, w->program, result);
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
}

/* Kills it and its group before it is reaped. */
static void
destroy(const struct watch *w)
{
	if (w->job->until == PROBE_UNTIL_EXIT)
		kill(-w->pid, SIGKILL);
	kill(w->pid, SIGKILL);
	retry_waitpid(w->pid, NULL);
}

/* The line that tells most; kept as it was written. */
static void
keep_first_line(char *text)
{
	size_t skip = strspn(text, "\r\n"), len = strcspn(text + skip, "\n");

	memmove(text, text + skip, len);
	text[len] = '\0';
}

/* {read, write} of the two outputs. */
static bool
make_pipes(int pipes[2][2])
{
	for (int i = 0; i < 2; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0 || fcntl(pipes[i][0], F_SETFL, O_NONBLOCK) < 0)
			return false;
	return true;
}

static void
close_ends(int pipes[2][2], int end)
{
	for (int i = 0; i < 2; i++)
		if (pipes[i][end] >= 0)
			close(pipes[i][end]);
}

/* Starts the child, which has the other ends of these pipes; ours are closed on return. */
static bool
start(struct watch *w, const char *variable, int pipes[2][2])
{
	const struct probe_line line = {.program = w->program,
					.output = pipes[0][1],
					.errors = pipes[1][1],
					.parent = getpid(),
					.variable = variable,
					.ignored = w->post->ignored,
					.said = w->post->said};

	*line.said = (struct probe_report){PROBE_STEP_NONE, 0};
	w->output = (struct sink){.fd = pipes[0][0], .kept = w->result->output};
	w->errors = (struct sink){.fd = pipes[1][0], .kept = w->result->message};
	w->pid = probe_sweep_fork(false);
	if (w->pid == 0)
		probe_child(w->job, &line);
	close_ends(pipes, 1);
	return w->pid > 0 || fails(w, PROBE_STEP_PROCESS);
}

static void
watch(struct watch *w, const char *variable, struct probe_result *result)
{
	int pipes[2][2] = {{-1, -1}, {-1, -1}}; /* none where nothing is to run */

	memset(result, 0, sizeof(*result));
	w->result = result;
	clock_gettime(CLOCK_MONOTONIC, &w->end);
	w->end.tv_sec += w->job->timeout_ms / 1000;
	w->end.tv_nsec += (long)(w->job->timeout_ms % 1000) * 1000000;
	if (w->job->until == PROBE_UNTIL_EXIT && !make_pipes(pipes)) {
		fails(w, PROBE_STEP_PIPE);
		close_ends(pipes, 1);
	} else if (start(w, variable, pipes)) {
		follow(w);
		drain(&w->output);
		drain(&w->errors);
		keep_first_line(result->message);
		destroy(w);
	}
	close_ends(pipes, 0);
}

struct probe_report *
probe_watch_said(void)
{
	void *said = mmap(NULL, sizeof(struct probe_report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return said == MAP_FAILED ? NULL : said;
}

void
probe_watch(const struct probe_job *job, const struct probe_post *post, struct probe_answer *answer)
{
	struct probe_report not_again = {PROBE_STEP_NONE, 0};
	struct watch w = {.job = job, .post = post, .failed = &answer->failed};

	answer->failed = not_again;
	answer->again = false;
	w.program = probe_file(job->elf, job->size);
	if (w.program < 0) {
		fails(&w, PROBE_STEP_FILE);
		return;
	}
	watch(&w, job->variable, &answer->result);
	if (job->again && answer->failed.step == PROBE_STEP_NONE && answer->result.end == PROBE_EXITED &&
	    !answer->result.itself) {
		w.failed = &not_again;
		watch(&w, job->again, &answer->second);
		answer->again = not_again.step == PROBE_STEP_NONE;
	}
	close(w.program);
}
