/* SPDX-License-Identifier: MIT */
/* enable and disable on the real kernel: entries, and the switch of the whole. */
#include "plant.h"

#include <sys/stat.h>
#include <unistd.h>

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
	expect(tool("-n", "enable", "--global", "--force", NULL), 0, "enabled", "echo -1 > " MOUNT "/brick ");
	assert_int_equal(mount_write("brick", "0", 1), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
	expect(tool("enable", "brick", NULL), 1, "", "--force");
	expect(tool("-n", "enable", "brick", "--force", NULL), 0, "enabled", "echo -1 > " MOUNT "/brick ");
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

/* What register refuses, enable refuses in the same words but for the verb, with the same code; forced, both say how to
 * undo it. */
static void
enable__what_register_refuses__refused_with_the_same_cause(void **state)
{
	char *dotted = tiny_copy("looping.foo"), *gone = tiny_copy("gone"), *plain = tiny_copy("plain"), *odd, *cause;
	const struct {
		const char *fields, *interpreter, *flags, *code;
		mode_t mode; /* 0: removed */
	} rows[] = {
	    {"E::foo", dotted, "", "loop", 0755},
	    {"M::#!", script_interpreter(), "", "loop", 0755},
	    {"M::#!", tiny_interpreter(), "", "native", 0755},
	    {"E::bar", script_interpreter(), "O", "interpreter", 0755},
	    {"E::bar", script_interpreter(), "OC", "interpreter", 0755},
	    {"E::bar", gone, "", "interpreter", 0},
	    {"E::bar", plain, "P", "interpreter", 0644},
	};

	(void)state;
	assert_int_equal(unlink(gone), 0);
	assert_int_equal(chmod(plain, 0644), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char filter[64];
		const char *in_type = strchr(rows[i].fields, ':') + 2;

		assert_int_equal(mount_write("status", "0", 1), 0);
		register_line(":odd:%s::%s:%s", rows[i].fields, rows[i].interpreter, rows[i].flags);
		assert_int_equal(mount_write("odd", "0", 1), 0);
		assert_int_equal(mount_write("status", "1", 1), 0);
		snprintf(filter, sizeof(filter), ".results[0].code == \"%s\"", rows[i].code);
		expect_json(expect(tool("-j", "enable", "odd", NULL), 1, NULL, "(--force enables it anyway)")->out,
			    filter);
		odd = strdup(strstr(tool("enable", "odd", NULL)->err, "odd: "));
		*strstr(odd, " (--force ") = '\0';
		cause = strdup(odd + strlen("odd: "));
		expect(tool("register", "--name", "new", *rows[i].fields == 'E' ? "--extension" : "--magic",
			    *rows[i].fields == 'E' ? in_type : "2321", "-i", rows[i].interpreter, "-f", rows[i].flags,
			    NULL),
		       1, "", cause);
		expect(tool("-n", "enable", "odd", "--force", NULL), 0, "odd: would be enabled",
		       "echo -1 > " MOUNT "/odd ");
		assert_false(is_enabled("odd"));
		expect(tool("remove", "odd", NULL), 0, "removed", NULL);
		free(cause);
		free(odd);
	}
	free(plain);
	free(gone);
	free(dotted);
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
	    cmocka_unit_test(enable__what_register_refuses__refused_with_the_same_cause),
	};

	return ns_run(tests);
}
