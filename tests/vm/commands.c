/* SPDX-License-Identifier: MIT */
/* The life of a handler on a host, by every command. */
#include "guest.h"

#include <unistd.h>

static const char *qemu = "/usr/bin/qemu-riscv64-static";

static void
commands__whole_life__as_said(void **state)
{
	const char *flags = kernel.flags;
	char row[128];

	(void)state;
	expect(tool("list", "-q", NULL), 0, "", "");
	expect(tool("match", probe_program("riscv64", "before"), NULL), 1, "try: binfmtctl register riscv64", "");
	expect(tool("register", "-n", "riscv64", NULL), 0, "would be registered", NULL);
	assert_string_equal(entry_names(), "");

	snprintf(row, sizeof(row), "qemu-riscv64: registered (%s, flags %s)\n", qemu, flags);
	expect(tool("register", "riscv64", NULL), 0, row, NULL);
	assert_int_equal(probe_status("riscv64"), 42);
	snprintf(row, sizeof(row), "qemu-riscv64: unchanged (%s, flags %s)\n", qemu, flags);
	expect(tool("register", "linux/riscv64", NULL), 0, row, NULL);
	snprintf(row, sizeof(row), "qemu-riscv64  riscv64  enabled  %-5s  %s\n", flags, qemu);
	expect(tool("list", NULL), 0, row, "");
	expect(tool("status", NULL), 0, "switched on, host instance, 1 entry\n", "");
	expect(tool("status", NULL), 0, " ok ", "");
	expect(tool("match", probe_program("riscv64", "live"), NULL), 0, ": handler qemu-riscv64 -> ", "");
	expect(tool("test", NULL), 0, "riscv64  ok ", "");
	expect(tool("refresh", NULL), 0, "unchanged", "");

	expect(tool("disable", "riscv64", NULL), 0, "disabled", "");
	assert_false(is_enabled("qemu-riscv64"));
	assert_int_not_equal(probe_status("riscv64"), 42);
	expect(tool("match", probe_program("riscv64", "disabled"), NULL), 1, "none", "");
	expect(tool("test", "riscv64", NULL), 1, NULL, NULL);
	expect(tool("enable", "riscv64", NULL), 0, "enabled", "");
	assert_int_equal(probe_status("riscv64"), 42);

	expect(tool("disable", "--global", NULL), 0, NULL, "");
	expect(tool("status", NULL), 1, "switched OFF", "");
	expect(tool("enable", "--global", NULL), 0, NULL, "");
	expect(tool("register", "riscv64", "--flags", "POCF", NULL), 0, "replaced", NULL);
	assert_int_equal(probe_status("riscv64"), 42);
	expect(tool("remove", "riscv64", NULL), 0, "removed", "");
	expect(tool("remove", "riscv64", NULL), 1, NULL, "qemu-riscv64");
	expect(tool("remove", "--missing-ok", "riscv64", NULL), 0, NULL, NULL);
	assert_string_equal(entry_names(), "");
}

static void
commands__all__every_qemu_and_then_none(void **state)
{
	(void)state;
	expect(tool("register", "all", NULL), 0, "qemu-riscv64: registered", NULL);
	assert_string_equal(entry_names(), guest_needs());
	expect(tool("test", NULL), 0, "riscv64  ok ", "");
	expect(tool("register", "all", NULL), 0, "qemu-riscv64: unchanged", NULL);
	expect(tool("remove", "all", NULL), 0, "removed", "");
	assert_string_equal(entry_names(), "");
}

static void
commands__json__scope_host(void **state)
{
	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	expect_json(tool("-j", "status", NULL)->out,
		    ".scope == \"host\" and .enabled and (.entries | length) == 1 and .entries[0].health == \"ok\"");
	expect_json(tool("-j", "list", NULL)->out, ".entries[0].name == \"qemu-riscv64\"");
}

/* The kernel keeps the old file open. */
static void
commands__interpreter_replaced__stale_until_refresh(void **state)
{
	char *copy = scratch_copy(qemu, "qemu-riscv64-static");

	(void)state;
	expect(tool("register", "riscv64", "-i", copy, "--force", NULL), 0, "registered", NULL);
	upgrade(copy);
	expect(tool("status", NULL), 1, "stale", NULL);
	expect(tool("refresh", NULL), 0, "refreshed", NULL);
	expect(tool("status", NULL), 0, " ok ", NULL);
	free(copy);
}

static void
commands__rule_that_breaks_the_machine__refused(void **state)
{
	(void)state;
	expect(tool("register", "--name", "bad", "--magic", "7f454c46", "-i", qemu, NULL), 1, "", "bad: ");
	expect(tool("register", "--name", "bad", "--magic", "2321", "-i", qemu, NULL), 1, "", "bad: ");
	assert_string_equal(entry_names(), "");
}

static void
commands__ordinary_user__looks_but_changes_nothing(void **state)
{
	char *before;

	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	before = instance();
	run_prepare = guest_user;
	expect(tool("list", NULL), 0, "qemu-riscv64", "");
	expect(tool("status", NULL), 0, "qemu-riscv64", "");
	expect(tool("match", "/bin/sh", NULL), 0, "native", "");
	expect(tool("test", "riscv64", NULL), 0, " ok ", "");
	expect(tool("register", "-n", "ppc64le", NULL), 0, "would be registered", NULL);
	expect(tool("register", "ppc64le", NULL), 1, "", "permission denied: only root may");
	expect(tool("disable", "riscv64", NULL), 1, "", "permission denied: only root may");
	expect(tool("remove", "riscv64", NULL), 1, "", "permission denied: only root may");
	run_prepare = NULL;
	expect_instance(before);
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands__whole_life__as_said),
	    cmocka_unit_test(commands__all__every_qemu_and_then_none),
	    cmocka_unit_test(commands__json__scope_host),
	    cmocka_unit_test(commands__interpreter_replaced__stale_until_refresh),
	    cmocka_unit_test(commands__rule_that_breaks_the_machine__refused),
	    cmocka_unit_test(commands__ordinary_user__looks_but_changes_nothing),
	};

	return guest_run(tests);
}
