/* SPDX-License-Identifier: MIT */
#ifndef PROBE_CHILD_H
#define PROBE_CHILD_H

#include <sys/types.h>

#include "probe.h"

/* Where the probe is executed. */
enum probe_place { PROBE_HERE, PROBE_IN_EMPTY, PROBE_IN_FOLDER };

/* One run, as it was asked for. */
struct probe_job {
	int program; /* opened for reading, not close-on-exec */
	const char *variable;
	enum probe_until until;
	enum probe_place place;
	int folder; /* of PROBE_IN_FOLDER */
	unsigned timeout_ms;
};

/* What may keep a run from being tried. */
enum probe_step {
	PROBE_STEP_NONE,
	PROBE_STEP_PIPE,
	PROBE_STEP_PROCESS,
	PROBE_STEP_ROOT,
	PROBE_STEP_CONFINE,
	PROBE_STEP_TRACE,
	PROBE_STEP_WAIT,
	PROBE_STEP_ENDED, /* by somebody, with the process that is to end all of them */
	PROBE_STEP_EXEC,  /* as a report of the child: exec has failed */
	PROBE_STEP_READY, /* and this is no failure: it is traced, stops itself, and wants to be continued */
};

/* A step that failed, and its errno or 0; of PROBE_STEP_READY the number that /proc shows the child under, or 0. */
struct probe_report {
	enum probe_step step;
	int value;
};

/* What the child needs besides the job. All descriptors are close-on-exec. */
struct probe_line {
	int reports; /* takes struct probe_report; exec closes it */
	int output, errors;
	pid_t parent; /* what getppid() says while the parent lives: 0 if that is in an outer PID namespace */
};

/* Executes the probe. To be called in a new process; reports what fails and ends it. */
__attribute__((noreturn)) void probe_child(const struct probe_job *job, const struct probe_line *line);

#endif
