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

/* Who watches. */
struct probe_post {
	const sigset_t *ignored;   /* the signals that this process ignores; not needed for what is only looked at */
	pid_t parent;              /* what getppid() says while somebody waits for the answer; 0: as long as we live */
	struct probe_report *said; /* see probe_watch_said */
};

/* Memory where this process's probes report, one after the other; never given back. NULL and errno. */
struct probe_report *probe_watch_said(void);

/*
 * Runs the probe as a child of this process, which has SIGCHLD blocked, and watches it. What has left the probe's
 * process group may live on.
 */
void probe_watch(const struct probe_job *job, const struct probe_post *post, struct probe_answer *answer);

#endif
