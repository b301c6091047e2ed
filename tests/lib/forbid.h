/* SPDX-License-Identifier: MIT */
#ifndef FORBID_H
#define FORBID_H

#include <stdbool.h>

/* From now on this syscall fails with this errno, in this process and what it starts. False if that cannot be had. */
bool forbid(unsigned number, int error);

/* The same of calls with this first argument. */
bool forbid_first(unsigned number, unsigned first, int error);

/* No process can be started any more (EAGAIN). */
bool forbid_processes(void);

/* All capabilities are gone. */
bool forbid_capabilities(void);

#endif
