/* SPDX-License-Identifier: MIT */
/* remove on the real kernel; and other people's entries, which no command touches. */
#include "harness.h"

#include <sys/stat.h>

static void
remove__by_name_or_architecture__only_that_entry(void **state)
{
	(void)state;
	two_entries();
	expect(tool("remove", "linux/arm64", NULL), 0, "qemu-aarch64: removed\n", "");
	assert_false(is_entry("qemu-aarch64"));
	expect(tool("remove", "qemu-riscv64", NULL), 0, "qemu-riscv64: removed\n", "");
	assert_false(is_entry("qemu-riscv64"));
}

static void
remove__entry_named_like_an_architecture__that_one(void **state)
{
	(void)state;
	two_entries();
	register_raw(":aarch64:E::foo::/bin/true:");
	register_raw(":my-aarch64:E::bar::/bin/true:");
	expect(tool("remove", "aarch64", NULL), 0, "aarch64: removed\n", "");
	assert_false(is_entry("aarch64"));
	assert_true(is_entry("qemu-aarch64"));
	expect(tool("remove", "aarch64", NULL), 0, "qemu-aarch64: removed\n", "");
	expect(tool("remove", "aarch64", NULL), 1, "", "there is no entry qemu-aarch64");
	assert_true(is_entry("my-aarch64"));
}

static void
remove__entry_option__always_literal(void **state)
{
	(void)state;
	two_entries();
	register_raw(":all:E::foo::/bin/true:");
	expect(tool("remove", "--entry", "aarch64", NULL), 1, "", "no such entry");
	expect(tool("remove", "--entry", "all", NULL), 0, "all: removed\n", "");
	assert_true(is_entry("qemu-aarch64"));
	expect(tool("remove", "--entry=qemu-aarch64", "--entry=qemu-riscv64", NULL), 0, "qemu-riscv64: removed\n", "");
	assert_false(is_entry("qemu-aarch64"));
}

static void
remove__joined_by_commas__each_of_them(void **state)
{
	(void)state;
	two_entries();
	register_raw(":a,b:E::foo::/bin/true:");
	register_raw(":a:E::bar::/bin/true:");
	expect(tool("remove", "linux/arm64,b,qemu-riscv64", NULL), 1, "qemu-aarch64: removed\nqemu-riscv64: removed\n",
	       "binfmtctl: b: no such entry");
	expect(tool("remove", "a,b", NULL), 1, "a: removed\n", "binfmtctl: b: no such entry");
	assert_true(is_entry("a,b"));
	expect(tool("remove", "--entry", "a,b", NULL), 0, "a,b: removed\n", "");
	expect(tool("remove", "a,a,,a", NULL), 2, "", "nothing stands on one side of a comma");
	expect(tool("remove", "--missing-ok", "a,arm64", NULL), 0, "a: skipped", "");
}

/* Files are not cut. */
static void
commas__other_commands__part_names_and_not_files(void **state)
{
	char *path = scratch_text("a,b", "#!/bin/sh\n", 0755), *line;

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64,linux/riscv64", "-i", "/bin/true", NULL), 2, "", "one architecture");
	two_entries();
	expect(tool("disable", "arm64,riscv64", NULL), 0, "qemu-aarch64: disabled\nqemu-riscv64: disabled\n", "");
	expect(tool("enable", "arm64,riscv64", NULL), 0, "qemu-aarch64: enabled\nqemu-riscv64: enabled\n", "");
	expect(tool("refresh", "arm64,riscv64", NULL), 0, "qemu-riscv64: unchanged", "");
	expect_json(tool("-j", "status", "arm64,riscv64", NULL)->out, ".entries | length == 2");
	expect_json(tool("-j", "test", "arm64,riscv64", NULL)->out, ".tests | length == 2");
	expect_json(tool("-n", "-j", "register", "arm64,riscv64", NULL)->out, ".results | length == 2");
	assert_true(asprintf(&line, "%s: script: run by /bin/sh\n", path) > 0);
	expect(tool("match", path, NULL), 0, line, "");
	assert_null(strstr(tool("doctor", "-v", path, NULL)->out, "does not exist"));
	free(line);
	free(path);
}

static void
remove__all__qemu_entries_of_the_table_only(void **state)
{
	(void)state;
	two_entries();
	register_raw(":qemu-mine:E::foo::/bin/true:");
	expect(tool("remove", "all", NULL), 0, "qemu-aarch64: removed\nqemu-riscv64: removed\n", "");
	assert_false(is_entry("qemu-riscv64"));
	assert_true(is_entry("qemu-mine"));
	expect(tool("remove", "all", NULL), 0, "", "");
}

static void
remove__several__each_is_tried(void **state)
{
	(void)state;
	two_entries();
	expect(tool("remove", "nonsuch", "aarch64", "also-none", "riscv64", NULL), 1, "qemu-riscv64: removed",
	       "binfmtctl: also-none: no such entry");
	assert_false(is_entry("qemu-aarch64"));
	assert_false(is_entry("qemu-riscv64"));
}

static void
remove__missing_ok__skipped(void **state)
{
	(void)state;
	two_entries();
	expect(tool("remove", "--missing-ok", "nonsuch", "arm", "aarch64", NULL), 0, "nonsuch: skipped", "");
	assert_false(is_entry("qemu-aarch64"));
	assert_true(is_entry("qemu-riscv64"));
}

static void
remove__global__all_of_everybody(void **state)
{
	(void)state;
	two_entries();
	register_raw(THEIRS);
	expect(tool("remove", "--global", NULL), 0, "removed (all entries)", "");
	expect(shell("ls -A " MOUNT), 0, "register\nstatus\n", "");
	assert_string_equal(slurp(MOUNT "/status"), "enabled\n");
}

/* A kernel that takes the write and does nothing. */
static void
remove__global_without_effect__seen(void **state)
{
	const struct run *r;

	(void)state;
	need_strace();
	two_entries();
	r = shell("ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P " MOUNT "/status -e inject=write:retval=2 "
		  "./binfmtctl remove --global");
	expect(r, 1, "", "binfmt_misc: not all are gone: 2 left");
}

static void
changes__other_peoples_entries__byte_for_byte_as_they_were(void **state)
{
	static const char *const lines[][8] = {{"register", "all"},    {"register", "aarch64", "-fPOF"},
					       {"disable", "all"},     {"register", "aarch64", "-fF"},
					       {"enable", "all"},      {"disable", "--global"},
					       {"enable", "--global"}, {"remove", "aarch64"},
					       {"remove", "all"},      {"remove", "--missing-ok", "their"}};
	struct stat before, after;
	char *text;

	(void)state;
	register_raw(THEIRS);
	text = strdup(entry_text("theirs"));
	assert_int_equal(stat(MOUNT "/theirs", &before), 0);
	two_entries();
	for (size_t i = 0; i < LENGTH(lines); i++) {
		tool_words(lines[i]);
		assert_string_equal(entry_text("theirs"), text);
		assert_int_equal(stat(MOUNT "/theirs", &after), 0);
		assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
		assert_true(before.st_ino == after.st_ino);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(remove__by_name_or_architecture__only_that_entry),
	    cmocka_unit_test(remove__entry_named_like_an_architecture__that_one),
	    cmocka_unit_test(remove__entry_option__always_literal),
	    cmocka_unit_test(remove__joined_by_commas__each_of_them),
	    cmocka_unit_test(commas__other_commands__part_names_and_not_files),
	    cmocka_unit_test(remove__all__qemu_entries_of_the_table_only),
	    cmocka_unit_test(remove__several__each_is_tried),
	    cmocka_unit_test(remove__missing_ok__skipped),
	    cmocka_unit_test(remove__global__all_of_everybody),
	    cmocka_unit_test(remove__global_without_effect__seen),
	    cmocka_unit_test(changes__other_peoples_entries__byte_for_byte_as_they_were),
	};

	return ns_run(tests);
}
