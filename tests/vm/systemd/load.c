/* SPDX-License-Identifier: MIT */
/* The boot with `load` in our unit and systemd-binfmt masked. Then nothing reads files, but binfmt-support has records.
 */
#include "foretold.h"
#include "guest.h"

static void
load__reboot_each_entry__as_foretold(void **state)
{
	(void)state;
	expect_rebooted();
	assert_string_equal(entry_names(), "demo qemu-aarch64");
	assert_non_null(strstr(entry_text("qemu-aarch64"), "flags: POCF\n"));
	expect(shell("systemctl is-active systemd-binfmt"), 3, "inactive", "");
}

static void
load__reboot_line_foretold_to_fail__named_by_load(void **state)
{
	(void)state;
	expect(shell("systemctl is-active binfmtctl"), 3, "failed", "");
	expect(shell("journalctl -b -q -o cat _SYSTEMD_UNIT=binfmtctl.service"), 0,
	       "binfmtctl: /etc/binfmt.d/broken.conf:1: ", "");
	expect(shell("rm /etc/binfmt.d/broken.conf && systemctl restart binfmtctl"), 0, "", "");
	expect(shell("systemctl is-active binfmtctl"), 0, "active", "");
}

static void
load__reboot_doctor__agrees(void **state)
{
	(void)state;
	expect_settled();
	expect(tool("doctor", NULL), 0, NULL, "");
}

static void
load__restart_masked__nothing_vanishes(void **state)
{
	(void)state;
	expect(tool("register", "arm", NULL), 0, "registered", NULL);
	foretell();
	restart_systemd_binfmt(1);
	expect_restarted();
	assert_string_equal(entry_names(), "demo qemu-aarch64 qemu-arm");
}

static void
load__leave_files_without_a_reader(void **state)
{
	(void)state;
	expect(shell("systemctl disable -q --now binfmtctl"), 0, "", "");
	expect_doctor("unconfigured", "warn", NULL, "nothing that reads it");
	expect(shell("systemctl enable -q --now binfmt-support && "
		     "/usr/sbin/update-binfmts --install record /srv/one --extension record"),
	       0, "", NULL);
	assert_string_equal(entry_names(), "demo qemu-aarch64 qemu-arm record");
	expect_doctor("at-boot", "pass", "record", "/var/lib/binfmts/record, by update-binfmts");
	foretell();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(load__reboot_each_entry__as_foretold),
	    cmocka_unit_test(load__reboot_line_foretold_to_fail__named_by_load),
	    cmocka_unit_test(load__reboot_doctor__agrees),
	    cmocka_unit_test(load__restart_masked__nothing_vanishes),
	    cmocka_unit_test(load__leave_files_without_a_reader),
	};

	return guest_run_booted(tests);
}
