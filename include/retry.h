/* SPDX-License-Identifier: MIT */
#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Whether a call that has just failed was only interrupted (EINTR) and is to be made again: some times, not for ever.
 * *tries starts at 0. errno stays.
 */
bool retry_interrupted(unsigned *tries);

/* read(2), made again while it is interrupted. */
ssize_t retry_read(int fd, void *buffer, size_t size);

/* The same for waitpid(2) of one child, without options. */
pid_t retry_waitpid(pid_t pid, int *status);

#endif
