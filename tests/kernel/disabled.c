/* SPDX-License-Identifier: MIT */
/*
 * Disabled entries that `load` and `refresh` would register again. An entry is born enabled, so they leave them, but
 * where the kernel has flag D (Linux 7.3) they replace them. What version the kernel is, strace makes up; whether it
 * knows D is the real one's word, and `register` has another way if not.
 */
#include "harness.h"

#include <sys/utsname.h>
#include <unistd.h>

/* The words of strace after which a program reads this version of the kernel. */
static const char *
kernel_is(const char *release)
{
	static char text[2 * sizeof(struct utsname) + 128];
	struct utsname name;
	size_t len;

	memset(&name, 0, sizeof(name));
	uname(&name);
	memset(name.release, 0, sizeof(name.release));
	snprintf(name.release, sizeof(name.release), "%s", release);
	len =
	    (size_t)snprintf(text, sizeof(text), "strace -o /dev/null -e trace=uname -e inject=uname:poke_exit=@arg1=");
	for (size_t i = 0; i < sizeof(name); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%02x", ((unsigned char *)&name)[i]);
	return text;
}

static const struct run *
tool_on(const char *release, const char *words)
{
	return shell("exec %s '%s/binfmtctl' %s", kernel_is(release), tool_folder(), words);
}

static void
begin(void)
{
	const struct run *r;

	need_strace();
	r = shell("%s uname -r", kernel_is("7.3.0"));
	if (r->status != 0 || strcmp(r->out, "7.3.0\n") != 0)
		skip_because("this machine has a strace that cannot change what a call brings");
}

#define OTHER_RULE ":one:E::y::/bin/true:\n"

static void
load__disabled_entry__replaced_where_it_can_be_born_so(void **state)
{
	char *conf = scratch_text("conf", OTHER_RULE, 0644), words[4200], *before;

	(void)state;
	begin();
	register_raw(":one:E::x::/bin/true:");
	assert_int_equal(mount_write("one", "0", 1), 0);
	before = instance();
	snprintf(words, sizeof(words), "load %s", conf);
	expect(tool_on("7.2.9", words), 0, "one: skipped (disabled: ", "");
	expect_instance(before);
	expect(tool_on("7.3.0", words), 0, "one: replaced", "the entry is disabled and stays so");
	assert_non_null(strstr(entry_text("one"), "extension .y\n"));
	assert_false(is_enabled("one"));
	assert_string_equal(entry_names(), "one");
	expect(tool_on("7.3.0", words), 0, "one: unchanged", "the entry is disabled");
	free(before);
	free(conf);
}

/* One in front of it would lose its files as soon as it is enabled again. */
static void
load__disabled_entry_behind_another__stays(void **state)
{
	char *conf = scratch_text("conf", OTHER_RULE, 0644), words[4200], *before;

	(void)state;
	begin();
	register_raw(":one:E::x::/bin/true:");
	register_raw(":front:E::x::/bin/false:");
	assert_int_equal(mount_write("one", "0", 1), 0);
	before = instance();
	snprintf(words, sizeof(words), "load %s", conf);
	expect(tool_on("7.3.0", words), 0, "one: skipped (to register it again would move it ahead of entry front", "");
	expect_instance(before);
	free(before);
	free(conf);
}

static void
refresh__disabled_entry__replaced_where_it_can_be_born_so(void **state)
{
	char *path = tiny_copy("upgraded"), *before;

	(void)state;
	begin();
	expect(tool("register", "aarch64", "-i", path, "-f", "F", NULL), 0, "registered", "");
	assert_int_equal(mount_write("qemu-aarch64", "0", 1), 0);
	let_the_clock_tick();
	upgrade(path);
	before = instance();
	expect(tool_on("7.2.9", "refresh aarch64"), 0, "qemu-aarch64: skipped (disabled: ", "");
	expect_json(tool_on("7.2.9", "refresh -j --force aarch64")->out,
		    ".results[0] | .result == \"skipped\" and .code == \"disabled\"");
	expect(tool_on("7.3.0", "refresh"), 0, "qemu-aarch64: skipped (",
	       ""); /* by time alone: only where it is named */
	expect_instance(before);
	expect(tool_on("7.3.0", "refresh aarch64"), 0, "qemu-aarch64: refreshed", "");
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
