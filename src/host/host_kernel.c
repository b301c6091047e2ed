/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/utsname.h>

#include "host_kernel.h"

struct host_kernel
host_kernel(void)
{
	static struct host_kernel known;
	struct host_kernel kernel;
	struct utsname name;

	if (!known.major && uname(&name) == 0 && sscanf(name.release, "%u.%u", &kernel.major, &kernel.minor) == 2)
		known = kernel;
	return known;
}

bool
host_kernel_since(struct host_kernel kernel, unsigned major, unsigned minor)
{
	return kernel.major > major || (kernel.major == major && kernel.minor >= minor);
}
