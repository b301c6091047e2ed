/* SPDX-License-Identifier: MIT */
#ifndef LOCK_H
#define LOCK_H

struct err;

/*
 * Locks an opened file for this process, waiting `timeout` seconds at most; `waiting` (may be NULL) is called once if
 * somebody else has the lock. 0, or -1 and *err, which names who has it.
 */
int lock_wait(int fd, unsigned timeout, void (*waiting)(void), struct err *err);

/*
 * Lets only one run at a time mount and unmount in this mount namespace: what the others see is whole. Anybody can lock
 * the file: so it waits a second at most, and goes on. What is copied into an instance is safe by that one's own lock,
 * which only its root can take. *fd is to be closed after the work; -1: nothing is locked. 0, or -1 and *err.
 */
int lock_mounts(unsigned timeout, void (*waiting)(void), int *fd, struct err *err);

#endif
