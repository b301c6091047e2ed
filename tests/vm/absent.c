/* SPDX-License-Identifier: MIT */
/* A host on which there is no binfmt_misc to act on: not loaded, not mounted, read-only, no /proc. */
#include "guest.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Commands that need one. */
static const char *const changing[] = {
    "register riscv64",
    "register riscv64 --persist",
    "register --name x --extension x -i /bin/true",
    "remove riscv64",
    "remove all",
    "remove --global",
    "enable all",
    "disable --global",
    "load",
};
static const char *const looking[] = {"list", "status", "match /bin/true", "refresh", "export"};

static void
all_say(const char *const *words, size_t count, int status, const char *err)
{
	for (size_t i = 0; i < count; i++)
		expect(shell("./binfmtctl %s", words[i]), status, NULL, err);
	expect(shell("[ -e /etc/binfmt.d ]"), 1, "", "");
}

/* The line after "fix: " of doctor, run as it is printed. */
static void
run_fix(const char *containing)
{
	const char *fix = strstr(tool("doctor", NULL)->out, "fix: ");
	char *line;

	assert_non_null(fix);
	line = strndup(fix + 5, strcspn(fix + 5, "\n"));
	assert_non_null(line);
	if (!strstr(line, containing))
		fail_msg("the fix is: %s", line);
	expect(shell("PATH=/usr/bin:/usr/sbin; %s", line), 0, NULL, "");
	free(line);
}

static void
absent__module_not_loaded__3_and_the_module_named(void **state)
{
	(void)state;
	guest_unload();
	all_say(changing, LENGTH(changing), 3, "this kernel has no binfmt_misc loaded; try: modprobe binfmt_misc");
	all_say(looking, LENGTH(looking), 3, "this kernel has no binfmt_misc loaded; try: modprobe binfmt_misc");
	expect(tool("test", "riscv64", NULL), 1, "riscv64  FAILED ", "no binfmt_misc loaded");
	expect(tool("-j", "list", NULL), 3, "\"error\":{\"code\":\"no-kernel-support\"", NULL);
	expect(shell("grep binfmt_misc /proc/filesystems"), 1, "", "");
	run_fix("modprobe binfmt_misc");
	run_fix("mount -t binfmt_misc");
	expect(tool("doctor", NULL), 0, "0 failed", "");
}

static void
absent__module_not_there__mount_says_so(void **state)
{
	(void)state;
	guest_unload();
	expect(shell("mv /usr/lib/modules /usr/lib/none"), 0, "", "");
	expect(tool("register", "riscv64", "--mount", NULL), 3, "", "no module of it could be loaded");
	expect(shell("mv /usr/lib/none /usr/lib/modules"), 0, "", "");
}

static void
absent__not_mounted__3_and_the_mount_named(void **state)
{
	static const char text[] = "is not mounted at " MOUNT "; run: mount -t binfmt_misc binfmt_misc " MOUNT;

	(void)state;
	guest_unmount();
	all_say(changing, LENGTH(changing), 3, text);
	all_say(looking, LENGTH(looking), 3, text);
	run_fix("mount -t binfmt_misc");
	expect(tool("list", NULL), 0, "", "");
}

/* Loads the module, mounts, registers: a script of a package needs no more. */
static void
absent__register_with_mount__loaded_mounted_live(void **state)
{
	(void)state;
	guest_unload();
	expect(tool("register", "riscv64", "--mount", NULL), 0, "qemu-riscv64: registered", NULL);
	assert_int_equal(probe_status("riscv64"), 42);
	expect(tool("register", "riscv64", "--mount", NULL), 0, "qemu-riscv64: unchanged", NULL);
	ns_empty();
	guest_unmount();
	expect(tool("register", "all", "--mount", NULL), 0, "qemu-riscv64: registered", NULL);
	assert_string_equal(entry_names(), guest_needs());
}

static void
absent__last_unmount__entries_as_the_kernel_keeps_them(void **state)
{
	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	guest_unmount();
	assert_int_equal(probe_status("riscv64") == 42, !kernel.drops);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
	assert_string_equal(entry_names(), kernel.drops ? "" : "qemu-riscv64");
}

/* A mount namespace that ends: "registered" is said only of an entry that outlives it. */
static void
absent__mount_in_a_namespace_that_ends__truth(void **state)
{
	static const char *const before[] = {"true", "mount -t binfmt_misc none " MOUNT};

	(void)state;
	for (size_t i = 0; i < LENGTH(before); i++) {
		guest_mount();
		guest_unmount();
		expect(shell("unshare -m sh -c '%s && ./binfmtctl register riscv64 --mount'", before[i]),
		       kernel.drops ? 1 : 0, NULL, kernel.drops ? "on the host" : NULL);
		assert_int_equal(probe_status("riscv64") == 42, !kernel.drops);
	}
	guest_mount();
	expect(shell("unshare -m ./binfmtctl register riscv64 --mount"), 0, "registered", NULL);
	assert_string_equal(entry_names(), "qemu-riscv64");
	assert_int_equal(probe_status("riscv64"), 42);
}

static void
absent__read_only__looked_at_but_3_for_a_change(void **state)
{
	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	assert_int_equal(mount(NULL, MOUNT, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	for (size_t i = 0; i < LENGTH(changing); i++)
		if (!strstr(changing[i], "load"))
			expect(shell("./binfmtctl %s", changing[i]), 3, NULL, "read-only");
	expect(tool("list", NULL), 0, "qemu-riscv64", "");
	expect(tool("test", NULL), 0, " ok ", "");
	run_fix("remount,rw");
	expect(tool("disable", "all", NULL), 0, "disabled", "");
	assert_string_equal(entry_names(), "qemu-riscv64");
}

static void
absent__other_file_system_there__3(void **state)
{
	(void)state;
	guest_unmount();
	assert_int_equal(mount("tmpfs", MOUNT, "tmpfs", 0, NULL), 0);
	all_say(changing, LENGTH(changing), 3, NULL);
	expect(tool("list", NULL), 3, "", "not binfmt_misc");
	assert_int_equal(umount(MOUNT), 0);
}

/* An image that is built. */
static void
absent__chroot_without_proc__3(void **state)
{
	static const char *const words[] = {"list", "status", "register riscv64", "remove riscv64",
					    "register riscv64 --mount"};
	char *root = scratch_folder("image");

	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	expect(shell("mkdir -p %s/usr/bin && cp binfmtctl /usr/bin/qemu-riscv64-static %s/usr/bin", root, root), 0, "",
	       "");
	for (size_t i = 0; i < LENGTH(words); i++)
		expect(shell("/bin/busybox chroot %s /usr/bin/binfmtctl %s", root, words[i]), 3, NULL, "/proc");
	assert_string_equal(entry_names(), "qemu-riscv64");
	assert_int_equal(probe_status("riscv64"), 42);
	free(root);
}

static void
absent__proc_not_mounted__3(void **state)
{
	(void)state;
	expect(shell("unshare -m sh -c 'umount -l /proc && ./binfmtctl list'"), 3, "", "/proc");
	expect(shell("unshare -m sh -c 'umount -l /proc && ./binfmtctl register riscv64'"), 3, "", "/proc");
	assert_string_equal(entry_names(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(absent__module_not_loaded__3_and_the_module_named),
	    cmocka_unit_test(absent__module_not_there__mount_says_so),
	    cmocka_unit_test(absent__not_mounted__3_and_the_mount_named),
	    cmocka_unit_test(absent__register_with_mount__loaded_mounted_live),
	    cmocka_unit_test(absent__last_unmount__entries_as_the_kernel_keeps_them),
	    cmocka_unit_test(absent__mount_in_a_namespace_that_ends__truth),
	    cmocka_unit_test(absent__read_only__looked_at_but_3_for_a_change),
	    cmocka_unit_test(absent__other_file_system_there__3),
	    cmocka_unit_test(absent__chroot_without_proc__3),
	    cmocka_unit_test(absent__proc_not_mounted__3),
	};

	return guest_run(tests);
}
