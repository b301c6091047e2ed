/* SPDX-License-Identifier: MIT */
/* The boot with binfmt-support, and then both of them, beside our own entries. */
#include "foretold.h"
#include "guest.h"

static void
support__reboot_only_records__as_foretold(void **state)
{
	(void)state;
	expect_rebooted();
	assert_string_equal(entry_names(), "record");
	expect(shell("systemctl is-active binfmt-support"), 0, "active", "");
	expect_doctor("at-boot", "pass", "record", "/var/lib/binfmts/record, by update-binfmts");
}

/* What others do to their own leaves ours as they are. */
static void
support__stopped_and_started__ours_stay(void **state)
{
	char *ours;

	(void)state;
	expect(tool("register", "aarch64", "--flags", "POCF", NULL), 0, "registered", NULL);
	ours = strdup(entry_text("qemu-aarch64"));
	expect(shell("systemctl stop binfmt-support"), 0, "", "");
	assert_string_equal(entry_names(), "qemu-aarch64");
	expect_doctor("managers", "warn", NULL, "1 formats on record");
	expect(shell("systemctl start binfmt-support"), 0, "", "");
	assert_string_equal(entry_names(), "qemu-aarch64 record");
	assert_string_equal(entry_text("qemu-aarch64"), ours);
	assert_int_equal(probe_status("aarch64"), 42);
	expect(tool("status", NULL), 0, "qemu-aarch64  aarch64  POCF   ok", NULL);
	free(ours);
}

/* Which removes what binfmt-support registered too. */
static void
support__both_systemd_binfmt_restarted__as_foretold(void **state)
{
	(void)state;
	expect(shell("systemctl unmask -q systemd-binfmt"), 0, "", NULL);
	expect(tool("register", "aarch64", "--flags", "POCF", "--persist", NULL), 0, "qemu-aarch64: unchanged", NULL);
	foretell();
	expect_json(slurp("/var/lib/foretold/status"), "any(.entries[]; .name == \"record\" and .at_boot.removed_by "
						       "== \"systemd-binfmt\")");
	restart_systemd_binfmt(0);
	expect_restarted();
	assert_string_equal(entry_names(), "demo qemu-aarch64");
	expect(shell("systemctl restart binfmt-support"), 0, "", "");
	assert_string_equal(entry_names(), "demo qemu-aarch64 record");
	expect_settled();
}

static void
support__both_record_removed__ours_stay(void **state)
{
	char *ours;

	(void)state;
	ours = strdup(entry_text("qemu-aarch64"));
	expect(shell("/usr/sbin/update-binfmts --remove record /srv/one"), 0, NULL, "");
	assert_string_equal(entry_names(), "demo qemu-aarch64");
	assert_string_equal(entry_text("qemu-aarch64"), ours);
	expect(tool("remove", "--persist", "aarch64", "demo", NULL), 0, "removed", NULL);
	restart_systemd_binfmt(0);
	assert_string_equal(entry_names(), "");
	free(ours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(support__reboot_only_records__as_foretold),
	    cmocka_unit_test(support__stopped_and_started__ours_stay),
	    cmocka_unit_test(support__both_systemd_binfmt_restarted__as_foretold),
	    cmocka_unit_test(support__both_record_removed__ours_stay),
	};

	return guest_run_booted(tests);
}
