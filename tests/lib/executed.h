/* SPDX-License-Identifier: MIT */
/* What the kernel did with one execve, stopped before the program runs. */
#ifndef EXECUTED_H
#define EXECUTED_H

#include <stdbool.h>
#include <sys/types.h>

struct executed {
	int error;   /* of execve, 0: it went on */
	bool killed; /* the process died in exec, or by its first instruction being nowhere */
	bool runner; /* dev and ino are known */
	dev_t dev;
	ino_t ino;
};

/*
 * In a new process, which as a `user` has no capabilities: calls `before`, then executes path.
 * Memory is shared with it until then (vfork), so what `before` finds is there on return.
 */
void executed_path(const char *path, bool user, void (*before)(void *), void *argument, struct executed *executed);

/*
 * For this process only, openat2, faccessat2 and execveat fail with ENOSYS from now on, as before Linux
 * 5.6 (execveat is older; its question about a file is not).
 */
void executed_as_old_kernel(void);

#endif
