/* SPDX-License-Identifier: MIT */
/* A machine without configuration: the automount that nothing has triggered, seen from everywhere. */
#include "foretold.h"
#include "guest.h"

static const char *const commands[] = {"list", "status", "register aarch64", "register aarch64 --persist",
				       "register aarch64 --mount"};

static bool
is_triggered(void)
{
	expect(shell("grep -q '^systemd-1 " MOUNT " autofs ' /proc/mounts"), 0, "", "");
	return shell("grep -q '^[^ ]* " MOUNT " binfmt_misc ' /proc/mounts")->status == 0;
}

/* As after boot: the mount is gone, and the next who opens something there has it made. */
static void
wait_again(void)
{
	expect(shell("systemctl stop proc-sys-fs-binfmt_misc.mount"), 0, "", NULL);
	expect(shell("systemctl reset-failed proc-sys-fs-binfmt_misc.mount"), 0, "", NULL); /* forget how often */
	assert_false(is_triggered());
}

/* The machine's own files and handlers are as they were. */
static void
expect_nothing_done(void)
{
	expect(shell("ls -A /etc/binfmt.d"), 0, "", "");
	assert_string_equal(entry_names(), "");
	assert_int_not_equal(probe_status("aarch64"), 42);
}

static void
first__automount_after_boot__not_triggered(void **state)
{
	(void)state;
	assert_false(is_triggered());
	expect(shell("systemctl is-active systemd-binfmt"), 3, "inactive", ""); /* there is no file for it */
}

/* A mount namespace has a copy of the automount, but what it triggers is mounted in the machine's own. */
static void
first__automount_private_mount_namespace__3_and_the_machine_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(commands); i++) {
		wait_again();
		expect(shell("unshare -m ./binfmtctl %s", commands[i]), 3, "",
		       MOUNT " is an automount of the host that was never triggered; on the host run: ls " MOUNT);
		expect_nothing_done();
	}
	wait_again();
	expect(shell("unshare -m ./binfmtctl doctor"), 1, "fail  mount: " MOUNT " is an automount of the host", "");
	expect_nothing_done();
	expect(shell("unshare -m ./binfmtctl list"), 0, "", ""); /* copied with its mount */
}

/* A folder that the machine's programs run in. */
static void
make_root(void)
{
	expect(shell("mkdir -p /srv/box && cd /srv/box && mkdir usr etc proc dev sys tmp run var tree && "
		     "ln -s usr/bin usr/sbin usr/lib usr/lib64 . && cp /etc/os-release /etc/passwd /etc/group etc"),
	       0, "", "");
}

/* It has its own /proc, without the automount. */
static void
first__automount_chroot__3_and_nothing_done(void **state)
{
	(void)state;
	make_root();
	for (size_t i = 0; i + 1 < LENGTH(commands); i++) {
		wait_again();
		expect(shell("unshare -m sh -ec 'cd /srv/box; mount --bind /usr usr; mount --bind /tree tree; mount -t "
			     "proc proc proc; "
			     "/usr/sbin/chroot . /tree/binfmtctl %s'",
			     commands[i]),
		       3, NULL, "is not mounted at " MOUNT);
		assert_false(is_triggered());
		expect_nothing_done();
	}
}

/* A container whose root is the machine's. */
#define CONTAINER "systemd-nspawn -q --pipe --register=no --keep-unit -D /srv/box --bind-ro=/usr --bind-ro=/tree "

static void
first__automount_container__3_and_nothing_done(void **state)
{
	(void)state;
	wait_again();
	expect(shell(CONTAINER "/tree/binfmtctl list"), 3, "", MOUNT);
	expect(shell(CONTAINER "/tree/binfmtctl register aarch64"), 3, "", MOUNT);
	assert_false(is_triggered());
	expect_nothing_done();
}

/* There /proc/sys is a mount of its own, in one group with /proc, so that a mount in it is two. */
static void
first__container_mounts_itself__believed_where_the_host_does_too(void **state)
{
	(void)state;
	wait_again();
	expect(shell(CONTAINER "/tree/binfmtctl register aarch64 --mount"), 1, NULL, "mounted on a shared mount");
	assert_false(is_triggered());
	assert_int_equal(probe_status("aarch64") == 42, !kernel.drops);
	expect(shell("./binfmtctl list && ./binfmtctl remove all && ./binfmtctl register arm"), 0, NULL, "");
	expect(shell(CONTAINER "/tree/binfmtctl register aarch64 --mount"), 0, "qemu-aarch64: registered", NULL);
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-arm");
	assert_int_equal(probe_status("aarch64"), 42);
	expect(tool("remove", "all", NULL), 0, "removed", "");
}

static void
first__automount_register_on_the_machine__triggered_and_live(void **state)
{
	(void)state;
	wait_again();
	expect(tool("register", "aarch64", NULL), 0, "qemu-aarch64: registered", "");
	assert_true(is_triggered());
	assert_int_equal(probe_status("aarch64"), 42);
	expect(tool("status", NULL), 0, "switched on, host instance, 1 entry", "");
	expect(shell(CONTAINER "/tree/binfmtctl test aarch64"), 0, " ok ", NULL);
	expect(shell(CONTAINER "/tree/binfmtctl register aarch64"), 3, "", "is not mounted at " MOUNT " here");
}

/* Its unit wants a file in binfmt.d, so nothing is started, and what is not started does not end. */
static void
first__restart_no_file_at_all__nothing_vanishes(void **state)
{
	(void)state;
	expect_doctor("unconfigured", "warn", "qemu-aarch64", "it will not be there after a reboot");
	foretell();
	restart_systemd_binfmt(0);
	expect_restarted();
	assert_int_equal(probe_status("aarch64"), 42);
}

/* It was started, so it is stopped: that flushes. */
static void
first__restart_file_that_is_gone__all_vanishes(void **state)
{
	(void)state;
	expect(tool("register", "arm", "--persist", NULL), 0, "written to /etc/binfmt.d/qemu-arm.conf", "");
	foretell();
	restart_systemd_binfmt(0);
	expect_restarted();
	assert_string_equal(entry_names(), "qemu-arm");
	expect(tool("remove", "arm", "--persist", NULL), 0, "removed", "");
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	foretell();
	restart_systemd_binfmt(0);
	expect_restarted();
	assert_string_equal(entry_names(), "");
}

static void
write_file(const char *path, const char *text)
{
	spill(path, text, strlen(text), 0644);
}

/* /srv/NAME prints its name. */
static void
interpreter(const char *name)
{
	expect(shell("printf '#!/bin/sh\\necho %s\\n' >/srv/%s && chmod 755 /srv/%s", name, name, name), 0, "", "");
}

/* What the next boot is to make something of. They are registered in the order of their files' names. */
static void
first__leave_persisted_in_order(void **state)
{
	(void)state;
	interpreter("one");
	interpreter("two");
	expect(tool("register", "--name", "demo-a", "--extension", "demo", "-i", "/srv/one", "--persist", NULL), 0,
	       "registered", NULL);
	expect(tool("register", "--name", "demo-b", "--extension", "demo", "-i", "/srv/two", "--persist", NULL), 0,
	       "registered", NULL);
	expect(tool("register", "arm", "--persist", NULL), 0, "registered", NULL);
	expect(tool("register", "riscv64", "--flags", "POCF", "--persist", NULL), 0, "registered", NULL);
	assert_string_equal(kernel_order(), "qemu-riscv64\nqemu-arm\ndemo-b\ndemo-a\n");
	expect(shell("echo >/srv/x.demo && chmod 755 /srv/x.demo && /srv/x.demo"), 0, "two", "");
	expect_settled();
	keep_order();
}

/* Of two that take the same files the last wins, in the order of file names. */
static void
first__leave_order_that_changes(void **state)
{
	(void)state;
	expect(tool("register", "--name", "order-z", "--extension", "order", "-i", "/srv/one", "--persist", NULL), 0,
	       "registered", NULL);
	expect(tool("register", "--name", "order-a", "--extension", "order", "-i", "/srv/two", "--persist", NULL), 0,
	       "registered", NULL);
	expect(shell("echo >/srv/x.order && chmod 755 /srv/x.order && /srv/x.order"), 0, "two", "");
	expect_doctor("boot-order", "warn", "order-a", "after a reboot order-z will win");
}

static void
first__leave_others_than_configured(void **state)
{
	static const char *const rows[][2] = {
	    {"register --name plain --extension plain -i /srv/one", NULL},
	    {"register --name changed --extension changed -i /srv/one --persist", NULL},
	    {"register --name changed --extension changed -i /srv/two", "its file brings it back with interpreter"},
	    {"register --name off --extension off -i /srv/one --persist", NULL},
	    {"disable off", "its file brings it back enabled"},
	    {"register --name back --extension back -i /srv/one --persist", NULL},
	    {"remove back", "its file brings it back at the next boot"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(shell("./binfmtctl %s", rows[i][0]), 0, NULL, rows[i][1]);
	expect_doctor("unconfigured", "warn", "plain", "it will not be there after a reboot");
	expect_doctor("drift", "warn", "changed", "/srv/one instead of /srv/two");
	expect_doctor("drift", "warn", "off", "enabled, and it is disabled now");
	expect_doctor("drift", "warn", NULL, "back at the next boot: back (/etc/binfmt.d/back.conf:");
}

static void
first__leave_files_of_others(void **state)
{
	(void)state;
	expect(shell("mkdir -p /usr/lib/binfmt.d"), 0, "", "");
	write_file("/etc/binfmt.d/theirs.conf", ":theirs:E::theirs::/srv/one:P\n");
	write_file("/etc/binfmt.d/broken.conf", "# two\n:broken:E:\n:whole:E::whole::/srv/one:\n");
	write_file("/etc/binfmt.d/lost.conf", ":lost:E::lost::/nowhere/lost:F\n");
	write_file("/usr/lib/binfmt.d/masked.conf", ":masked:E::masked::/srv/one:\n");
	expect(shell("ln -s /dev/null /etc/binfmt.d/masked.conf"), 0, "", "");
	expect_doctor("drift", "warn", NULL, "theirs (/etc/binfmt.d/theirs.conf:1)");
	expect_doctor("config", "fail", NULL, "/etc/binfmt.d/broken.conf:2: ");
	expect_doctor("config", "fail", NULL, "/etc/binfmt.d/lost.conf:1: ");
	foretell();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first__automount_after_boot__not_triggered),
	    cmocka_unit_test(first__automount_private_mount_namespace__3_and_the_machine_named),
	    cmocka_unit_test(first__automount_chroot__3_and_nothing_done),
	    cmocka_unit_test(first__automount_container__3_and_nothing_done),
	    cmocka_unit_test(first__container_mounts_itself__believed_where_the_host_does_too),
	    cmocka_unit_test(first__automount_register_on_the_machine__triggered_and_live),
	    cmocka_unit_test(first__restart_no_file_at_all__nothing_vanishes),
	    cmocka_unit_test(first__restart_file_that_is_gone__all_vanishes),
	    cmocka_unit_test(first__leave_persisted_in_order),
	    cmocka_unit_test(first__leave_order_that_changes),
	    cmocka_unit_test(first__leave_others_than_configured),
	    cmocka_unit_test(first__leave_files_of_others),
	};

	return guest_run_booted(tests);
}
