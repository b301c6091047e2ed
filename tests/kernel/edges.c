/* SPDX-License-Identifier: MIT */
/* What lies between the modules: states and inputs that each alone would not be tried with. */
#include "conf.h"
#include "forbid.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
name__of_a_temporary__refused(void **state)
{
	(void)state;
	expect(tool("register", "--name", ".binfmtctl~foo", "--magic", "deadbeef", "-i", "/bin/true", NULL), 1, "",
	       "binfmtctl's own");
	expect(tool("register", "--name", ".binfmtctl#foo", "--magic", "deadbeef", "-i", "/bin/true", NULL), 1, "",
	       "binfmtctl's own");
	expect(tool("list", NULL), 0, "", "");
}

/* A killed replacement whose interpreter is gone since: the name must not be locked by it. */
static void
temporary__alone_and_its_interpreter_gone__every_command_works(void **state)
{
	char *path = scratch_file("gone");

	(void)state;
	for (int i = 0; i < 3; i++) {
		copy_file(tiny_interpreter(), path, 0755);
		register_line(":.binfmtctl~foo:E::foo::%s:F", path);
		assert_int_equal(unlink(path), 0);
		if (i == 0)
			expect(tool("disable", "foo", NULL), 0, "foo: disabled", NULL);
		else if (i == 1)
			expect(tool("register", "--name", "foo", "--extension", "foo", "-i", tiny_interpreter(), NULL),
			       0, "foo: replaced", NULL);
		expect(tool("remove", "foo", NULL), 0, "foo: removed", "");
		expect(tool("list", NULL), 0, "", "");
	}
	free(path);
}

static void
temporary__alone__dry_run_and_real_run_write_the_same(void **state)
{
	char *dry;

	(void)state;
	register_raw(":.binfmtctl~foo:E::foo::/bin/true:O");
	dry = strdup(tool("-n", "register", "--name", "foo", "--extension", "foo", "-i", "/bin/false", NULL)->out);
	assert_non_null(strstr(dry, MOUNT "/register: :foo:E::foo::/bin/false:O\n"));
	assert_non_null(strstr(dry, MOUNT "/.binfmtctl~foo: -1\n"));
	assert_null(strstr(dry, MOUNT "/foo: -1\n"));
	expect(tool("-n", "remove", "foo", NULL), 0, "foo: would be removed\n  write " MOUNT "/.binfmtctl~foo: -1\n",
	       "");
	expect(tool("-n", "register", "--name", "bar", "--extension", "bar", "-i", "/bin/true", NULL), 0,
	       MOUNT "/register: :foo:E::foo::/bin/true:O\n",
	       "foo: warning: what an interrupted change left would be cleaned up too");
	expect(tool("register", "--name", "foo", "--extension", "foo", "-i", "/bin/false", NULL), 0, "foo: replaced",
	       NULL);
	assert_non_null(strstr(entry_text("foo"), "/bin/false\nflags: O\n"));
	assert_string_equal(entry_text(".binfmtctl~foo"), "");
	free(dry);
}

/* A path with a newline forges lines: the text is not understood, but the entry must not be stuck. */
static void
entry__text_not_understood__can_be_disabled_and_removed(void **state)
{
	(void)state;
	register_raw("|evil|E||foo||/bin/true\nflags: C|");
	expect(tool("list", NULL), 1, NULL, "evil: the entry cannot be understood");
	expect(tool("disable", "--entry", "evil", NULL), 0, "evil: disabled", NULL);
	assert_int_equal(strncmp(entry_text("evil"), "disabled\n", 9), 0);
	expect(tool("register", "--name", "evil", "--extension", "foo", "-i", "/bin/true", "--force", NULL), 1, "",
	       "; binfmtctl remove takes it out of the way");
	expect(tool("-n", "enable", "evil", "--force", NULL), 0, "evil: would be enabled", "echo -1 > " MOUNT "/evil ");
	expect(tool("remove", "--entry", "evil", NULL), 0, "evil: removed", NULL);
	assert_string_equal(entry_text("evil"), "");
}

/* A's interpreter is taken by B, whose interpreter is taken by A. */
static void
loop__by_way_of_another_entry__refused_and_seen(void **state)
{
	char *a = scratch_file("a.aaa"), *b = scratch_file("b.bbb");

	(void)state;
	spill(a, "text", 4, 0755);
	spill(b, "text", 4, 0755);
	register_line(":one:E::aaa::%s:", b);
	expect(tool("register", "--name", "two", "--extension", "bbb", "-i", a, NULL), 1, "",
	       "the rule matches what runs its interpreter: every match would end in ELOOP");
	register_line(":two:E::bbb::%s:", a);
	expect(tool("status", "two", NULL), 1, "loop", "");
	expect(tool("match", a, NULL), 1, "ELOOP", "");
	expect(tool("disable", "two", NULL), 0, NULL, "");
	expect(tool("enable", "two", NULL), 1, "", "the rule matches what runs its interpreter");
	assert_int_equal(exec_status(a), -ENOEXEC);
	expect(expect(tool("enable", "two", "--force", NULL), 0, "two: enabled",
		      "two: warning: forced: the rule matches what runs its interpreter"),
	       0, NULL, "two: warning: to undo it from a shell that is open: echo -1 > " MOUNT "/two ");
	free(a);
	free(b);
}

static void
quiet__failures_are_told_all_the_same(void **state)
{
	(void)state;
	expect(tool("test", "-q", "mips", NULL), 1, "", "no handler takes it");
	register_raw(":gone:E::gone::/nowhere/at/all:");
	expect(tool("status", "-q", NULL), 1, "", "gone: missing: ");
	expect(tool("list", "-q", NULL), 0, "gone\n", "");
}

static void
name__with_shell_characters__quoted_in_commands_to_paste(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	register_raw(":x;echo PWNED 'it':E::foo::/bin/true:");
	expect(tool("disable", "--entry", "x;echo PWNED 'it'", NULL), 0, NULL, "");
	expect(tool("doctor", NULL), 0, "--entry 'x;echo PWNED '\\''it'\\'''\n", "");
	expect(tool("register", "--name", "my name", "--extension", "foo", "-i", "/nowhere", "--force", NULL), 0, NULL,
	       "echo -1 > '" MOUNT "/my name'");
}

static void
persist__name_that_is_not_read_at_boot_or_foreign_folder__refused(void **state)
{
	char *dir = conf_dir("conf.d");

	(void)state;
	expect(tool_persist(dir, "register", "--name", ".foo", "--extension", "foo", "-i", "/bin/true", NULL), 1, "",
	       "no file can be named .foo.conf");
	assert_string_equal(entry_text(".foo"), "");
	free(dir);
}

/* What is left of an entry that is gone must not be passed over in silence. */
static void
remove__file_that_cannot_go__failed_even_where_missing_is_fine(void **state)
{
	char *dir = conf_dir("stuck.d");

	(void)state;
	expect(tool_persist(dir, "register", "--name", "baz", "--extension", "baz", "-i", "/bin/true", NULL), 0,
	       "registered", NULL);
	expect(tool("disable", "baz", NULL), 0, "disabled", "");
	expect(tool_persist(dir, "register", "--name", "baz", "--extension", "baz", "-i", "/bin/true", NULL), 0,
	       "unchanged", "enabled one at the next boot");
	expect(tool("remove", "baz", NULL), 0, "removed", "");
	assert_int_equal(mount(dir, dir, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	expect(tool_persist(dir, "remove", "--entry", "baz", "--missing-ok", NULL), 1, "", "cannot remove");
	assert_int_equal(umount(dir), 0);
	expect(tool_persist(dir, "remove", "--entry", "baz", "--missing-ok", NULL), 0, "removed", "");
	free(dir);
}

static void
operands__twice_or_all__as_meant(void **state)
{
	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, NULL, NULL);
	register_raw(":other:E::foo::/nowhere:");
	expect(tool("status", "all", NULL), 0, "qemu-aarch64", "");
	assert_null(strstr(tool("status", "all", NULL)->out, "other"));
	expect(tool("remove", "aarch64", "arm64", NULL), 0, "qemu-aarch64: skipped (it is gone already)", "");
	expect(tool("test", "--timeout", "0", NULL), 2, "", "at least one second");
	expect(tool("list", "--bogus", "-qj", NULL), 2, "\"error\"", "unknown option --bogus");
	expect(tool("--", "list", NULL), 0, NULL, "");
}

static bool
no_ptrace(void)
{
	return forbid(SYS_ptrace, EPERM);
}

/* Where nothing could stop the interpreter at the exec trap, asking for its health must not run it. */
static void
status__where_tracing_is_forbidden__interpreter_not_run(void **state)
{
	char *script = scratch_file("tell"), *ran = scratch_file("ran"), text[4096];
	const struct run *r;

	(void)state;
	snprintf(text, sizeof(text), "#!/bin/sh\n: >'%s'\n", ran);
	spill(script, text, strlen(text), 0755);
	expect(tool("register", "aarch64", "-i", script, NULL), 0, NULL, NULL);
	run_prepare = no_ptrace;
	r = tool("status", NULL);
	run_prepare = NULL;
	assert_int_equal(access(ran, F_OK), -1);
	free(script);
	free(ran);
	if (r->status == 229)
		skip_because("this kernel has no seccomp filters");
	expect(r, 0, "qemu-aarch64", "");
}

static void
match__loader_missing_or_not_ours_to_run__not_called_native(void **state)
{
	char *file = scratch_file("dynamic");
	const struct run *r;

	(void)state;
	r = shell("echo 'int main(void) { return 0; }' | cc -x c -o '%s' -Wl,--dynamic-linker=/nowhere/ld.so -", file);
	if (r->status)
		skip_because("this machine has no compiler");
	expect(tool("match", file, NULL), 1,
	       ": native (x86_64): loader /nowhere/ld.so: does not exist, so exec fails with ENOENT", "");
	free(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(name__of_a_temporary__refused),
	    cmocka_unit_test(temporary__alone_and_its_interpreter_gone__every_command_works),
	    cmocka_unit_test(temporary__alone__dry_run_and_real_run_write_the_same),
	    cmocka_unit_test(entry__text_not_understood__can_be_disabled_and_removed),
	    cmocka_unit_test(loop__by_way_of_another_entry__refused_and_seen),
	    cmocka_unit_test(quiet__failures_are_told_all_the_same),
	    cmocka_unit_test(name__with_shell_characters__quoted_in_commands_to_paste),
	    cmocka_unit_test(persist__name_that_is_not_read_at_boot_or_foreign_folder__refused),
	    cmocka_unit_test(remove__file_that_cannot_go__failed_even_where_missing_is_fine),
	    cmocka_unit_test(operands__twice_or_all__as_meant),
	    cmocka_unit_test(status__where_tracing_is_forbidden__interpreter_not_run),
	    cmocka_unit_test(match__loader_missing_or_not_ours_to_run__not_called_native),
	};

	return ns_run(tests);
}
