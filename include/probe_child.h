/* SPDX-License-Identifier: MIT */
#ifndef PROBE_CHILD_H
#define PROBE_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "probe.h"

/* What may keep a run from being tried. */
enum probe_step {
	PROBE_STEP_NONE,
	PROBE_STEP_FILE,
	PROBE_STEP_MEMORY,
	PROBE_STEP_PIPE,
	PROBE_STEP_PROCESS,
	PROBE_STEP_ROOT,
	PROBE_STEP_CONFINE,
	PROBE_STEP_TRACE,
	PROBE_STEP_WAIT,
	PROBE_STEP_ANSWER,
	PROBE_STEP_EXEC,  /* as a report of the child: exec has failed */
	PROBE_STEP_READY, /* and this is no failure: it is traced, stops itself, and wants to be continued */
};

/* A step that failed, and its errno; of PROBE_STEP_READY the number that /proc shows the child under, or 0. */
struct probe_report {
	enum probe_step step;
	int value;
};

/* What the child needs besides the job. All descriptors but the program are close-on-exec. */
struct probe_line {
	int program;               /* opened for reading */
	int output, errors;        /* of what runs to its end, else -1 */
	pid_t parent;              /* what getppid() says while the parent lives */
	const char *variable;      /* the environment, or NULL */
	const sigset_t *ignored;   /* the signals that exec would keep ignored, of what runs to its end */
	struct probe_report *said; /* memory that is shared with the parent, until exec */
};

/* Executes the probe. To be called in a new process; reports what fails and ends it. */
__attribute__((noreturn)) void probe_child(const struct probe_job *job, const struct probe_line *line);

#endif
