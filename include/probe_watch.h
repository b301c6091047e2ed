/* SPDX-License-Identifier: MIT */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

#include "probe.h"
#include "probe_child.h"

/* What became of a job. */
struct probe_answer {
	struct probe_report failed; /* PROBE_STEP_NONE: it was tried */
	struct probe_result result;
};

/* Runs the probe as a child of this process, and watches it. Not for PROBE_UNTIL_EXIT. */
void probe_watch(const struct probe_job *job, struct probe_answer *answer);

/*
 * Runs the probe, watches it to its end and kills all that it has started. To be called in a new process, a
 * child of `parent`; when that dies it gives up. Writes one answer and ends the process.
 */
__attribute__((noreturn)) void probe_watcher(const struct probe_job *job, pid_t parent, int answers);

#endif
