/* SPDX-License-Identifier: MIT */
/* match on the real kernel: what it says of files of every kind, and that exec does so. */
#include "harness.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "probe.h"

#define QEMU_I386                                                                                                      \
	":script-i386:M::\\x7fELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x03\\x00:"    \
	"\\xff\\xff\\xff\\xff\\xff\\xfe\\xfe\\xfc\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:"

static void
match__two_entries__newest_wins_and_its_interpreter_is_named(void **state)
{
	char *path = scratch_text("two", "abcdef", 0755), *line;

	(void)state;
	register_line(":older:M::abc::%s:", tiny_interpreter());
	register_line(":newer:M:1:bc::%s:", tiny_interpreter());
	assert_true(asprintf(&line, "%s: handler newer -> %s\n", path, tiny_interpreter()) > 0);
	expect(tool("match", path, NULL), 0, line, "");
	assert_string_equal(tool("match", path, NULL)->out, line);
	assert_int_equal(mount_write("newer", "-1", 2), 0);
	expect(tool("match", path, NULL), 0, ": handler older -> ", "");
	free(line);
	free(path);
}

static void
match__verbose__why_each_entry_did_not_match_up_to_the_one_that_does(void **state)
{
	char *path = scratch_text("why.txt", "abcdef", 0755);
	const struct run *r;

	(void)state;
	register_line(":behind:M::a::%s:", tiny_interpreter());
	register_line(":wins:M::abc::%s:", tiny_interpreter());
	register_line(":off:M::ab::%s:", tiny_interpreter());
	assert_int_equal(mount_write("off", "0", 1), 0);
	register_line(":dot:E::jar::%s:", tiny_interpreter());
	register_line(":masked:M:2:\\xf3\\x00\\x65:\\xf0\\x00\\xff:%s:", tiny_interpreter());
	register_line(":plain:M:3:dx::%s:", tiny_interpreter());
	r = expect(tool("match", "-v", path, NULL), 0, ": handler wins -> ", "");
	expect(r, 0,
	       "  plain: byte 4 is 65, wants 78 (mask ff)\n"
	       "      offset       3\n"
	       "      magic        64 78\n"
	       "      file         64 65\n"
	       "                      ^^\n"
	       "  masked: byte 2 is 63, wants f3 (mask f0)\n"
	       "      offset       2\n"
	       "      magic        f3 00 65\n"
	       "      mask         f0 00 ff\n"
	       "      file         63 64 65\n"
	       "                   ^^\n"
	       "  dot: wants extension .jar, the file has .txt\n"
	       "  off: disabled\n"
	       "  wins: matches\n"
	       "      offset       0\n"
	       "      magic        61 62 63\n"
	       "      file         61 62 63\n",
	       "");
	assert_null(strstr(r->out, "behind"));
	free(path);
}

static void
match__verbose_and_nothing_takes_it__all_entries_told(void **state)
{
	char *path = scratch_text("nobody", "zzz", 0755);

	(void)state;
	register_line(":one:E::jar::%s:", tiny_interpreter());
	register_line(":two:M:4:\\x01::%s:", tiny_interpreter());
	expect(tool("match", "-v", path, NULL), 1,
	       "  two: byte 4 is 00, wants 01 (mask ff)\n"
	       "  one: wants extension .jar, the file has none\n",
	       "");
	free(path);
}

/* Three at most: those with the fewest bytes that differ, of equals the first tried, and none that shares no byte. */
static void
match__verbose__bytes_of_the_three_that_come_nearest(void **state)
{
	static const char pattern[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char *path = scratch_text("near", "01234567x9abcdefghijkl-nopqrs-uvwxyz", 0755);

	(void)state;
	register_line(":two-off:M::012-4567-::%s:", tiny_interpreter());
	register_line(":long:M::%s::%s:", pattern, tiny_interpreter());
	register_line(":one-off-a:M::01-::%s:", tiny_interpreter());
	register_line(":none-same:M:1:z::%s:", tiny_interpreter());
	register_line(":three-off:M::---3::%s:", tiny_interpreter());
	register_line(":one-off-b:M::-12::%s:", tiny_interpreter());
	expect(tool("match", "-v", path, NULL), 1,
	       "  one-off-b: byte 0 is 30, wants 2d (mask ff)\n"
	       "      offset       0\n"
	       "      magic        2d 31 32\n"
	       "      file         30 31 32\n"
	       "                   ^^\n"
	       "  three-off: byte 0 is 30, wants 2d (mask ff)\n"
	       "  none-same: byte 1 is 31, wants 7a (mask ff)\n"
	       "  one-off-a: byte 2 is 32, wants 2d (mask ff)\n"
	       "      offset       0\n"
	       "      magic        30 31 2d\n"
	       "      file         30 31 32\n"
	       "                         ^^\n"
	       "  long: byte 8 is 78, wants 38 (mask ff)\n"
	       "  two-off: byte 3 is 33, wants 2d (mask ff)\n"
	       "      offset       0\n",
	       "");
	assert_int_equal(mount_write("two-off", "-1", 2), 0);
	assert_int_equal(mount_write("one-off-a", "0", 1), 0);
	expect(tool("match", "-v", path, NULL), 1,
	       "  one-off-a: disabled\n"
	       "  long: byte 8 is 78, wants 38 (mask ff)\n"
	       "      offset       0\n"
	       "      magic        30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68 69 6a\n"
	       "      file         30 31 32 33 34 35 36 37 78 39 61 62 63 64 65 66 67 68 69 6a\n"
	       "                                           ^^\n"
	       "      offset       20\n"
	       "      magic        6b 6c 6d 6e 6f 70 71 72 73 74 75 76 77 78 79 7a\n"
	       "      file         6b 6c 2d 6e 6f 70 71 72 73 2d 75 76 77 78 79 7a\n"
	       "                         ^^                   ^^\n",
	       "");
	free(path);
}

static void
match__disabled_entry__named_with_the_remedy(void **state)
{
	char *path = scratch_text("sleeps", "abc", 0755);

	(void)state;
	register_line(":asleep:M::abc::%s:", tiny_interpreter());
	assert_int_equal(mount_write("asleep", "0", 1), 0);
	expect(tool("match", path, NULL), 1,
	       ": none: entry asleep would take it, but is disabled; try: binfmtctl enable --entry asleep\n", "");
	assert_int_equal(execute(path)->status, 226);
	free(path);
}

static void
match__switched_off__said_with_the_remedy(void **state)
{
	char *path = scratch_text("sleeps", "abc", 0755), *native = probe_program(host_arch()->name, "native");

	(void)state;
	register_line(":asleep:M::abc::%s:", tiny_interpreter());
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("match", path, NULL), 1,
	       ": none: entry asleep would take it, but binfmt_misc is switched off; "
	       "try: binfmtctl enable --global\n",
	       "");
	expect(tool("match", native, NULL), 0, ": native", "");
	free(native);
	free(path);
}

/* Whose bytes are told apart only by e_ident[6]: QEMU's own masks do not look at its lowest bit. */
static void
match__odd_native_while_qemu_style_rule_is_live__still_native(void **state)
{
	const struct arch *i386 = arch_find("i386");
	unsigned char elf[PROBE_MAX];
	char *path;
	size_t size;

	(void)state;
	if (host_arch() != arch_find("x86_64") || host_runs(i386).is != LOOK_YES)
		skip_because("this machine does not run i386 programs");
	path = scratch_file("odd");
	size = probe_build(i386, 4, elf);
	spill(path, elf, size, 0755);
	register_line(QEMU_I386 "%s:", tiny_interpreter());
	assert_int_equal(exec_status(path), PROBE_STATUS);
	expect(tool("match", path, NULL), 0, ": native (i386)\n", "");
	free(path);
}

/* Files that the kernel refuses, whatever is registered: here every first byte is. */
static void
match__refused_before_any_handler__why(void **state)
{
	char *folder = scratch_file("folder.x"), *closed = scratch_text("closed.x", "abc", 0644), *line;

	(void)state;
	register_line(":all:E::x::%s:", tiny_interpreter());
	assert_int_equal(mkdir(folder, 0755), 0);
	expect(tool("match", folder, NULL), 1, ": none: a directory\n", "");
	assert_true(asprintf(&line, "%s: none: not executable; try: chmod +x %s\n", closed, closed) > 0);
	expect(tool("match", closed, NULL), 1, line, "");
	assert_int_equal(exec_status(folder), -EACCES);
	assert_int_equal(exec_status(closed), -EACCES);
	expect(tool("match", "/dev/null", NULL), 1, ": none: not a regular file\n", "");
	assert_int_equal(exec_status("/dev/null"), -EACCES);
	free(line);
	free(closed);
	free(folder);
}

static void
match__noexec_mount__why(void **state)
{
	char *folder = scratch_file("mounted"), *path;

	(void)state;
	register_line(":all:E::x::%s:", tiny_interpreter());
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mount("tmpfs", folder, "tmpfs", MS_NOEXEC, NULL), 0);
	path = scratch_text("mounted/file.x", "abc", 0755);
	tool("match", path, NULL);
	assert_int_equal(exec_status(path), -EACCES);
	expect(tool("match", path, NULL), 1, ": none: on a noexec mount", "");
	umount2(folder, MNT_DETACH);
	free(path);
	free(folder);
}

static void
match__empty_file__why_unless_an_extension_takes_it(void **state)
{
	char *path = scratch_text("empty.x", "", 0755);

	(void)state;
	expect(tool("match", path, NULL), 1, ": none: an empty file: it was never written, or emptied\n", "");
	assert_int_equal(exec_status(path), -ENOEXEC);
	register_line(":all:E::x::%s:", tiny_interpreter());
	expect(tool("match", path, NULL), 0, ": handler all -> ", "");
	assert_int_equal(exec_status(path), PROBE_STATUS);
	free(path);
}

/* Executable for this user, but not readable: what is in it decides, and cannot be told. */
static void
match__unreadable_or_missing__unknown_or_error(void **state)
{
	char *path = scratch_text("unreadable.x", "abc", 0111), *line;

	(void)state;
	expect(tool("match", "/nowhere/file", NULL), 1, "", "binfmtctl: /nowhere/file: does not exist\n");
	expect_json(tool("match", "-j", "/nowhere/file", NULL)->out,
		    ".files[0] | .result == \"error\" and .entry == null and .runs == false and .errno == \"ENOENT\"");
	assert_true(asprintf(&line, "%s: unknown: this user may execute it but not read it\n", path) > 0);
	if (shell("unshare -U true")->status != 0)
		skip_because("this machine's unshare(1) makes no user namespace");
	expect(shell("unshare -U ./binfmtctl match '%s'", path), 1, line, "");
	expect_json(shell("unshare -U ./binfmtctl match -j '%s'", path)->out,
		    ".files[0] | .result == \"unknown\" and .runs == null and .errno == null");
	free(line);
	free(path);
}

static void
match__extension__after_the_last_dot_of_the_path(void **state)
{
	static const struct {
		const char *name;
		bool taken;
	} rows[] = {
	    {"name.jar", true},   {"name.tar.jar", true},
	    {".jar", true},       {"name.jar.gz", false},
	    {"name.JAR", false},  {"namejar", false},
	    {"name.jar.", false}, {"folder.jar/name", false},
	    {"jar", false},       {"folder.jar/name.jar", true},
	};
	char *folder = scratch_folder("folder.jar");

	(void)state;
	register_line(":java:E::jar::%s:", tiny_interpreter());
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *path = scratch_text(rows[i].name, "text", 0755);

		expect(tool("match", path, NULL), rows[i].taken ? 0 : 1, rows[i].taken ? ": handler java " : ": none",
		       "");
		assert_int_equal(exec_status(path), rows[i].taken ? PROBE_STATUS : -ENOEXEC);
		free(path);
	}
	free(folder);
}

static void
match__leftover_temporary__shown_under_the_real_name(void **state)
{
	char *path = scratch_text("held", "abc", 0755);
	const struct run *r;

	(void)state;
	register_line(":.binfmtctl~held:M::abc::%s:", tiny_interpreter());
	r = expect(tool("match", "-v", path, NULL), 0, ": handler held -> ", "");
	expect(r, 0, "  held: matches\n", "");
	assert_null(strstr(r->out, "binfmtctl~"));
	expect_json(tool("match", "-j", path, NULL)->out, ".files[0].entry == \"held\"");
	free(path);
}

/* What nothing takes: said what it is and what would help. */
static void
match__nothing_takes_it__what_it_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *said;
	} rows[] = {
	    {"\xca\xfe\xba\xbe\0\0\0\x3d", 8, ": none: a Java class file: java runs it by the name of its class\n"},
	    {"MZ\x90", 3, ": none: a DOS program"},
	    {"PK\x03\x04", 4, ": none: a zip archive"},
	    {"hello\n", 6, ": none: a text without #!: "},
	    {"\x80\x01\x02", 3, ": none: neither an ELF program nor a script with #!"},
	    {"#!\n", 3, ": none: a script whose #! line names no program, or one that may be cut off\n"},
	};
	char *path = scratch_file("unknown");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		spill(path, rows[i].bytes, rows[i].len, 0755);
		expect(tool("match", path, NULL), 1, rows[i].said, "");
	}
	free(path);
}

static void
match__foreign_elf__machine_and_command_named(void **state)
{
	char *path = probe_program("s390x", "foreign");
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch_find("riscv64"), 1, elf);

	(void)state;
	expect(tool("match", path, NULL), 1,
	       ": none: a program for s390x, and no handler takes it; try: binfmtctl register s390x\n", "");
	expect_json(tool("match", "-j", path, NULL)->out, ".files[0].arch == \"s390x\"");
	elf[18] = 0x34;
	elf[19] = 0x12;
	spill(path, elf, size, 0755);
	expect(
	    tool("match", path, NULL), 1,
	    ": none: a program for ELF machine 4660 (0x1234, 64 bits, low byte first), which binfmtctl does not know\n",
	    "");
	elf[16] = 1;
	spill(path, elf, size, 0755);
	expect(tool("match", path, NULL), 1, ": none: an object file (.o), not linked yet: ", "");
	free(path);
}

/* Also where long and pointers have 32 bits. */
static void
match__file_larger_than_two_gigabytes__as_a_small_one(void **state)
{
	char *path = probe_program("s390x", "large");

	(void)state;
	assert_int_equal(sizeof(off_t), 8);
	assert_int_equal(sizeof(time_t), 8);
	if (truncate(path, (off_t)3 << 30) < 0)
		skip_because("this machine's file system has no files of 3 GB");
	expect(tool("match", path, NULL), 1, ": none: a program for s390x, and no handler takes it", "");
	register_line(":large:M::\\x7fELF\\x02\\x02::%s:", tiny_interpreter());
	expect(tool("match", path, NULL), 0, ": handler large -> ", "");
	free(path);
}

/* An interrupted download is a frequent cause of "exec format error". */
static void
match__native_program_cut_off__none_and_why(void **state)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(host_arch(), 1, elf);
	char *path = scratch_file("cut");

	(void)state;
	spill(path, elf, size, 0755);
	expect(tool("match", path, NULL), 0, ": native (", "");
	spill(path, elf, 70, 0755);
	assert_int_equal(exec_status(path), -ENOEXEC);
	expect(tool("match", path, NULL), 1, ": none: a program, but cut off at 70 bytes of at least ", "");
	free(path);
}

static void
match__script__its_interpreter_told(void **state)
{
	char *path = scratch_text("runs", "#!/bin/sh\n", 0755), *lost = scratch_text("lost", "#!/nowhere/sh\n", 0755);
	char *relative = scratch_text("relative", "#!bash\n", 0755);

	(void)state;
	expect(tool("match", path, NULL), 0, ": script: run by /bin/sh\n", "");
	expect(tool("match", lost, NULL), 1,
	       ": script: #! program /nowhere/sh: does not exist, so exec fails with ENOENT\n", "");
	expect(tool("match", relative, NULL), 1,
	       ": script: #! program bash: does not exist, so exec fails with ENOENT\n", "");
	assert_int_equal(exec_status(relative), -ENOENT);
	free(relative);
	free(lost);
	free(path);
}

static void
match__interpreter_gone__handler_that_does_not_run(void **state)
{
	char *path = scratch_text("abandoned", "abc", 0755);

	(void)state;
	register_raw(":gone:M::abc::/nowhere/interpreter:");
	expect(
	    tool("match", path, NULL), 1,
	    ": handler gone -> /nowhere/interpreter: interpreter /nowhere/interpreter: does not exist, so exec fails "
	    "with ENOENT\n",
	    "");
	assert_int_equal(exec_status(path), -ENOENT);
	free(path);
}

/* By its magic the file's own first bytes tell; by its name nothing can. */
static void
match__interpreter_gone_but_held_by_flag_f__by_magic_runs_by_name_unknown(void **state)
{
	char *path = scratch_text("held.ext", "abc", 0755), *interpreter = tiny_copy("held-interpreter");

	(void)state;
	need_ptrace();
	register_line(":holds:M::abc::%s:F", interpreter);
	register_line(":named:E::ext::%s:F", interpreter);
	assert_int_equal(unlink(interpreter), 0);
	expect_json(tool("match", "-j", path, NULL)->out,
		    ".files[0] | .result == \"handler\" and .entry == \"named\" and .runs == null and .errno == null");
	assert_int_equal(mount_write("named", "-1", 2), 0);
	expect_json(tool("match", "-j", path, NULL)->out,
		    ".files[0] | .result == \"handler\" and .entry == \"holds\" and .runs == true and .errno == null");
	assert_int_equal(exec_status(path), PROBE_STATUS);
	free(interpreter);
	free(path);
}

/* A container that is gone registered it: for an architecture's programs a probe shows that it runs. */
static void
match__interpreter_of_an_architecture_gone_but_held__runs(void **state)
{
	char *path = probe_program("aarch64", "program"), *interpreter = tiny_copy("held-interpreter");

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64", "-i", interpreter, NULL), 0, "registered", NULL);
	assert_int_equal(unlink(interpreter), 0);
	assert_int_equal(exec_status(path), PROBE_STATUS);
	expect(tool("match", path, NULL), 0, ": handler qemu-aarch64 -> ", "");
	expect_json(tool("match", "-j", path, NULL)->out, ".files[0].runs == true");
	free(interpreter);
	free(path);
}

static void
match__mount_not_visible__exit_3_and_never_none(void **state)
{
	const struct run *r;

	(void)state;
	need_ptrace();
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl match /bin/sh'");
	if (r->status != 3)
		skip_because("this machine does not let a test hide the mount");
	expect(r, 3, "/bin/sh: native (", "the host's handlers may still apply");
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl match -j /bin/sh'");
	expect_json(
	    expect(r, 3, NULL, "may still apply")->out,
	    ".files | length == 1 and (.[0] | .result == \"native\" and .runs == true and (.hops | length > 0))");
	assert_null(strstr(r->out, "none"));
}

static void
match__several_files__each_answered_and_worst_counts(void **state)
{
	char *path = scratch_text("mixed", "abc", 0755), *native = probe_program(host_arch()->name, "native");
	const struct run *r;

	(void)state;
	expect(tool("match", native, "/bin/sh", NULL), 0, ": native", "");
	r = expect(tool("match", native, path, "/nowhere/file", "/bin/sh", NULL), 1, "mixed: none",
		   "/nowhere/file: does not exist");
	expect(r, 1, "/bin/sh: native", NULL);
	expect(tool("match", "-q", native, path, NULL), 1, "", "");
	expect(tool("match", NULL), 2, "", "match: missing operand: FILE...");
	expect(tool("match", "-j", NULL), 2, "\"files\":[]", "match: missing operand: FILE...");
	free(native);
	free(path);
}

static void
match__json__fixed_keys(void **state)
{
	char *path = scratch_text("keys", "abc", 0755);
	const struct run *r;

	(void)state;
	register_line(":all:M::abc::%s:POCF", tiny_interpreter());
	r = expect(tool("match", "-j", path, "/bin/sh", NULL), 0, NULL, "");
	if (!expect_json(
		r->out,
		"(.files | length == 2) and .files[0].result == \"handler\" and .files[0].flags == \"POCF\" and "
		".files[0].entry == \"all\" and .files[1].result == \"native\" and "
		".files[1].interpreter == null and ([.files[] | keys_unsorted] | map(contains([\"file\", "
		"\"result\", \"entry\", \"interpreter\", \"flags\", \"arch\", \"detail\", \"runs\", \"errno\", "
		"\"hops\"])) | all)"))
		skip_because("this machine has no jq");
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(match__two_entries__newest_wins_and_its_interpreter_is_named),
	    cmocka_unit_test(match__verbose__why_each_entry_did_not_match_up_to_the_one_that_does),
	    cmocka_unit_test(match__verbose_and_nothing_takes_it__all_entries_told),
	    cmocka_unit_test(match__verbose__bytes_of_the_three_that_come_nearest),
	    cmocka_unit_test(match__disabled_entry__named_with_the_remedy),
	    cmocka_unit_test(match__switched_off__said_with_the_remedy),
	    cmocka_unit_test(match__odd_native_while_qemu_style_rule_is_live__still_native),
	    cmocka_unit_test(match__refused_before_any_handler__why),
	    cmocka_unit_test(match__noexec_mount__why),
	    cmocka_unit_test(match__empty_file__why_unless_an_extension_takes_it),
	    cmocka_unit_test(match__unreadable_or_missing__unknown_or_error),
	    cmocka_unit_test(match__extension__after_the_last_dot_of_the_path),
	    cmocka_unit_test(match__leftover_temporary__shown_under_the_real_name),
	    cmocka_unit_test(match__nothing_takes_it__what_it_is),
	    cmocka_unit_test(match__foreign_elf__machine_and_command_named),
	    cmocka_unit_test(match__file_larger_than_two_gigabytes__as_a_small_one),
	    cmocka_unit_test(match__native_program_cut_off__none_and_why),
	    cmocka_unit_test(match__script__its_interpreter_told),
	    cmocka_unit_test(match__interpreter_gone__handler_that_does_not_run),
	    cmocka_unit_test(match__interpreter_gone_but_held_by_flag_f__by_magic_runs_by_name_unknown),
	    cmocka_unit_test(match__interpreter_of_an_architecture_gone_but_held__runs),
	    cmocka_unit_test(match__mount_not_visible__exit_3_and_never_none),
	    cmocka_unit_test(match__several_files__each_answered_and_worst_counts),
	    cmocka_unit_test(match__json__fixed_keys),
	};

	return ns_run(tests);
}
