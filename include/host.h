/* SPDX-License-Identifier: MIT */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>

#include "pattern.h"

struct arch;

/* This very program, as the kernel would see it; NULL if it cannot be read. */
const struct subject *host_own(void);

/* The row that this very program is of, or NULL. */
const struct arch *host_arch(void);

/*
 * Whether this host runs programs of an architecture itself. Where the table says that it may, it
 * is tried with a probe that no handler of ours takes; the answer is kept for the process.
 */
bool host_runs(const struct arch *arch);

/* The row of a program that this host cannot run itself, by its first bytes; NULL if it can, or none is known. */
const struct arch *host_foreign(const unsigned char head[static PATTERN_WINDOW]);

/* The version of the running kernel; 0.0 if it cannot be told. */
struct host_kernel {
	unsigned major, minor;
};

struct host_kernel host_kernel(void);
bool host_kernel_since(struct host_kernel kernel, unsigned major, unsigned minor);

#endif
