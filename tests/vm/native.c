/* SPDX-License-Identifier: MIT */
/* Which programs a host runs itself: what is said of them is what its kernel does. Tried, not guessed from uname. */
#include "guest.h"

#include <unistd.h>

#include "arch.h"
#include "host.h"

static void
expect_runs(const char *arch, const char *program)
{
	bool runs = exec_status(program) == 42;

	if (runs != guest_runs(arch))
		fail_msg("%s: this kernel %s", arch, runs ? "runs it" : "does not run it");
}

/* No handler is there, so the kernel alone decides. */
static void
native__every_architecture__match_test_and_the_kernel_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const char *arch = arch_table[i].name;
		char *program = probe_program(arch, arch), row[128];

		expect_runs(arch, program);
		snprintf(row, sizeof(row), guest_runs(arch) ? "native (%s)" : "none: a program for %s", arch);
		expect(tool("match", program, NULL), !guest_runs(arch), row, "");
		expect(tool("test", arch, NULL), !guest_runs(arch),
		       guest_runs(arch) ? "native: the kernel runs it itself" : "no handler takes it", "");
		free(program);
	}
}

static void
native__doctor_of_a_file__as_the_kernel_runs_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < GUEST_EMULATED; i++) {
		char *program = probe_program(guest_emulated[i], guest_emulated[i]), fix[64];

		snprintf(fix, sizeof(fix), "fix: binfmtctl register %s\n", guest_emulated[i]);
		if (guest_runs(guest_emulated[i]))
			expect(tool("doctor", program, NULL), 0, "0 failed", "");
		else
			expect(tool("doctor", program, NULL), 1, fix, "");
		free(program);
	}
}

static void
native__own_architecture__register_skips_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < GUEST_EMULATED; i++) {
		char name[32];

		snprintf(name, sizeof(name), "qemu-%s", guest_emulated[i]);
		expect(tool("register", guest_emulated[i], NULL), 0,
		       guest_runs(guest_emulated[i]) ? "skipped" : "registered", NULL);
		assert_int_equal(is_entry(name), !guest_runs(guest_emulated[i]));
	}
	assert_string_equal(entry_names(), guest_needs());
}

/* With all handlers there, what it runs itself is still run by nobody else. */
static void
native__register_all__the_others_only(void **state)
{
	(void)state;
	expect(tool("register", "all", NULL), 0, "registered", NULL);
	assert_string_equal(entry_names(), guest_needs());
	expect(tool("register", "all", NULL), 0, "unchanged", NULL);
	assert_string_equal(entry_names(), guest_needs());
	expect(tool("status", NULL), 0, " ok ", "");
	expect(tool("list", "-q", NULL), 0, "qemu-riscv64\n", "");
	for (size_t i = 0; i < GUEST_EMULATED; i++) {
		const char *arch = guest_emulated[i];
		char *program = probe_program(arch, arch), row[128];

		assert_int_equal(exec_status(program), 42);
		snprintf(row, sizeof(row), guest_runs(arch) ? "native (%s)" : "handler qemu-%s -> ", arch);
		expect(tool("match", program, NULL), 0, row, "");
		snprintf(row, sizeof(row), guest_runs(arch) ? "%s: native" : "/usr/bin/%s-static",
			 guest_runs(arch) ? arch : arch_find(arch)->interpreter);
		expect(tool("test", arch, NULL), 0, row, "");
		expect(tool("doctor", program, NULL), 0, "0 failed", "");
		free(program);
	}
	expect(tool("doctor", NULL), 0, "0 failed", "");
	expect(tool("remove", "all", NULL), 0, "removed", "");
	assert_string_equal(entry_names(), "");
}

/* Now and then is not enough: QEMU on a 32-bit host has little room, and where a program lies matters. */
static void
native__foreign_programs__run_every_time(void **state)
{
	(void)state;
	expect(tool("register", "all", NULL), 0, "registered", NULL);
	for (size_t i = 0; i < GUEST_EMULATED; i++) {
		char *program = probe_program(guest_emulated[i], guest_emulated[i]);

		for (size_t n = 0; n < 30; n++)
			assert_int_equal(exec_status(program), 42);
		free(program);
	}
}

/* The second architecture of a host that has one: a handler of it is not refused as one of the host's own programs. */
static void
native__second_architecture_by_force__emulated_until_removed(void **state)
{
	const char *second = guest_runs("aarch64") ? "arm" : "i386";
	char *program, row[64];

	(void)state;
	if (!guest_runs(second) || strcmp(host_arch()->name, second) == 0)
		skip_because("this kernel runs programs of one architecture only");
	program = probe_program(second, "second");
	expect(tool("register", second, "--force", NULL), 0, "registered", NULL);
	snprintf(row, sizeof(row), "handler qemu-%s", second);
	expect(tool("match", program, NULL), 0, row, "");
	assert_int_not_equal(runner_of(second), inode_of(program));
	snprintf(row, sizeof(row), "/usr/bin/qemu-%s-static", second);
	expect(tool("test", second, NULL), 0, row, "");
	expect(tool("remove", second, NULL), 0, "removed", "");
	expect(tool("test", second, NULL), 0, "native: the kernel runs it itself", "");
	assert_int_equal(exec_status(program), 42);
	free(program);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(native__every_architecture__match_test_and_the_kernel_agree),
	    cmocka_unit_test(native__doctor_of_a_file__as_the_kernel_runs_it),
	    cmocka_unit_test(native__own_architecture__register_skips_it),
	    cmocka_unit_test(native__register_all__the_others_only),
	    cmocka_unit_test(native__foreign_programs__run_every_time),
	    cmocka_unit_test(native__second_architecture_by_force__emulated_until_removed),
	};

	return guest_run(tests);
}
