/* SPDX-License-Identifier: MIT */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>

#include "host_kernel.h"
#include "look.h"
#include "pattern.h"

struct arch;

/*
 * This very program, as the kernel saw it: the path that it was executed by, and its first bytes as they are in memory,
 * so that they can be told without /proc and without a descriptor.
 */
const struct subject *host_own(void);

/* The row that this very program is of, or NULL. */
const struct arch *host_arch(void);

/*
 * Whether this host runs programs of an architecture itself. Where the table says that it may, it is tried with a probe
 * that no handler of ours takes; the answer is kept for the process. Unknown where the probe could not be run, who ran
 * it could not be seen, or somebody's handler took it.
 */
struct look host_runs(const struct arch *arch);

#endif
