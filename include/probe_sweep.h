/* SPDX-License-Identifier: MIT */
#ifndef PROBE_SWEEP_H
#define PROBE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Prepares this process, which has no children yet: what its descendants leave behind becomes its own child.
 * Where it has the privilege its next children are in a PID namespace (/proc stays that of the outer one), and *init
 * is process 1 of that; else 0. False and errno if there can be no process.
 */
bool probe_sweep_start(pid_t *init);

/* Whether process 1 of our children's PID namespace was killed by somebody, and all others there with it. */
bool probe_sweep_is_over(void);

/* Kills and reaps all that is left. The process started directly is to be reaped before. */
void probe_sweep_end(pid_t init);

/* Closes all descriptors above 2 but these. */
void probe_sweep_descriptors(const int *keep, size_t count);

#endif
