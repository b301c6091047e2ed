/* SPDX-License-Identifier: MIT */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>

struct arch;

/*
 * Whether this host runs programs of an architecture itself. Where the table says that it may, it
 * is tried with a probe that no handler of ours takes; the answer is kept for the process.
 */
bool host_runs(const struct arch *arch);

/* The row that this very binary is of, or NULL. */
const struct arch *host_arch(void);

/* The running kernel is at least this version. */
bool host_kernel_since(unsigned major, unsigned minor);

#endif
