/* SPDX-License-Identifier: MIT */
/* The watchers side by side: who is free gets the next job. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "probe_crew.h"
#include "retry.h"

enum { GRACE_MS = 3000 }; /* what a watcher may take longer than its probe, before it is taken for stopped */

struct watcher {
	pid_t pid; /* 0: there is none */
	int line;
	size_t job;
	int64_t end; /* when its answer is no longer waited for */
	size_t len;  /* bytes of it that have come */
	struct probe_answer answer;
};

struct crew {
	const struct probe_batch *batch;
	size_t next; /* job */
	probe_answered *answered;
	void *arg;
	struct probe_report failed; /* why no watcher could be started, or waited for */
	struct watcher watchers[PROBES_MAX];
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Ends a watcher that waits for a job, or hangs. */
static void
dismiss(struct watcher *w, bool hangs)
{
	shutdown(w->line, SHUT_RDWR); /* what it waits for, whatever close comes to */
	close(w->line);
	if (hangs)
		kill(w->pid, SIGKILL);
	retry_waitpid(w->pid, NULL);
	w->pid = 0;
}

/* Hands it the next job; where there is none it may go. */
static void
deal(struct crew *crew, struct watcher *w)
{
	const struct probe_job *job = &crew->batch->jobs[crew->next];

	if (crew->next == crew->batch->count) {
		dismiss(w, false);
		return;
	}
	w->job = crew->next++;
	w->len = 0;
	w->end = now_ms() + (int64_t)job->timeout_ms * (job->again ? 2 : 1) + GRACE_MS;
	if (send(w->line, &w->job, sizeof(w->job), MSG_NOSIGNAL) != sizeof(w->job))
		w->end = 0; /* nothing will come of it */
}

static void
hire(struct crew *crew, struct watcher *w)
{
	int line[2];

	if (crew->next == crew->batch->count)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) < 0) {
		crew->failed = (struct probe_report){PROBE_STEP_PIPE, errno};
		return;
	}
	w->pid = probe_watcher(crew->batch, line[1]);
	if (w->pid < 0)
		crew->failed = (struct probe_report){PROBE_STEP_PROCESS, errno};
	close(line[1]);
	w->line = line[0];
	if (w->pid > 0) {
		deal(crew, w);
		return;
	}
	close(line[0]);
	w->pid = 0;
}

static void
fail_job(struct crew *crew, size_t job, struct probe_report failed)
{
	const struct probe_answer answer = {.failed = failed};

	crew->answered(crew->arg, job, &answer);
}

/* Reads what has come of an answer. False: none will come. */
static bool
take(struct crew *crew, struct watcher *w)
{
	unsigned tries = 0;
	ssize_t n;

	do
		n = recv(w->line, (char *)&w->answer + w->len, sizeof(w->answer) - w->len, MSG_DONTWAIT);
	while (n < 0 && retry_interrupted(&tries));
	if (n < 0 && errno == EAGAIN)
		return now_ms() < w->end;
	if (n <= 0)
		return false;
	w->len += (size_t)n;
	if (w->len < sizeof(w->answer))
		return true;
	crew->answered(crew->arg, w->job, &w->answer);
	deal(crew, w);
	return true;
}

/* Waits until one has said something, or should have. False: there is none, or it failed. */
static bool
wait_for_any(struct crew *crew)
{
	struct pollfd polls[PROBES_MAX];
	int64_t now = now_ms(), end = INT64_MAX;
	unsigned tries = 0;
	bool any = false;
	int ready;

	for (size_t i = 0; i < PROBES_MAX; i++) {
		const struct watcher *w = &crew->watchers[i];

		polls[i] = (struct pollfd){.fd = w->pid ? w->line : -1, .events = POLLIN};
		any |= w->pid != 0;
		if (w->pid && w->end < end)
			end = w->end;
	}
	if (!any)
		return false;
	do
		ready = poll(polls, PROBES_MAX, end > now ? (int)(end - now) : 0);
	while (ready < 0 && retry_interrupted(&tries));
	if (ready < 0)
		crew->failed = (struct probe_report){PROBE_STEP_WAIT, errno};
	return ready >= 0;
}

/* Of one that gives no answer. */
static void
give_up(struct crew *crew, struct watcher *w, struct probe_report failed)
{
	dismiss(w, true);
	fail_job(crew, w->job, failed);
}

void
probe_crew(const struct probe_batch *batch, probe_answered *answered, void *arg)
{
	static struct crew crew; /* 44 KB; nobody is hired when it begins and ends */

	crew.batch = batch;
	crew.next = 0;
	crew.answered = answered;
	crew.arg = arg;
	for (size_t i = 0; i < batch->width; i++)
		hire(&crew, &crew.watchers[i]);
	while (wait_for_any(&crew))
		for (size_t i = 0; i < PROBES_MAX; i++) {
			struct watcher *w = &crew.watchers[i];

			if (!w->pid || take(&crew, w))
				continue;
			give_up(&crew, w, (struct probe_report){PROBE_STEP_ANSWER, 0});
			hire(&crew, w);
		}
	for (size_t i = 0; i < PROBES_MAX; i++)
		if (crew.watchers[i].pid)
			give_up(&crew, &crew.watchers[i], crew.failed);
	while (crew.next < batch->count)
		fail_job(&crew, crew.next++, crew.failed);
}
