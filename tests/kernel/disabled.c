/* SPDX-License-Identifier: MIT */
/*
 * Disabled entries that `load` and `refresh` would register again. An entry is born enabled, so they leave them, but
 * where the kernel has flag D (Linux 7.3) they replace them. What version the kernel is, strace makes up; whether it
 * knows D is the real one's word, and `register` has another way if not.
 */
#include "harness.h"

#include "release.h"

#define OTHER_RULE ":one:E::y::/bin/true:\n"

static void
load__disabled_entry__replaced_where_it_can_be_born_so(void **state)
{
	char *conf = scratch_text("conf", OTHER_RULE, 0644), words[4200], *before;

	(void)state;
	release_need();
	register_raw(":one:E::x::/bin/true:");
	assert_int_equal(mount_write("one", "0", 1), 0);
	before = instance();
	snprintf(words, sizeof(words), "load %s", conf);
	expect(release_tool("7.2.9", words), 0, "one: skipped (disabled: ", "");
	expect_instance(before);
	expect(release_tool("7.3.0", words), 0, "one: replaced", "the entry is disabled and stays so");
	assert_non_null(strstr(entry_text("one"), "extension .y\n"));
	assert_false(is_enabled("one"));
	assert_string_equal(entry_names(), "one");
	expect(release_tool("7.3.0", words), 0, "one: unchanged", "the entry is disabled");
	free(before);
	free(conf);
}

/* One in front of it would lose its files as soon as it is enabled again. */
static void
load__disabled_entry_behind_another__stays(void **state)
{
	char *conf = scratch_text("conf", OTHER_RULE, 0644), words[4200], *before;

	(void)state;
	release_need();
	register_raw(":one:E::x::/bin/true:");
	register_raw(":front:E::x::/bin/false:");
	assert_int_equal(mount_write("one", "0", 1), 0);
	before = instance();
	snprintf(words, sizeof(words), "load %s", conf);
	expect(release_tool("7.3.0", words), 0, "one: skipped (to register it again would move it ahead of entry front",
	       "");
	expect_instance(before);
	free(before);
	free(conf);
}

static void
refresh__disabled_entry__replaced_where_it_can_be_born_so(void **state)
{
	char *path = tiny_copy("upgraded"), *before;

	(void)state;
	release_need();
	expect(tool("register", "aarch64", "-i", path, "-f", "F", NULL), 0, "registered", "");
	assert_int_equal(mount_write("qemu-aarch64", "0", 1), 0);
	let_the_clock_tick();
	upgrade(path);
	before = instance();
	expect(release_tool("7.2.9", "refresh aarch64"), 0, "qemu-aarch64: skipped (disabled: ", "");
	expect_json(release_tool("7.2.9", "refresh -j --force aarch64")->out,
		    ".results[0] | .result == \"skipped\" and .code == \"disabled\"");
	expect(release_tool("7.3.0", "refresh"), 0, "qemu-aarch64: skipped (",
	       ""); /* by time alone: only where it is named */
	expect_instance(before);
	expect(release_tool("7.3.0", "refresh aarch64"), 0, "qemu-aarch64: refreshed", "");
	assert_false(is_enabled("qemu-aarch64"));
	assert_int_equal(mount_write("qemu-aarch64", "1", 1), 0);
	assert_true(runner_of("aarch64") == inode_of(path));
	free(before);
	free(path);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(load__disabled_entry__replaced_where_it_can_be_born_so),
	    cmocka_unit_test(load__disabled_entry_behind_another__stays),
	    cmocka_unit_test(refresh__disabled_entry__replaced_where_it_can_be_born_so),
	};

	return ns_run(tests);
}
