/* SPDX-License-Identifier: MIT */
#include "guest.h"

#include <grp.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

enum { USER = 1000 };

struct kernel kernel;

const char *const guest_emulated[GUEST_EMULATED] = {"aarch64", "arm",     "i386",  "i486",
						    "ppc64le", "riscv64", "s390x", "x86_64"};

const char *
guest_needs(void)
{
	static char names[256];
	size_t length = 0;

	names[0] = '\0';
	for (size_t i = 0; i < GUEST_EMULATED; i++)
		if (!guest_runs(guest_emulated[i]))
			length += (size_t)snprintf(names + length, sizeof(names) - length, "%sqemu-%s",
						   length ? " " : "", guest_emulated[i]);
	return names;
}

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

bool
guest_runs(const char *arch)
{
	char one[80], all[80];

	snprintf(one, sizeof(one), ",%s,", arch);
	snprintf(all, sizeof(all), ",%s,", kernel.natives);
	return strstr(all, one) != NULL;
}

/* What tests/vm/start says of this guest, or NULL. */
static const char *
told(const char *key)
{
	const char *line = slurp("/proc/cmdline"), *word = line ? strstr(line, key) : NULL;

	return word ? word + strlen(key) : NULL;
}

static bool
is_guest(void)
{
	const char *version = told("binfmtctl.vm="), *natives;

	if (!version || getpid() == 1)
		return false;
	know_kernel(version);
	natives = told("binfmtctl.natives=");
	snprintf(kernel.natives, sizeof(kernel.natives), "%.*s", natives ? (int)strcspn(natives, " \n") : 0,
		 natives ? natives : "");
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
