/* SPDX-License-Identifier: MIT */
#ifndef PROBE_WATCHER_H
#define PROBE_WATCHER_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "probe.h"

/* Jobs that go equally far, and in the same root. */
struct probe_batch {
	const struct probe_job *jobs;
	size_t count, width; /* so many run at once, PROBES_MAX at most */
	sigset_t ignored;    /* what this process ignores of signals */
};

/*
 * Starts a process that takes numbers of jobs (size_t) from `line`, a stream socket, and answers each with one struct
 * probe_answer, when all is gone that the job has started. It ends with its parent, which has SIGCHLD blocked, or where
 * the line ends. -1 and errno.
 */
pid_t probe_watcher(const struct probe_batch *batch, int line);

#endif
