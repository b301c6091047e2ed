/* SPDX-License-Identifier: MIT */
/* enable and disable on the real kernel: entries, and the switch of the whole. */
#include "plant.h"

static void
enable_disable__entry__both_ways_and_idempotent(void **state)
{
	(void)state;
	two_entries();
	expect(tool("disable", "arm64", NULL), 0, "qemu-aarch64: disabled\n", "");
	assert_false(is_enabled("qemu-aarch64"));
	assert_true(is_enabled("qemu-riscv64"));
	expect(tool("disable", "arm64", NULL), 0, "qemu-aarch64: unchanged\n", "");
	expect(tool("enable", "qemu-aarch64", NULL), 0, "qemu-aarch64: enabled\n", "");
	assert_true(is_enabled("qemu-aarch64"));
	expect(tool("enable", "--entry", "qemu-aarch64", NULL), 0, "qemu-aarch64: unchanged\n", "");
}

static void
enable_disable__all__qemu_entries_only(void **state)
{
	(void)state;
	two_entries();
	register_raw(THEIRS);
	expect(tool("disable", "all", NULL), 0, "qemu-aarch64: disabled\nqemu-riscv64: disabled\n", "");
	assert_false(is_enabled("qemu-riscv64"));
	assert_true(is_enabled("theirs"));
	expect(tool("enable", "all", NULL), 0, "qemu-aarch64: enabled\nqemu-riscv64: enabled\n", "");
	assert_true(is_enabled("qemu-aarch64"));
}

static void
enable_disable__global__the_switch_only(void **state)
{
	(void)state;
	two_entries();
	tool("disable", "aarch64", NULL);
	expect(tool("disable", "--global", NULL), 0, "disabled", "");
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
	expect(tool("disable", "--global", NULL), 0, "unchanged", "");
	expect(tool("enable", "riscv64", NULL), 0, "unchanged", "switched off");
	expect(tool("enable", "aarch64", NULL), 0, "qemu-aarch64: enabled", "switched off");
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
	tool("disable", "aarch64", NULL);
	expect(tool("enable", "--global", NULL), 0, "enabled", "");
	assert_string_equal(slurp(MOUNT "/status"), "enabled\n");
	assert_false(is_enabled("qemu-aarch64"));
	assert_true(is_enabled("qemu-riscv64"));
}

/* A rule that takes every native program, harmless only as long as it is disabled. */
static void
enable__rule_that_takes_native_programs__refused(void **state)
{
	(void)state;
	assert_int_equal(mount_write("status", "0", 1), 0);
	register_raw(":brick:M::\\x7fELF::/bin/false:");
	expect(tool("enable", "--global", NULL), 1, "", "entry brick");
	assert_int_equal(mount_write("brick", "0", 1), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
	expect(tool("enable", "brick", NULL), 1, "", "--force");
	assert_false(is_enabled("brick"));
	expect(tool("remove", "brick", NULL), 0, "removed", "");
}

/* Credentials for an interpreter that others can write: the check of register, for what is live already. */
static void
enable__credentials_for_an_open_interpreter__refused(void **state)
{
	(void)state;
	plant_insecure();
	expect(tool("disable", "--entry", PLANTED, NULL), 0, "disabled", "");
	expect(tool("enable", PLANTED, NULL), 1, "", "--force");
	assert_false(is_enabled(PLANTED));
	expect(tool("enable", PLANTED, "--force", NULL), 0, "enabled", "forced");
	assert_true(is_enabled(PLANTED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(enable_disable__entry__both_ways_and_idempotent),
	    cmocka_unit_test(enable_disable__all__qemu_entries_only),
	    cmocka_unit_test(enable_disable__global__the_switch_only),
	    cmocka_unit_test(enable__credentials_for_an_open_interpreter__refused),
	    cmocka_unit_test(enable__rule_that_takes_native_programs__refused),
	};

	return ns_run(tests);
}
