/* SPDX-License-Identifier: MIT */
/*
 * A process of ours above what runs: so that what that leaves behind is nobody else's child.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe_sweep.h"
#include "probe_watch.h"
#include "probe_watcher.h"
#include "retry.h"

/* The descriptors that it was born with and does not need end here, that of the lock too. */
static void
keep_descriptors(const struct probe_job *job, int line)
{
	const int keep[] = {line, job->root};

	probe_sweep_descriptors(keep, job->root >= 0 ? 2 : 1);
}

/*
 * Where nothing can outlive it, it dies with its parent: alone in its PID namespace, or with the one child that is
 * traced. Else it has to live on to sweep.
 */
static bool
dies_with_parent(const struct probe_job *job, bool apart)
{
	return apart || job->until != PROBE_UNTIL_EXIT;
}

/* Its parent has not died before it was to die with it: the other end of the line is open. */
static bool
has_parent(int line)
{
	struct pollfd p = {.fd = line};

	return poll(&p, 1, 0) == 0;
}

__attribute__((noreturn)) static void
work(const struct probe_batch *batch, pid_t parent, bool apart, int line)
{
	static struct probe_answer answer;
	struct probe_post post = {.ignored = &batch->ignored, .said = probe_watch_said()};
	bool runs = batch->jobs[0].until == PROBE_UNTIL_EXIT, dies = dies_with_parent(&batch->jobs[0], apart);
	size_t i;

	answer.failed = (struct probe_report){PROBE_STEP_MEMORY, errno};
	setsid();
	signal(SIGCHLD, SIG_DFL);
	keep_descriptors(&batch->jobs[0], line);
	if (dies)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (runs)
		probe_sweep_start(apart);
	if (!has_parent(line))
		_exit(1);
	post.parent = dies ? 0 : parent;
	while (retry_read(line, &i, sizeof(i)) == sizeof(i)) {
		if (post.said)
			probe_watch(&batch->jobs[i], &post, &answer);
		if (runs)
			probe_sweep_end(apart);
		if (send(line, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			break;
	}
	_exit(0);
}

pid_t
probe_watcher(const struct probe_batch *batch, int line)
{
	pid_t parent = getpid(), pid = -1;
	bool apart = false;

	if (batch->jobs[0].until == PROBE_UNTIL_EXIT) {
		pid = probe_sweep_fork(true);
		apart = pid >= 0;
	}
	if (pid < 0)
		pid = probe_sweep_fork(false);
	if (pid == 0)
		work(batch, parent, apart, line);
	return pid;
}
