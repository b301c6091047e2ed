/* SPDX-License-Identifier: MIT */
#ifndef PROBE_SWEEP_H
#define PROBE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * fork(2) without what libc does around it, for a child that makes little more than system calls. `apart`: into a new
 * PID namespace (/proc stays that of the outer one). -1 and errno.
 */
pid_t probe_sweep_fork(bool apart);

/*
 * Prepares a new process that has no children yet: what its descendants leave behind becomes its own child. `apart`: it
 * is process 1 of a PID namespace, where the number of processes is limited (since Linux 6.14).
 */
void probe_sweep_start(bool apart);

/* Kills and reaps all that is left. The process started directly is to be reaped before. */
void probe_sweep_end(bool apart);

/* Closes all descriptors. */
void probe_sweep_all_descriptors(void);

/* Closes all descriptors above 2 but these. */
void probe_sweep_descriptors(const int *keep, size_t count);

#endif
