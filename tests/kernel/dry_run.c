/* SPDX-License-Identifier: MIT */
/* --dry-run on the real kernel: it writes nothing, and what it shows is what would be written. */
#include "conf.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static int
nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Does by hand what a dry run's JSON says, by the list of all writes at its end: returns their number. */
static size_t
do_writes(const char *json)
{
	const char *all = strstr(json, "}],\"writes\":[");
	size_t count = 0;

	assert_non_null(all);
	for (const char *at = all; (at = strstr(at, "{\"file\":\"" MOUNT "/")); count++) {
		const char *file = at + strlen("{\"file\":\"" MOUNT "/"), *hex;
		char name[256], bytes[2048];
		size_t len = 0;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "\""), file);
		hex = strstr(file, "\"bytes_hex\":\"");
		assert_non_null(hex);
		for (hex += strlen("\"bytes_hex\":\""); *hex != '"'; hex += 2)
			bytes[len++] = (char)(nibble(hex[0]) << 4 | nibble(hex[1]));
		assert_int_equal(mount_write(name, bytes, len), 0);
		at = hex;
	}
	return count;
}

/* What is there but for inodes and times. */
static char *
visible(void)
{
	return strdup(shell("cd " MOUNT " && for f in .[!.]* *; do case $f in register|'.[!.]*') ;; *) echo \"== $f\"; "
			    "cat \"$f\"; esac; done")
			  ->out);
}

static void
dry_run__its_writes_made_by_hand__the_state_that_the_real_run_makes(void **state)
{
	static const struct {
		const char *words[8];
		size_t writes;
	} rows[] = {
	    {{"register", "arm", "-i", "TINY"}, 1},
	    {{"register", "aarch64", "-fPOF"}, 4},
	    {{"register", "riscv64", "-fPOF"}, 6},
	    {{"register", "aarch64"}, 0},
	    {{"register", "microblaze", "-i", "TINY", "-f", "F"}, 2},
	    {{"register", "--name=a:b", "--extension=foo", "-i", "TINY"}, 1},
	    {{"remove", "aarch64", "riscv64"}, 2},
	    {{"remove", "all"}, 2},
	    {{"remove", "--global"}, 1},
	    {{"disable", "aarch64"}, 1},
	    {{"disable", "riscv64"}, 0},
	    {{"enable", "all"}, 1},
	    {{"disable", "--global"}, 1},
	    {{"enable", "--global"}, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[12] = {"-n", "-j"}, *const *real = words + 2;
		char *before, *wanted, *json, *got;

		for (size_t k = 0; rows[i].words[k]; k++)
			words[2 + k] = strcmp(rows[i].words[k], "TINY") ? rows[i].words[k] : tiny_interpreter();
		ns_setup(NULL);
		two_entries();
		tool("disable", "riscv64", NULL);
		before = instance();
		json = strdup(expect(tool_words(words), 0, "\"results\"", NULL)->out);
		expect_instance(before);
		expect(tool_words(real), 0, NULL, NULL);
		wanted = visible();
		ns_setup(NULL);
		two_entries();
		tool("disable", "riscv64", NULL);
		assert_int_equal(do_writes(json), rows[i].writes);
		got = visible();
		assert_string_equal(got, wanted);
		free(got);
		free(wanted);
		free(json);
		free(before);
	}
}

static void
dry_run__text__the_bytes_as_written(void **state)
{
	char *line;

	(void)state;
	assert_true(asprintf(&line,
			     "mine: would be registered (%s, flags P, magic cafe, mask ff0f, offset 3)\n  write " MOUNT
			     "/register: :mine:M:3:\\xca\\xfe:\\xff\\x0f:%s:P\n",
			     tiny_interpreter(), tiny_interpreter()) > 0);
	expect(tool("-n", "register", "--name", "mine", "--magic", "cafe", "--mask", "ff0f", "--offset", "3", "-i",
		    tiny_interpreter(), "-fP", NULL),
	       0, line, "also takes some scripts");
	assert_false(is_entry("mine"));
	free(line);
	two_entries();
	expect(tool("-n", "register", "riscv64", NULL), 0, "qemu-riscv64: unchanged", NULL);
}

static void
dry_run__persist__file_shown_but_not_written(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf");

	(void)state;
	expect(tool_persist(dir, "-n", "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, file, "");
	expect_conf(dir, "");
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(tool_persist(dir, "-n", "remove", "aarch64", NULL), 0, "would be removed", "");
	assert_int_equal(access(file, F_OK), 0);
	assert_true(is_entry("qemu-aarch64"));
	free(file);
	free(dir);
}

static void
dry_run__bad_definition__refused_as_for_real(void **state)
{
	(void)state;
	expect(tool("-n", "register", "aarch64", "-i", "/nowhere", NULL), 1, "", "does not exist");
	expect(tool("-n", "remove", "nonsuch", NULL), 1, "", "no such entry");
	expect(tool("-n", "register", "nonsuch", NULL), 1, "", "unknown architecture");
}

static void
dry_run__lock_held_by_another__does_not_wait(void **state)
{
	int fd = open(MOUNT "/register", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	expect(tool("-n", "register", "aarch64", "-i", tiny_interpreter(), "--timeout", "0", NULL), 0,
	       "would be registered", "");
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dry_run__its_writes_made_by_hand__the_state_that_the_real_run_makes),
	    cmocka_unit_test(dry_run__text__the_bytes_as_written),
	    cmocka_unit_test(dry_run__persist__file_shown_but_not_written),
	    cmocka_unit_test(dry_run__bad_definition__refused_as_for_real),
	    cmocka_unit_test(dry_run__lock_held_by_another__does_not_wait),
	};

	return ns_run(tests);
}
