/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "probe.h"

enum { UNTRIED, YES, NO };

const struct subject *
host_own(void)
{
	static char path[INTERP_PATH_MAX];
	static struct subject own;
	ssize_t len;
	int fd;

	if (own.path)
		return own.head[0] ? &own : NULL;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	own.path = path;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	len = read(fd, own.head, sizeof(own.head));
	close(fd);
	return len > 0 ? &own : NULL;
}

const struct arch *
host_arch(void)
{
	const struct subject *own = host_own();

	return own ? arch_of_header(own->head, sizeof(own->head)) : NULL;
}

static bool
may_run(const struct arch *arch)
{
	struct utsname name;

	if (arch == host_arch())
		return true;
	if (uname(&name) < 0)
		return false;
	for (const char *const *pattern = arch->natives; *pattern; pattern++)
		if (fnmatch(*pattern, name.machine, 0) == 0)
			return true;
	return false;
}

static bool
try_it(const struct arch *arch)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch, 0xff, elf); /* other masks than ours let 0 pass for EV_CURRENT */
	struct probe_result result;
	struct err err;

	if (probe_run(elf, size, NULL, PROBE_UNTIL_EXIT, PROBE_TIMEOUT_MS, &result, &err) < 0)
		return arch == host_arch();
	if (result.end != PROBE_EXITED || result.status != PROBE_STATUS)
		return false;
	return result.itself || !result.exe[0];
}

bool
host_runs(const struct arch *arch)
{
	static unsigned char known[ARCH_ROWS_MAX];
	unsigned char *row = &known[arch - arch_table];

	if (*row == UNTRIED)
		*row = may_run(arch) && try_it(arch) ? YES : NO;
	return *row == YES;
}

const struct arch *
host_foreign(const unsigned char head[static PATTERN_WINDOW])
{
	const struct arch *arch = arch_of_header(head, PATTERN_WINDOW);

	return arch && !host_runs(arch) ? arch : NULL;
}

struct host_kernel
host_kernel(void)
{
	struct host_kernel kernel;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &kernel.major, &kernel.minor) != 2)
		return (struct host_kernel){0, 0};
	return kernel;
}

bool
host_kernel_since(struct host_kernel kernel, unsigned major, unsigned minor)
{
	return kernel.major > major || (kernel.major == major && kernel.minor >= minor);
}
