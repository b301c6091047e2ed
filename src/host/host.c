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
#include "probe.h"

enum { ROWS_MAX = 128, UNTRIED = 0, YES, NO };

const struct arch *
host_arch(void)
{
	static unsigned char head[ARCH_MAGIC_MAX];
	static ssize_t len = -1;
	int fd;

	if (len < 0) {
		fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		len = fd < 0 ? 0 : read(fd, head, sizeof(head));
		if (fd >= 0)
			close(fd);
		if (len < 0)
			len = 0;
	}
	return arch_of_header(head, (size_t)len);
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
	static unsigned char known[ROWS_MAX];
	size_t row = (size_t)(arch - arch_table);
	bool runs;

	if (row < ROWS_MAX && known[row] != UNTRIED)
		return known[row] == YES;
	runs = may_run(arch) && try_it(arch);
	if (row < ROWS_MAX)
		known[row] = runs ? YES : NO;
	return runs;
}

bool
host_kernel_since(unsigned major, unsigned minor)
{
	struct utsname name;
	unsigned a, b;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &a, &b) != 2)
		return false;
	return a > major || (a == major && b >= minor);
}
