/* SPDX-License-Identifier: MIT */
/* --persist on the real kernel: the file that is read at boot, and whose files are left alone. */
#include "conf.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct run *
contents(const char *dir)
{
	return shell("cd '%s' && ls -liA && for f in .[!.]* *; do [ -f \"$f\" ] && cat \"$f\"; done; :", dir);
}

static void
persist__register__file_that_the_kernel_takes(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), *entry, *line;
	struct stat st;

	(void)state;
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	assert_non_null(slurp(file));
	line = strdup(slurp(file));
	entry = strdup(entry_text("qemu-aarch64"));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	expect_conf(dir, "qemu-aarch64.conf\n");
	assert_true(line[0] == '#');
	tool("remove", "aarch64", NULL);
	assert_int_equal(access(file, F_OK), 0);
	register_raw(strchr(line, '\n') + 1);
	assert_string_equal(entry_text("qemu-aarch64"), entry);
	free(line);
	free(entry);
	free(file);
	free(dir);
}

static void
persist__again__file_as_the_entry_is_now(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), *first;

	(void)state;
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	first = strdup(slurp(file));
	expect(tool_persist(dir, "register", "aarch64", NULL), 0, "unchanged", "");
	assert_string_equal(slurp(file), first);
	expect(tool_persist(dir, "register", "aarch64", "-fPOF", NULL), 0, "replaced", "");
	assert_non_null(strstr(slurp(file), ":POF\n"));
	free(first);
	free(file);
	free(dir);
}

static void
persist__remove__own_file_goes_too(void **state)
{
	char *dir = conf_dir("conf");

	(void)state;
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(tool_persist(dir, "remove", "aarch64", NULL), 0, "qemu-aarch64: removed", "");
	expect_conf(dir, "");
	assert_false(is_entry("qemu-aarch64"));
	expect(tool_persist(dir, "remove", "aarch64", NULL), 1, "", "there is no entry");
	free(dir);
}

static void
persist__remove_when_the_entry_is_gone__file_goes(void **state)
{
	char *dir = conf_dir("conf");

	(void)state;
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	tool("remove", "aarch64", NULL);
	expect(tool_persist(dir, "remove", "aarch64", NULL), 0, "removed", "");
	expect_conf(dir, "");
	free(dir);
}

/* A file, link or folder of that name that somebody else made. */
static const char *const foreign_files[] = {
    "echo ':qemu-aarch64:E::foo::/bin/true:' >qemu-aarch64.conf",
    ": >qemu-aarch64.conf",
    "ln -s /dev/null qemu-aarch64.conf",
    "ln -s nowhere qemu-aarch64.conf",
    "mkdir qemu-aarch64.conf",
    "mkfifo qemu-aarch64.conf",
};

/* A change of the live entry with such a file in its place: flags may be NULL. */
static void
check_foreign_file(const char *made_by, const char *word, const char *flags)
{
	char *dir = conf_dir("conf"), *before, *disk;

	ns_empty();
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(shell("cd '%s' && %s", dir, made_by), 0, "", "");
	disk = strdup(contents(dir)->out);
	before = instance();
	expect(tool_persist(dir, word, "aarch64", flags, NULL), 1, "", "was not written by binfmtctl");
	expect_instance(before);
	assert_string_equal(contents(dir)->out, disk);
	free(before);
	free(disk);
	free(dir);
}

static void
persist__register_over_a_foreign_file__refused_before_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(foreign_files); i++)
		check_foreign_file(foreign_files[i], "register", "-fPOF");
}

static void
persist__remove_with_a_foreign_file__refused_before_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(foreign_files); i++)
		check_foreign_file(foreign_files[i], "remove", NULL);
}

static void
persist__folder_missing_or_open_to_others__refused_before_anything(void **state)
{
	char *dir = conf_dir("conf"), *none = conf_file(dir, "none"), *before = instance();
	static const mode_t modes[] = {0777, 0775, 0757, 01777};

	(void)state;
	expect(tool_persist(none, "register", "aarch64", "-i", tiny_interpreter(), NULL), 1, "", "cannot open");
	for (size_t i = 0; i < LENGTH(modes); i++) {
		assert_int_equal(chmod(dir, modes[i]), 0);
		expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 1, "",
		       "can be written by others than root");
	}
	expect_instance(before);
	expect_conf(dir, "");
	free(before);
	free(none);
	free(dir);
}

static void
persist__left_over_temporary_file__replaced(void **state)
{
	char *dir = conf_dir("conf");

	(void)state;
	expect(shell("echo half >'%s/.binfmtctl.tmp'", dir), 0, "", "");
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect_conf(dir, "qemu-aarch64.conf\n");
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(persist__register__file_that_the_kernel_takes),
	    cmocka_unit_test(persist__again__file_as_the_entry_is_now),
	    cmocka_unit_test(persist__remove__own_file_goes_too),
	    cmocka_unit_test(persist__remove_when_the_entry_is_gone__file_goes),
	    cmocka_unit_test(persist__register_over_a_foreign_file__refused_before_anything),
	    cmocka_unit_test(persist__remove_with_a_foreign_file__refused_before_anything),
	    cmocka_unit_test(persist__folder_missing_or_open_to_others__refused_before_anything),
	    cmocka_unit_test(persist__left_over_temporary_file__replaced),
	};

	return ns_run(tests);
}
