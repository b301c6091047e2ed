/* SPDX-License-Identifier: MIT */
#ifndef PROBE_CREW_H
#define PROBE_CREW_H

#include "probe_watch.h"
#include "probe_watcher.h"

/* Receives what became of job i. */
typedef void probe_answered(void *arg, size_t i, const struct probe_answer *answer);

/* Runs all jobs of a batch in watchers. This process has SIGCHLD blocked. */
void probe_crew(const struct probe_batch *batch, probe_answered *answered, void *arg);

#endif
