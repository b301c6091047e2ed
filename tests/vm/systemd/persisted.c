/* SPDX-License-Identifier: MIT */
/* The boot after `register --persist`, with files of others that work or do not. Then remove --persist, and our unit.
 */
#include "foretold.h"
#include "guest.h"

static void
persisted__reboot_each_entry__as_foretold(void **state)
{
	(void)state;
	expect_rebooted();
	assert_string_equal(entry_names(),
			    "back changed demo-a demo-b off order-a order-z qemu-arm qemu-riscv64 theirs whole");
}

static void
persisted__reboot_persisted__same_order_and_flags(void **state)
{
	(void)state;
	expect_order();
	expect(shell("/srv/x.demo"), 0, "two", "");
	assert_int_equal(probe_status("arm"), 42);
	assert_non_null(strstr(entry_text("qemu-riscv64"), "flags: POCF\n"));
	assert_non_null(strstr(entry_text("qemu-arm"), "flags: PF\n"));
}

static void
persisted__reboot_order_of_two__as_foretold(void **state)
{
	(void)state;
	expect(shell("/srv/x.order"), 0, "one", "");
}

/* Those that doctor foretold, and no other; the rest of a broken file is registered. */
static void
persisted__reboot_lines_foretold_to_fail__failed(void **state)
{
	const struct run *r;

	(void)state;
	expect(shell("systemctl is-active systemd-binfmt"), 3, "failed", "");
	r = shell("journalctl -b -q -o cat -p err _SYSTEMD_UNIT=systemd-binfmt.service");
	if (!strstr(r->out, "broken.conf") || !strstr(r->out, "lost") || strstr(r->out, "theirs"))
		fail_msg("it says: %s", r->out);
}

/* Nothing has been done since. */
static void
persisted__reboot_doctor__agrees(void **state)
{
	(void)state;
	expect_settled();
	expect_doctor("config", "fail", NULL, "/etc/binfmt.d/broken.conf:2: ");
	expect_doctor("config", "fail", NULL, "/etc/binfmt.d/lost.conf:1: ");
}

/* It fails as it did at boot, and does the rest. */
static void
persisted__restart_beside_what_is_not_configured__as_foretold(void **state)
{
	(void)state;
	expect(tool("register", "--name", "plain", "--extension", "plain", "-i", "/srv/one", NULL), 0, "registered",
	       NULL);
	expect(tool("register", "aarch64", NULL), 0, "registered", NULL);
	expect(tool("disable", "off", NULL), 0, "disabled", NULL);
	expect(tool("remove", "back", NULL), 0, "removed", NULL);
	foretell();
	restart_systemd_binfmt(1);
	expect_restarted();
	expect_order();
	expect_settled();
	assert_false(is_entry("plain"));
}

static void
persisted__restart_broken_lines_taken_away__succeeds(void **state)
{
	(void)state;
	expect(shell("rm /etc/binfmt.d/lost.conf /etc/binfmt.d/broken.conf"), 0, "", "");
	expect_doctor("config", "pass", NULL, "");
	foretell();
	restart_systemd_binfmt(0);
	expect_restarted();
	expect_settled();
	expect(shell("systemctl stop systemd-binfmt"), 0, "", "");
	assert_string_equal(entry_names(), "");
	expect(shell("systemctl start systemd-binfmt"), 0, "", "");
	expect_rebooted();
}

static void
persisted__leave_all_removed(void **state)
{
	(void)state;
	expect(shell("./binfmtctl remove --persist arm riscv64 demo-a demo-b order-a order-z changed off back"), 0,
	       "removed", "");
	expect(shell("ls /etc/binfmt.d"), 0, "masked.conf\ntheirs.conf\n", "");
	assert_string_equal(entry_names(), "theirs");
	expect_settled();
}

static void
persisted__leave_our_unit(void **state)
{
	(void)state;
	expect(shell("rm -r /etc/binfmt.d /usr/lib/binfmt.d && ./binfmtctl remove theirs"), 0, "removed", "");
	expect(shell("cp man/examples/binfmtctl.service /etc/systemd/system && systemctl enable -q --now binfmtctl"), 0,
	       "", "");
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-arm qemu-riscv64");
	expect_settled();
	expect(tool("register", "arm", "--flags", "POCF", NULL), 0, "replaced", NULL);
	expect(tool("register", "--name", "plain", "--extension", "plain", "-i", "/srv/one", NULL), 0, "registered",
	       NULL);
	foretell();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(persisted__reboot_each_entry__as_foretold),
	    cmocka_unit_test(persisted__reboot_persisted__same_order_and_flags),
	    cmocka_unit_test(persisted__reboot_order_of_two__as_foretold),
	    cmocka_unit_test(persisted__reboot_lines_foretold_to_fail__failed),
	    cmocka_unit_test(persisted__reboot_doctor__agrees),
	    cmocka_unit_test(persisted__restart_beside_what_is_not_configured__as_foretold),
	    cmocka_unit_test(persisted__restart_broken_lines_taken_away__succeeds),
	    cmocka_unit_test(persisted__leave_all_removed),
	    cmocka_unit_test(persisted__leave_our_unit),
	};

	return guest_run_booted(tests);
}
