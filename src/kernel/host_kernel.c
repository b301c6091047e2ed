/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/utsname.h>

#include "host_kernel.h"
#include "number.h"

/* NULL: it cannot be told. */
static const struct utsname *
names(void)
{
	static struct utsname known;

	return *known.release || uname(&known) == 0 ? &known : NULL;
}

struct host_kernel
host_kernel(void)
{
	static struct host_kernel known;
	const char *at = !known.major && names() ? names()->release : "";
	uint64_t major, minor;

	if (number_read(&at, 10, &major) && *at++ == '.' && number_read(&at, 10, &minor))
		known = (struct host_kernel){(unsigned)major, (unsigned)minor};
	return known;
}

const char *
host_machine(void)
{
	return names() ? names()->machine : NULL;
}

bool
host_kernel_since(struct host_kernel kernel, unsigned major, unsigned minor)
{
	return kernel.major > major || (kernel.major == major && kernel.minor >= minor);
}
