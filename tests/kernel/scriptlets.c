/* SPDX-License-Identifier: MIT */
/*
 * The examples for rpm, apk and pacman, called as these call them: installation, upgrade, QEMU replaced, removal, in a
 * chroot, and where there is no binfmt_misc. (Those for dpkg run under dpkg itself, see packages.c.)
 */
#include "harness.h"

#include <sys/mount.h>
#include <unistd.h>

enum { CHROOT = 0, NO_CHROOT = 1, MISSING = 127 };

static char *folder; /* with binfmtctl, and a systemd-detect-virt that ends with this status */

static void
begin(int status)
{
	if (!folder)
		folder = scratch_folder("words");
	expect(shell("cd '%s' && ln -sf '%s/binfmtctl' . && printf '#!/bin/sh\nexit %d\n' >systemd-detect-virt && "
		     "chmod +x systemd-detect-virt",
		     folder, tool_folder(), status),
	       0, "", "");
}

/* What packages have registered is not this machine's. */
static void
cover_records(void)
{
	if (mount("records", "/var/lib", "tmpfs", 0, NULL) < 0)
		skip_because("this machine does not let a test mount at /var/lib");
}

static int
uncover_records(void **state)
{
	(void)state;
	umount2("/var/lib", MNT_DETACH);
	return 0;
}

/* A part of the scriptlets of this package, from its line on, with the count that rpm hands over. */
static void
rpm_of(const char *package, const char *part, int count)
{
	expect(shell("PATH='%s':$PATH sh -e -c \"$(sed '1,/^%s/d; /^%%[a-z]/,$d; s/%%{name}/%s/g' "
		     "man/examples/rpm.scriptlets)\" sh %d",
		     folder, part, package, count),
	       0, "", NULL); /* a QEMU that is dynamically linked is warned of */
}

static void
rpm(const char *part, int count)
{
	rpm_of("one", part, count);
}

/* What the trigger of apk, or the hook of pacman, runs after QEMU was upgraded. */
static const struct run *
after_upgrade(bool pacman, const char *where)
{
	return shell(
	    pacman ? "PATH='%s':$PATH; export PATH; eval \"%s $(sed -n 's/^Exec = //p' man/examples/pacman.hook)\""
		   : "PATH='%s':$PATH %s sh man/examples/apk.trigger /usr/bin",
	    folder, where);
}

#define WITHOUT_BINFMT_MISC "unshare -m sh -c 'umount " MOUNT " && exec \"$@\"' sh"

static void
rpm__installed_upgraded_removed__handlers_come_stay_and_go(void **state)
{
	char *before;

	(void)state;
	installed_qemu("aarch64");
	installed_qemu("riscv64");
	begin(NO_CHROOT);
	cover_records();
	register_raw(THEIRS);
	rpm("%post", 1);
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-riscv64 theirs");
	before = instance();
	rpm("%post", 2); /* rpm's order: the new one is installed, the old one removed */
	rpm("%preun", 1);
	rpm("%transfiletriggerin", 1);
	expect_instance(before);
	rpm("%preun", 0);
	assert_string_equal(entry_names(), "theirs");
	free(before);
}

static void
rpm__handlers_of_before_or_of_two_packages__stay_for_the_others(void **state)
{
	char *before;

	(void)state;
	installed_qemu("aarch64");
	installed_qemu("riscv64");
	begin(NO_CHROOT);
	cover_records();
	expect(tool("register", "aarch64", NULL), 0, "registered", NULL);
	before = strdup(entry_text("qemu-aarch64"));
	rpm("%post", 1);
	rpm_of("two", "%post", 1);
	rpm("%preun", 0);
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-riscv64");
	rpm("%preun", 0);
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-riscv64");
	rpm_of("two", "%preun", 0);
	assert_string_equal(entry_names(), "qemu-aarch64");
	assert_string_equal(entry_text("qemu-aarch64"), before);
	expect(shell("ls -A /var/lib/binfmtctl"), 0, "", "");
	free(before);
}

static void
rpm__in_a_chroot_or_who_knows__nothing(void **state)
{
	static const int statuses[] = {CHROOT, MISSING};
	char *before;

	(void)state;
	register_raw(":qemu-aarch64:E::x::/bin/true:");
	before = instance();
	cover_records();
	for (size_t i = 0; i < LENGTH(statuses); i++) {
		begin(statuses[i]);
		rpm("%post", 1);
		rpm("%transfiletriggerin", 1);
		expect(shell("d=/var/lib/binfmtctl/aarch64; mkdir -p $d; : >$d/one"), 0, "", "");
		rpm("%preun", 0);
		expect_instance(before);
	}
	free(before);
}

static void
qemu__upgraded__handlers_hold_the_new_file(void **state)
{
	(void)state;
	need_ptrace();
	begin(NO_CHROOT);
	for (int i = 0; i < 3; i++) {
		char *path = tiny_copy("emulator");

		ns_empty();
		expect(tool("register", "aarch64", "-i", path, NULL), 0, "registered", "");
		upgrade(path);
		expect(tool("status", NULL), 1, "stale", "");
		if (i == 2)
			rpm("%transfiletriggerin", 1);
		else
			expect(after_upgrade(i, ""), 0, "", "");
		expect(tool("status", NULL), 0, "  ok  ", "");
		free(path);
	}
}

static void
qemu__upgraded_where_no_binfmt_misc_is__no_failure(void **state)
{
	(void)state;
	begin(NO_CHROOT);
	expect(after_upgrade(false, WITHOUT_BINFMT_MISC), 0, "", NULL);
	expect(after_upgrade(true, WITHOUT_BINFMT_MISC), 0, "", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(rpm__installed_upgraded_removed__handlers_come_stay_and_go, uncover_records),
	    cmocka_unit_test_teardown(rpm__handlers_of_before_or_of_two_packages__stay_for_the_others, uncover_records),
	    cmocka_unit_test_teardown(rpm__in_a_chroot_or_who_knows__nothing, uncover_records),
	    cmocka_unit_test(qemu__upgraded__handlers_hold_the_new_file),
	    cmocka_unit_test(qemu__upgraded_where_no_binfmt_misc_is__no_failure),
	};

	return ns_run(tests);
}
