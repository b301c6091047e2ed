/* SPDX-License-Identifier: MIT */
/* remove, enable, disable, --persist, --dry-run, list and status on the real kernel. */
#include "harness.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

/* An entry that somebody else registered, spelled in their own way. */
static const char others[] = "+theirs+M+2+\\x41b\\x43++/bin/true:x+P";

static void
two_entries(void)
{
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect(tool("register", "riscv64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
}

static bool
there(const char *name)
{
	return entry_text(name)[0];
}

static bool
enabled(const char *name)
{
	return strncmp(entry_text(name), "enabled\n", 8) == 0;
}

static void
remove__by_name_or_architecture__only_that_entry(void **state)
{
	(void)state;
	two_entries();
	expect(tool("remove", "linux/arm64", NULL), 0, "qemu-aarch64: removed\n", "");
	assert_false(there("qemu-aarch64"));
	expect(tool("remove", "qemu-riscv64", NULL), 0, "qemu-riscv64: removed\n", "");
	assert_false(there("qemu-riscv64"));
}

static void
remove__entry_named_like_an_architecture__that_one(void **state)
{
	(void)state;
	two_entries();
	register_raw(":aarch64:E::foo::/bin/true:");
	register_raw(":my-aarch64:E::bar::/bin/true:");
	expect(tool("remove", "aarch64", NULL), 0, "aarch64: removed\n", "");
	assert_false(there("aarch64"));
	assert_true(there("qemu-aarch64"));
	expect(tool("remove", "aarch64", NULL), 0, "qemu-aarch64: removed\n", "");
	expect(tool("remove", "aarch64", NULL), 1, "", "there is no entry qemu-aarch64");
	assert_true(there("my-aarch64"));
}

static void
remove__entry_option__always_literal(void **state)
{
	(void)state;
	two_entries();
	register_raw(":all:E::foo::/bin/true:");
	expect(tool("remove", "--entry", "aarch64", NULL), 1, "", "no such entry");
	expect(tool("remove", "--entry", "all", NULL), 0, "all: removed\n", "");
	assert_true(there("qemu-aarch64"));
	expect(tool("remove", "--entry=qemu-aarch64", "--entry=qemu-riscv64", NULL), 0, "qemu-riscv64: removed\n", "");
	assert_false(there("qemu-aarch64"));
}

static void
remove__all__qemu_entries_of_the_table_only(void **state)
{
	(void)state;
	two_entries();
	register_raw(":qemu-mine:E::foo::/bin/true:");
	expect(tool("remove", "all", NULL), 0, "qemu-aarch64: removed\nqemu-riscv64: removed\n", "");
	assert_false(there("qemu-riscv64"));
	assert_true(there("qemu-mine"));
	expect(tool("remove", "all", NULL), 0, "", "");
}

static void
remove__several__each_is_tried(void **state)
{
	(void)state;
	two_entries();
	expect(tool("remove", "nonsuch", "aarch64", "also-none", "riscv64", NULL), 1, "qemu-riscv64: removed",
	       "binfmtctl: also-none: no such entry");
	assert_false(there("qemu-aarch64"));
	assert_false(there("qemu-riscv64"));
}

static void
remove__missing_ok__skipped(void **state)
{
	(void)state;
	two_entries();
	expect(tool("remove", "--missing-ok", "nonsuch", "arm", "aarch64", NULL), 0, "nonsuch: skipped", "");
	assert_false(there("qemu-aarch64"));
	assert_true(there("qemu-riscv64"));
}

static void
remove__global__all_of_everybody(void **state)
{
	(void)state;
	two_entries();
	register_raw(others);
	expect(tool("remove", "--global", NULL), 0, "removed (all entries)", "");
	expect(shell("ls -A " MOUNT), 0, "register\nstatus\n", "");
	assert_string_equal(slurp(MOUNT "/status"), "enabled\n");
}

static void
enable_disable__entry__both_ways_and_idempotent(void **state)
{
	(void)state;
	two_entries();
	expect(tool("disable", "arm64", NULL), 0, "qemu-aarch64: disabled\n", "");
	assert_false(enabled("qemu-aarch64"));
	assert_true(enabled("qemu-riscv64"));
	expect(tool("disable", "arm64", NULL), 0, "qemu-aarch64: unchanged\n", "");
	expect(tool("enable", "qemu-aarch64", NULL), 0, "qemu-aarch64: enabled\n", "");
	assert_true(enabled("qemu-aarch64"));
	expect(tool("enable", "--entry", "qemu-aarch64", NULL), 0, "qemu-aarch64: unchanged\n", "");
}

static void
enable_disable__all__qemu_entries_only(void **state)
{
	(void)state;
	two_entries();
	register_raw(others);
	expect(tool("disable", "all", NULL), 0, "qemu-aarch64: disabled\nqemu-riscv64: disabled\n", "");
	assert_false(enabled("qemu-riscv64"));
	assert_true(enabled("theirs"));
	expect(tool("enable", "all", NULL), 0, "qemu-aarch64: enabled\nqemu-riscv64: enabled\n", "");
	assert_true(enabled("qemu-aarch64"));
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
	assert_false(enabled("qemu-aarch64"));
	assert_true(enabled("qemu-riscv64"));
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
	assert_false(enabled("brick"));
	expect(tool("remove", "brick", NULL), 0, "removed", "");
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
	register_raw(others);
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

/* An empty folder for the files of --persist. */
static char *
empty_conf_dir(void)
{
	char *dir = scratch_file("conf");

	expect(shell("rm -rf '%s' && mkdir -m 755 '%s'", dir, dir), 0, "", "");
	return dir;
}

static const struct run *
contents(const char *dir)
{
	return shell("cd '%s' && ls -liA && for f in .[!.]* *; do [ -f \"$f\" ] && cat \"$f\"; done; :", dir);
}

static char *
conf_file(const char *dir, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	return path;
}

static void
persist__register__file_that_the_kernel_takes(void **state)
{
	char *dir = empty_conf_dir(), *file = conf_file(dir, "qemu-aarch64.conf"), *entry, *line;
	struct stat st;

	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL), 0,
	       "registered", "");
	assert_non_null(slurp(file));
	line = strdup(slurp(file));
	entry = strdup(entry_text("qemu-aarch64"));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	expect(shell("ls -A '%s'", dir), 0, "qemu-aarch64.conf\n", "");
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
	char *dir = empty_conf_dir(), *file = conf_file(dir, "qemu-aarch64.conf"), *first;

	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL);
	first = strdup(slurp(file));
	expect(tool("register", "aarch64", "--persist", "--conf-dir", dir, NULL), 0, "unchanged", "");
	assert_string_equal(slurp(file), first);
	expect(tool("register", "aarch64", "-fPOF", "--persist", "--conf-dir", dir, NULL), 0, "replaced", "");
	assert_non_null(strstr(slurp(file), ":POF\n"));
	free(first);
	free(file);
	free(dir);
}

static void
persist__remove__own_file_goes_too(void **state)
{
	char *dir = empty_conf_dir();

	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL);
	expect(tool("remove", "aarch64", "--persist", "--conf-dir", dir, NULL), 0, "qemu-aarch64: removed", "");
	expect(shell("ls -A '%s'", dir), 0, "", "");
	assert_false(there("qemu-aarch64"));
	expect(tool("remove", "aarch64", "--persist", "--conf-dir", dir, NULL), 1, "", "there is no entry");
	free(dir);
}

static void
persist__remove_when_the_entry_is_gone__file_goes(void **state)
{
	char *dir = empty_conf_dir();

	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL);
	tool("remove", "aarch64", NULL);
	expect(tool("remove", "aarch64", "--persist", "--conf-dir", dir, NULL), 0, "removed", "");
	expect(shell("ls -A '%s'", dir), 0, "", "");
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

static void
persist__register_over_a_foreign_file__refused_before_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(foreign_files); i++) {
		char *dir = empty_conf_dir(), *before, *disk;

		ns_setup(NULL);
		tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
		expect(shell("cd '%s' && %s", dir, foreign_files[i]), 0, "", "");
		disk = strdup(contents(dir)->out);
		before = instance();
		expect(tool("register", "aarch64", "-fPOF", "--persist", "--conf-dir", dir, NULL), 1, "",
		       "was not written by binfmtctl");
		expect_instance(before);
		assert_string_equal(contents(dir)->out, disk);
		free(before);
		free(disk);
		free(dir);
	}
}

static void
persist__remove_with_a_foreign_file__refused_before_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(foreign_files); i++) {
		char *dir = empty_conf_dir(), *before, *disk;

		ns_setup(NULL);
		tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
		expect(shell("cd '%s' && %s", dir, foreign_files[i]), 0, "", "");
		disk = strdup(contents(dir)->out);
		before = instance();
		expect(tool("remove", "aarch64", "--persist", "--conf-dir", dir, NULL), 1, "",
		       "was not written by binfmtctl");
		expect_instance(before);
		assert_string_equal(contents(dir)->out, disk);
		free(before);
		free(disk);
		free(dir);
	}
}

static void
persist__folder_missing_or_open_to_others__refused_before_anything(void **state)
{
	char *dir = empty_conf_dir(), *none = conf_file(dir, "none"), *before = instance();
	static const mode_t modes[] = {0777, 0775, 0757, 01777};

	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", none, NULL), 1, "",
	       "cannot open");
	for (size_t i = 0; i < LENGTH(modes); i++) {
		assert_int_equal(chmod(dir, modes[i]), 0);
		expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL), 1,
		       "", "can be written by others than root");
	}
	expect_instance(before);
	expect(shell("ls -A '%s'", dir), 0, "", "");
	free(before);
	free(none);
	free(dir);
}

static void
persist__left_over_temporary_file__replaced(void **state)
{
	char *dir = empty_conf_dir();

	(void)state;
	expect(shell("echo half >'%s/.binfmtctl.tmp'", dir), 0, "", "");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL), 0,
	       "registered", "");
	expect(shell("ls -A '%s'", dir), 0, "qemu-aarch64.conf\n", "");
	free(dir);
}

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
			     "mine: would be registered (%s, flags P)\n  write " MOUNT
			     "/register: :mine:M:3:\\xca\\xfe:\\xff\\x0f:%s:P\n",
			     tiny_interpreter(), tiny_interpreter()) > 0);
	expect(tool("-n", "register", "--name", "mine", "--magic", "cafe", "--mask", "ff0f", "--offset", "3", "-i",
		    tiny_interpreter(), "-fP", NULL),
	       0, line, "");
	assert_false(there("mine"));
	free(line);
}

static void
dry_run__persist__file_shown_but_not_written(void **state)
{
	char *dir = empty_conf_dir(), *file = conf_file(dir, "qemu-aarch64.conf");

	(void)state;
	expect(tool("-n", "register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL), 0,
	       file, "");
	expect(shell("ls -A '%s'", dir), 0, "", "");
	tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", "--conf-dir", dir, NULL);
	expect(tool("-n", "remove", "aarch64", "--persist", "--conf-dir", dir, NULL), 0, "would be removed", "");
	assert_int_equal(access(file, F_OK), 0);
	assert_true(there("qemu-aarch64"));
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

static void
list__entries__newest_first(void **state)
{
	const char *out, *first, *second;

	(void)state;
	expect(tool("list", NULL), 0, "", "");
	two_entries();
	register_raw(others);
	out = expect(tool("list", NULL), 0, "theirs ", "")->out;
	first = strstr(out, "qemu-riscv64 ");
	second = strstr(out, "qemu-aarch64 ");
	assert_true(first && second && strstr(out, "theirs ") < first && first < second);
	tool("register", "aarch64", "-fP", NULL);
	out = tool("list", NULL)->out;
	assert_true(strstr(out, "qemu-aarch64 ") < strstr(out, "theirs "));
}

static void
list__switched_off__said(void **state)
{
	(void)state;
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("list", NULL), 0, NULL, "switched off");
	expect(tool("status", NULL), 0, "switched OFF", "");
}

static void
list__supported__every_architecture_and_its_handler(void **state)
{
	(void)state;
	two_entries();
	expect(tool("list", "--supported", NULL), 0, "qemu-riscv64", "");
	expect(tool("list", "--supported", NULL), 0, "native", "");
	expect(shell("./binfmtctl list --supported | wc -l"), 0, "39\n", "");
	expect(shell("./binfmtctl list --supported -d /nowhere | wc -l"), 0, "39\n", "");
}

static void
status__healthy_entries__exit_0(void **state)
{
	(void)state;
	expect(tool("status", NULL), 0, "0 entries", "");
	two_entries();
	expect(tool("status", NULL), 0, MOUNT ": switched on, private instance, 2 entries", "");
	expect(tool("status", "arm64", NULL), 0, "qemu-aarch64", "");
	assert_null(strstr(tool("status", "arm64", NULL)->out, "qemu-riscv64"));
}

static void
status__disabled__counts_only_where_named(void **state)
{
	(void)state;
	two_entries();
	tool("disable", "aarch64", NULL);
	expect(tool("status", NULL), 0, "disabled", "");
	expect(tool("status", "aarch64", NULL), 1, "disabled", "");
	expect(tool("status", "riscv64", NULL), 0, "ok", "");
}

static void
status__shadowed__counts_only_with_strict(void **state)
{
	(void)state;
	two_entries();
	tool("register", "aarch64", "-i", tiny_interpreter(), "--name", "front", NULL);
	expect(tool("status", NULL), 0, "qemu-aarch64: shadowed: entry front stands in front", "");
	expect(tool("status", "--strict", NULL), 1, "shadowed", "");
	expect(tool("status", "--strict", "front", NULL), 0, "ok", "");
}

static void
status__interpreter_missing_or_not_executable__exit_1(void **state)
{
	char *file = scratch_file("plain"), *line;

	(void)state;
	spill(file, "", 0, 0644);
	register_raw(":gone:E::foo::/nowhere/at/all:");
	expect(tool("status", NULL), 1, "gone: missing: /nowhere/at/all", "");
	assert_true(asprintf(&line, "|plain|E||bar||%s|", file) > 0);
	register_raw(line);
	expect(tool("status", "plain", NULL), 1, "plain: not-executable: ", "");
	free(line);
	free(file);
}

static void
status__interpreter_replaced_or_deleted__said(void **state)
{
	char *file = scratch_file("upgraded"), *next = scratch_file("next");

	(void)state;
	copy_file(tiny_interpreter(), file, 0755);
	tool("register", "aarch64", "-i", file, NULL);
	expect(tool("status", NULL), 0, "ok", "");
	copy_file(tiny_interpreter(), next, 0755);
	assert_int_equal(rename(next, file), 0);
	expect(tool("status", NULL), 1, "qemu-aarch64: stale: ", "");
	unlink(file);
	expect(tool("status", NULL), 1, "qemu-aarch64: deleted: ", "");
	free(file);
	free(next);
}

static void
status__rule_that_takes_native_programs__said(void **state)
{
	(void)state;
	register_raw(":brick:E::foo::/bin/true:");
	expect(tool("status", NULL), 0, "ok", "");
	assert_int_equal(mount_write("status", "0", 1), 0);
	register_raw(":brick2:M::\\x7fELF::/bin/true:");
	expect(tool("status", "brick2", NULL), 1, "brick2: native: ", "");
	expect(tool("status", "brick2", NULL), 1, "brick2: loop: ", "");
	assert_int_equal(mount_write("brick2", "-1", 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(remove__by_name_or_architecture__only_that_entry),
	    cmocka_unit_test(remove__entry_named_like_an_architecture__that_one),
	    cmocka_unit_test(remove__entry_option__always_literal),
	    cmocka_unit_test(remove__all__qemu_entries_of_the_table_only),
	    cmocka_unit_test(remove__several__each_is_tried),
	    cmocka_unit_test(remove__missing_ok__skipped),
	    cmocka_unit_test(remove__global__all_of_everybody),
	    cmocka_unit_test(enable_disable__entry__both_ways_and_idempotent),
	    cmocka_unit_test(enable_disable__all__qemu_entries_only),
	    cmocka_unit_test(enable_disable__global__the_switch_only),
	    cmocka_unit_test(enable__rule_that_takes_native_programs__refused),
	    cmocka_unit_test(changes__other_peoples_entries__byte_for_byte_as_they_were),
	    cmocka_unit_test(persist__register__file_that_the_kernel_takes),
	    cmocka_unit_test(persist__again__file_as_the_entry_is_now),
	    cmocka_unit_test(persist__remove__own_file_goes_too),
	    cmocka_unit_test(persist__remove_when_the_entry_is_gone__file_goes),
	    cmocka_unit_test(persist__register_over_a_foreign_file__refused_before_anything),
	    cmocka_unit_test(persist__remove_with_a_foreign_file__refused_before_anything),
	    cmocka_unit_test(persist__folder_missing_or_open_to_others__refused_before_anything),
	    cmocka_unit_test(persist__left_over_temporary_file__replaced),
	    cmocka_unit_test(dry_run__its_writes_made_by_hand__the_state_that_the_real_run_makes),
	    cmocka_unit_test(dry_run__text__the_bytes_as_written),
	    cmocka_unit_test(dry_run__persist__file_shown_but_not_written),
	    cmocka_unit_test(dry_run__bad_definition__refused_as_for_real),
	    cmocka_unit_test(dry_run__lock_held_by_another__does_not_wait),
	    cmocka_unit_test(list__entries__newest_first),
	    cmocka_unit_test(list__switched_off__said),
	    cmocka_unit_test(list__supported__every_architecture_and_its_handler),
	    cmocka_unit_test(status__healthy_entries__exit_0),
	    cmocka_unit_test(status__disabled__counts_only_where_named),
	    cmocka_unit_test(status__shadowed__counts_only_with_strict),
	    cmocka_unit_test(status__interpreter_missing_or_not_executable__exit_1),
	    cmocka_unit_test(status__interpreter_replaced_or_deleted__said),
	    cmocka_unit_test(status__rule_that_takes_native_programs__said),
	};

	return ns_run(tests);
}
