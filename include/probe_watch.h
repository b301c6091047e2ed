/* SPDX-License-Identifier: MIT */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

#include "probe.h"
#include "probe_child.h"

/* What became of a job. */
struct probe_answer {
	struct probe_report failed; /* PROBE_STEP_NONE: it was tried */
	bool again;                 /* there was a second run */
	struct probe_result result, second;
};

/*
 * Runs the probe as a child of this process, which has SIGCHLD blocked, and watches it. `ignored` are the signals that
 * this process ignores; `parent` is what getppid() says while somebody waits for the answer, 0: as long as this process
 * lives. What has left the probe's process group may live on.
 */
void probe_watch(const struct probe_job *job, const sigset_t *ignored, pid_t parent, struct probe_answer *answer);

#endif
