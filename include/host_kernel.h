/* SPDX-License-Identifier: MIT */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include <stdbool.h>

/* The version of the running kernel; 0.0 if it cannot be told. */
struct host_kernel {
	unsigned major, minor;
};

struct host_kernel host_kernel(void);
bool host_kernel_since(struct host_kernel kernel, unsigned major, unsigned minor);

/* The running kernel's word for this machine (uname -m), which a personality may have changed; NULL: cannot be told. */
const char *host_machine(void);

#endif
