/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "probe.h"
#include "probe_child.h"
#include "probe_elf.h"
#include "probe_watch.h"
#include "retry.h"

enum { GRACE_MS = 3000 }; /* what the watcher may take longer than its probe, before it is taken for stopped */

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads the whole answer. False if the watcher died, or gives none in its time. */
static bool
read_answer(int fd, unsigned timeout_ms, struct probe_answer *answer)
{
	int64_t end = now_ms() + timeout_ms + GRACE_MS, left;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char *at = (char *)answer;
	unsigned tries = 0;
	size_t len = 0;
	ssize_t n = 1;
	int ready;

	while (len < sizeof(*answer) && n > 0 && (left = end - now_ms()) > 0) {
		ready = poll(&p, 1, (int)left);
		if (ready < 0 && !retry_interrupted(&tries))
			break;
		n = ready > 0 ? retry_read(fd, at + len, sizeof(*answer) - len) : 1;
		len += ready > 0 && n > 0 ? (size_t)n : 0;
	}
	return len == sizeof(*answer);
}

static int
explain(const struct probe_report *failed, struct err *err)
{
	static const char *const what[] = {
	    [PROBE_STEP_PIPE] = "cannot make a pipe",
	    [PROBE_STEP_PROCESS] = "cannot start a process",
	    [PROBE_STEP_ROOT] = "cannot enter that root",
	    [PROBE_STEP_CONFINE] = "cannot give up root's capabilities",
	    [PROBE_STEP_TRACE] = "cannot trace a process",
	    [PROBE_STEP_WAIT] = "cannot wait for a process",
	    [PROBE_STEP_ENDED] = "the process above the probe was killed, and the probe with it",
	};

	if (!failed->value)
		return err_set(err, ERR_PROBE, "%s", what[failed->step]);
	return err_set(err, ERR_PROBE, "%s: %s", what[failed->step], strerror(failed->value));
}

/* Starts the watcher and waits for its answer. */
static int
watched(const struct probe_job *job, struct probe_answer *answer, struct err *err)
{
	pid_t ourselves = getpid(), watcher;
	int answers[2];
	bool answered;

	if (pipe2(answers, O_CLOEXEC) < 0)
		return explain(&(struct probe_report){PROBE_STEP_PIPE, errno}, err);
	watcher = fork();
	if (watcher == 0)
		probe_watcher(job, ourselves, answers[1]);
	if (watcher < 0)
		explain(&(struct probe_report){PROBE_STEP_PROCESS, errno}, err);
	close(answers[1]);
	answered = watcher > 0 && read_answer(answers[0], job->timeout_ms, answer);
	close(answers[0]);
	if (watcher < 0)
		return -1;
	if (!answered)
		kill(watcher, SIGKILL);
	retry_waitpid(watcher, NULL);
	if (!answered)
		return err_set(
		    err, ERR_PROBE,
		    "the answer of the process that watches the probe could not be had: it was killed or stopped");
	return 0;
}

static int
run(const unsigned char *elf, size_t size, struct probe_job *job, struct probe_result *result, struct err *err)
{
	struct probe_answer answer;
	int failed = 0;

	memset(result, 0, sizeof(*result));
	job->program = probe_file(elf, size, err);
	if (job->program < 0)
		return -1;
	if (job->until == PROBE_UNTIL_EXIT)
		failed = watched(job, &answer, err);
	else
		probe_watch(job, &answer); /* nothing of an interpreter runs: it needs no process above it */
	close(job->program);
	if (failed == 0 && answer.failed.step != PROBE_STEP_NONE)
		failed = explain(&answer.failed, err);
	if (failed == 0)
		*result = answer.result;
	return failed;
}

int
probe_run(const unsigned char *elf, size_t size, const char *variable, enum probe_until until, unsigned timeout_ms,
	  struct probe_result *result, struct err *err)
{
	struct probe_job job = {.variable = variable, .until = until, .timeout_ms = timeout_ms};

	return run(elf, size, &job, result, err);
}

int
probe_run_in(const unsigned char *elf, size_t size, int root, unsigned timeout_ms, struct probe_result *result,
	     struct err *err)
{
	struct probe_job job = {
	    .until = PROBE_UNTIL_EXEC,
	    .place = root == PROBE_EMPTY_ROOT ? PROBE_IN_EMPTY : PROBE_IN_FOLDER,
	    .folder = root,
	    .timeout_ms = timeout_ms,
	};

	return run(elf, size, &job, result, err);
}
