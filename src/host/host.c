/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "host_kernel.h"
#include "probe.h"

/* The first byte of the file, which the linker puts in memory with the first segment. */
extern const unsigned char __ehdr_start[] __attribute__((visibility("hidden")));

const struct subject *
host_own(void)
{
	static struct subject own;

	if (!own.path) {
		own.path = (const char *)getauxval(AT_EXECFN);
		own.path = own.path ? own.path : "";
		memcpy(own.head, __ehdr_start, sizeof(own.head));
	}
	return &own;
}

const struct arch *
host_arch(void)
{
	static const struct arch *own;
	static bool known;

	if (!known)
		own = arch_of_header(host_own()->head, PATTERN_WINDOW);
	known = true;
	return own;
}

/* Whether `uname -m` is as a pattern wants it: `*` any characters, `?` one. */
static bool
matches(const char *pattern, const char *word)
{
	if (*pattern == '*')
		return matches(pattern + 1, word) || (*word && matches(pattern, word + 1));
	if (!*word)
		return !*pattern;
	return (*pattern == '?' || *pattern == *word) && matches(pattern + 1, word + 1);
}

static struct look
may_run(const struct arch *arch)
{
	const char *machine = host_machine();

	if (arch == host_arch())
		return look_seen(true);
	if (!machine)
		return look_unknown();
	for (const char *const *pattern = arch->natives; *pattern; pattern++)
		if (matches(*pattern, machine))
			return look_seen(true);
	return look_seen(false);
}

/*
 * Whether the kernel itself runs a program of our own architecture: this one. An emulator (QEMU, FEX) gives its guest's
 * program for the paths of /proc that end in exe; below an opened folder it stands itself.
 */
static struct look
is_native(void)
{
	unsigned char head[PATTERN_WINDOW];
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = self < 0 ? -1 : openat(self, "exe", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (self >= 0)
		close(self);
	if (fd >= 0)
		close(fd);
	return len == sizeof(head) && arch_of_header(head, sizeof(head)) == host_arch() ? look_seen(true)
											: look_unknown();
}

static struct look
try_it(const struct arch *arch)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch, 0xff, elf); /* other masks than ours let 0 pass for EV_CURRENT */
	struct probe_result result;
	struct err err;
	bool seen;

	if (arch == host_arch() && is_native().is == LOOK_YES)
		return look_seen(true);
	seen = probe_run(elf, size, NULL, PROBE_UNTIL_FOREIGN, PROBE_TIMEOUT_MS, &result, &err) == 0;
	if (seen && result.end == PROBE_EXITED && result.status == PROBE_STATUS)
		return look_seen(true);
	if (seen && result.end == PROBE_REFUSED && result.exec_errno == ENOEXEC)
		return look_seen(false);
	return look_unknown();
}

struct look
host_runs(const struct arch *arch)
{
	static struct {
		bool tried;
		struct look look;
	} known[ARCH_ROWS_MAX];
	size_t row = (size_t)(arch - arch_table);

	if (!known[row].tried) {
		known[row].look = may_run(arch);
		if (known[row].look.is == LOOK_YES)
			known[row].look = try_it(arch);
		known[row].tried = true;
	}
	return known[row].look;
}
