/* SPDX-License-Identifier: MIT */
#include "guest.h"

#include <grp.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

enum { USER = 1000 };

struct kernel kernel;

static bool
is_mounted(void)
{
	struct statfs fs;

	return statfs(MOUNT, &fs) == 0 && fs.f_type == BINFMTFS_MAGIC;
}

void
guest_unmount(void)
{
	while (is_mounted())
		assert_int_equal(umount(MOUNT), 0);
}

void
guest_mount(void)
{
	expect(shell("modprobe binfmt_misc"), 0, "", "");
	if (!is_mounted())
		assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
	ns_empty();
}

/* An entry that outlives the mount holds the module. */
void
guest_unload(void)
{
	guest_mount();
	guest_unmount();
	expect(shell("rmmod binfmt_misc"), 0, "", "");
}

bool
guest_user(void)
{
	return setgroups(0, NULL) == 0 && setgid(USER) == 0 && setuid(USER) == 0;
}

/* A version as Debian writes it. What was brought to a series later has the number of its release there. */
static void
know_kernel(const char *version)
{
	unsigned major = 0, minor = 0, patch = 0, number;

	sscanf(version, "%u.%u.%u", &major, &minor, &patch);
	number = major * 100 + minor;
	kernel.tells_p = number >= 512 || (number == 510 && patch >= 262);
	kernel.drops = number >= 607 || (number == 601 && patch >= 176) || (number == 510 && patch >= 262);
	kernel.has_own = number >= 607;
	kernel.has_later = number >= 703;
	kernel.flags = number >= 512 ? "PF" : "F";
}

static bool
is_guest(void)
{
	const char *line = slurp("/proc/cmdline");
	const char *version = line ? strstr(line, "binfmtctl.vm=") : NULL;

	if (!version || getpid() == 1)
		return false;
	know_kernel(version + strlen("binfmtctl.vm="));
	return true;
}

static int
begin(void **state)
{
	(void)state;
	run_prepare = NULL;
	guest_mount();
	return 0;
}

static void
no_guest(void **state)
{
	(void)state;
	skip_because("this machine was not booted for tests/vm");
}

int
guest_run_tests(const char *name, const struct CMUnitTest *tests, size_t count, bool empty)
{
	struct CMUnitTest *own = calloc(count, sizeof(*own));
	bool ours = is_guest();
	int failed;

	if (!own)
		return 1;
	for (size_t i = 0; i < count; i++) {
		own[i] = (struct CMUnitTest){.name = tests[i].name, .test_func = ours ? tests[i].test_func : no_guest};
		if (ours && empty)
			own[i].setup_func = begin;
	}
	failed = _cmocka_run_group_tests(name, own, count, NULL, NULL);
	free(own);
	return failed;
}
