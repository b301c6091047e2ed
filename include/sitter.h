/* SPDX-License-Identifier: MIT */
#ifndef SITTER_H
#define SITTER_H

#include <sys/types.h>

/*
 * Process 1 of a PID namespace that was just unshared: makes things ready there (`prepare`, with `arg`: 0, or it said
 * why not), tells the parent, and then does nothing but take in orphans; it ends with its parent, and all in its
 * namespace with it. Returns its pid when it is ready; 0 where `prepare` failed; -1 with errno.
 */
pid_t sitter_start(int (*prepare)(void *arg), void *arg);

/*
 * Starts a process beside it that becomes the command (`become` returns its exit status where that fails), and sits by,
 * as what front_run runs: passes signals on, and stops and continues the front with it. When it has ended the
 * namespace's process 1 is killed. Returns the exit status; a death by signal is the front's. All descriptors are
 * closed here when it has started.
 */
int sitter_run(pid_t init, int (*become)(void *arg), void *arg);

#endif
