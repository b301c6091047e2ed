/* SPDX-License-Identifier: MIT */
#ifndef FRONT_H
#define FRONT_H

#include <signal.h>
#include <stdbool.h>

/*
 * Two processes in place of one: a front, which is what the outside knows and may be stopped as a command is, and its
 * child behind it, which never is: so whoever continues the command, the front goes on with it.
 */

/*
 * Runs `work` in a child and returns its exit status; what front_killed says there the front dies of. All signals that
 * are for the command are passed on to the child. It ends with the front. -1 with errno. Once the child has begun all
 * descriptors are closed here, so that what the command closes is closed: errors are the child's to tell.
 */
int front_run(int (*work)(void *arg), void *arg);

/* In the child: the signals that were blocked when the front began are so again, for the command. */
void front_restore_mask(void);

/* In the child: the command has stopped; it goes on, or has ended; it was killed by this signal. */
void front_stop(void);
void front_go(void);
void front_killed(int signal_number);

/* In the child: whether a signal comes from the front; whether the front was continued since the last call, other than
 * by front_go. */
bool front_sent(const siginfo_t *info);
bool front_was_continued(void);

/*
 * In both: as waitpid(2), without waiting for the process. There is nobody left to tell an error to, so one that may
 * pass is given time.
 */
pid_t front_wait(pid_t pid, int *status, int options);

/* Sends a signal on to another process, with its value. */
void front_pass(pid_t to, const siginfo_t *info);

#endif
