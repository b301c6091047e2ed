/* SPDX-License-Identifier: MIT */
/* The boot with our own unit, man/examples/binfmtctl.service. Then `load` in it, and systemd-binfmt masked. */
#include "foretold.h"
#include "guest.h"

static void
unit__reboot_each_entry__as_foretold(void **state)
{
	(void)state;
	expect_rebooted();
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-arm qemu-riscv64");
	expect(shell("systemctl is-active binfmtctl"), 0, "active", "");
	assert_int_equal(probe_status("riscv64"), 42);
}

static void
unit__reboot_doctor__agrees(void **state)
{
	(void)state;
	expect_settled();
	expect(tool("doctor", NULL), 0, NULL, "");
}

/* systemd-binfmt has no file, so it flushes nothing. */
static void
unit__restart_no_file__all_stays(void **state)
{
	(void)state;
	expect(tool("register", "--name", "plain", "--extension", "plain", "-i", "/srv/one", NULL), 0, "registered",
	       NULL);
	foretell();
	restart_systemd_binfmt(0);
	expect_restarted();
	assert_string_equal(entry_names(), "plain qemu-aarch64 qemu-arm qemu-riscv64");
}

static void
unit__restart_file__unit_brings_its_own_back(void **state)
{
	(void)state;
	expect(tool("register", "--name", "demo", "--extension", "demo", "-i", "/srv/one", "--persist", NULL), 0,
	       "registered", NULL);
	foretell();
	restart_systemd_binfmt(0);
	expect_restarted();
	assert_string_equal(entry_names(), "demo qemu-aarch64 qemu-arm qemu-riscv64");
	expect_settled();
}

/* PartOf= is no more than a restart and a stop: a start alone does not bring the unit. */
static void
unit__stop_and_start__unit_stays_stopped(void **state)
{
	(void)state;
	expect(shell("systemctl stop systemd-binfmt"), 0, "", "");
	assert_string_equal(entry_names(), "");
	expect(shell("systemctl start systemd-binfmt"), 0, "", "");
	expect(shell("systemctl is-active binfmtctl"), 3, "inactive", "");
	assert_string_equal(entry_names(), "demo");
	expect(shell("systemctl start binfmtctl"), 0, "", "");
	assert_string_equal(entry_names(), "demo qemu-aarch64 qemu-arm qemu-riscv64");
	expect_settled();
}

static void
unit__reload_interpreter_replaced__refreshed(void **state)
{
	(void)state;
	expect(shell("cd /usr/bin && cp qemu-arm-static qemu-new && mv qemu-new qemu-arm-static"), 0, "", "");
	expect(tool("status", "arm", NULL), 1, "stale", NULL);
	expect(shell("systemctl reload binfmtctl"), 0, "", "");
	expect(tool("status", "arm", NULL), 0, " ok ", NULL);
	assert_int_equal(probe_status("arm"), 42);
	expect(shell("systemctl restart binfmtctl"), 0, "", "");
	expect_settled();
}

/* What its first lines say: with files, and systemd-binfmt masked. One line that fails makes the unit fail. */
static void
unit__leave_unit_that_loads_files(void **state)
{
	(void)state;
	expect(shell("sed -i 's/ register --mount all/ load --mount/' /etc/systemd/system/binfmtctl.service && "
		     "systemctl mask -q --now systemd-binfmt && systemctl daemon-reload"),
	       0, "", NULL);
	expect(tool("register", "aarch64", "--flags", "POCF", "--persist", NULL), 0, "replaced", NULL);
	expect(tool("register", "riscv64", NULL), 0, NULL, NULL);
	expect(shell("echo ':broken:E:' >/etc/binfmt.d/broken.conf"), 0, "", "");
	expect_doctor("at-boot", "pass", "demo", "/etc/binfmt.d/demo.conf:2, by binfmtctl.service");
	expect_doctor("unconfigured", "warn", "qemu-riscv64", "it will not be there after a reboot");
	expect_doctor("config", "fail", NULL, "/etc/binfmt.d/broken.conf:1: ");
	foretell();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unit__reboot_each_entry__as_foretold),
	    cmocka_unit_test(unit__reboot_doctor__agrees),
	    cmocka_unit_test(unit__restart_no_file__all_stays),
	    cmocka_unit_test(unit__restart_file__unit_brings_its_own_back),
	    cmocka_unit_test(unit__stop_and_start__unit_stays_stopped),
	    cmocka_unit_test(unit__reload_interpreter_replaced__refreshed),
	    cmocka_unit_test(unit__leave_unit_that_loads_files),
	};

	return guest_run_booted(tests);
}
