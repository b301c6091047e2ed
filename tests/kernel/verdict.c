/* SPDX-License-Identifier: MIT */
/*
 * Verdicts that were once wrong (each seen in use): what match, doctor, status, test, register and enable say of
 * a file, beside what the kernel does with it.
 */
#include "conf.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "elfmaker.h"
#include "host.h"
#include "probe.h"

/* No table is visible in there, though the handlers are in force. */
#define HIDDEN "unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && exec \"$@\"' sh "

enum { KILLED = -1 }; /* in the place of an errno: exec goes on, and the process dies at once */

static const char *
errno_name(int error)
{
	return error == ENOENT    ? "ENOENT"
	       : error == EACCES  ? "EACCES"
	       : error == ENOEXEC ? "ENOEXEC"
	       : error == ELIBBAD ? "ELIBBAD"
	       : error == EIO     ? "EIO"
				  : NULL;
}

/* What the kernel says: 0 if the file runs, KILLED, or exec's errno. */
static int
kernel_says(const char *path)
{
	int status = exec_status(path);

	return status < 0 ? -status : status > 128 ? KILLED : 0;
}

/* The JSON of match for a file: result, whether it runs, exec's errno. */
static void
expect_verdict(const char *json, const char *result, int error)
{
	const char *name = errno_name(error);
	char filter[256];

	snprintf(filter, sizeof(filter), ".files[0] | .result == \"%s\" and .runs == %s and .errno == %s%s%s", result,
		 error ? "false" : "true", name ? "\"" : "", name ? name : "null", name ? "\"" : "");
	expect_json(json, filter);
}

/* The kernel ends so with a file, and match and doctor say so, in text and in JSON. */
static void
expect_judged(const char *path, const char *result, int error)
{
	const char *name = errno_name(error);
	const struct run *r;
	char filter[128];

	if (kernel_says(path) != error)
		fail_msg("%s: the kernel ends in %d, not %d", path, kernel_says(path), error);
	r = expect(tool("match", path, NULL), error != 0, result, "");
	if (name && strcmp(result, "none") != 0 && !strstr(r->out, "carriage return"))
		expect(r, 1, name, "");
	expect_verdict(tool("match", "-j", path, NULL)->out, result, error);
	snprintf(filter, sizeof(filter), "[.checks[] | select(.check == \"match\") | .result] == [\"%s\"]",
		 error ? "fail" : "pass");
	expect_json(tool("doctor", "-j", path, NULL)->out, filter);
}

static char *
put_elf(const char *name, const char *loader, size_t cut)
{
	const struct elfmaker maker = {
	    .arch = host_arch(), .shared = true, .stack = true, .data = !loader, .loader = loader};
	unsigned char elf[ELFMAKER_MAX];
	char *path = scratch_file(name);
	size_t size = elfmaker_build(&maker, elf);

	spill(path, elf, cut && cut < size ? cut : size, 0755);
	return path;
}

/* The host's own probe with one byte of its header changed, and cut off. */
static char *
put_probe(const char *name, size_t byte, unsigned char value, size_t size)
{
	unsigned char elf[PROBE_MAX];
	size_t whole = probe_build(host_arch(), 1, elf);
	char *path = scratch_file(name);

	if (byte)
		elf[byte] = value;
	spill(path, elf, size && size < whole ? size : whole, 0755);
	return path;
}

static const char *
foreign_arch(void)
{
	return host_arch() == arch_find("aarch64") ? "riscv64" : "aarch64";
}

/* Files that exec of fails, whichever way they are come by. */
enum { BROKEN_MAX = 24 };
static struct broken {
	char *path;
	const char *what;
	int error;
} broken[BROKEN_MAX];
static size_t broken_count;

static void
add_broken(const char *what, char *path, int error)
{
	assert_true(broken_count < BROKEN_MAX);
	broken[broken_count++] = (struct broken){path, what, error};
}

static void
add_broken_script(const char *what, const char *program, const char *end, int error)
{
	char text[4200], name[64];

	snprintf(text, sizeof(text), "#!%s%s\n", program, end);
	snprintf(name, sizeof(name), "script%zu", broken_count);
	add_broken(what, scratch_text(name, text, 0755), error);
}

static void
add_broken_files(void)
{
	add_broken("a native program whose loader is missing", put_elf("no-loader", "/nowhere/ld.so", 0), ENOENT);
	add_broken("an object file", put_probe("object", 16, 1, 0), ENOEXEC);
	add_broken("a core file", put_probe("core", 16, 4, 0), ENOEXEC);
	add_broken("a native program cut off", put_probe("cut", 0, 0, 70), ENOEXEC);
	add_broken("an empty file", scratch_text("empty", "", 0755), ENOEXEC);
	add_broken("a text without #!", scratch_text("plain", "echo hello\n", 0755), ENOEXEC);
	add_broken("a Windows program", scratch_text("windows", "MZ\x90", 0755), ENOEXEC);
	add_broken("a foreign program without handler", probe_program(foreign_arch(), "foreign"), ENOEXEC);
}

static void
make_broken(void)
{
	char *closed;

	if (broken_count)
		return;
	closed = scratch_text("closed", "#!/bin/sh\n", 0644);
	add_broken_files();
	add_broken_script("a script whose program is missing", "/nowhere/sh", "", ENOENT);
	add_broken_script("a script whose program is a folder", "/usr", "", EACCES);
	add_broken_script("a script whose program is not executable", closed, "", EACCES);
	add_broken_script("a script with CRLF", "/bin/sh", "\r", ENOENT);
	add_broken_script("a script with CRLF and env", "/usr/bin/env", "\r", ENOENT);
	for (size_t i = 0, count = broken_count; i < count; i++)
		if (strchr(broken[i].path, '/') && i < 8)
			add_broken_script(broken[i].what, broken[i].path, "", broken[i].error);
	free(closed);
}

/* A1, A3: each by itself, and as what runs a script. */
static void
verdict__file_that_exec_refuses__never_called_runnable(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	make_broken();
	for (size_t i = 0; i < broken_count; i++) {
		const char *result = strstr(broken[i].path, "/script")     ? "script"
				     : strstr(broken[i].path, "no-loader") ? "native"
									   : "none";

		expect_judged(broken[i].path, result, broken[i].error);
	}
}

/* A1: each as the interpreter of an entry, seen by status and refused by register. */
static void
verdict__interpreter_that_exec_refuses__handler_that_does_not_run(void **state)
{
	char *path = scratch_text("handled.ext", "\xab\xcd", 0755);

	(void)state;
	conf_needs_boot_dirs();
	make_broken();
	for (size_t i = 0; i < broken_count; i++) {
		print_message("%s\n", broken[i].what);
		expect(tool("register", "--name", "bad", "--magic", "abcd", "-i", broken[i].path, NULL), 1, "",
		       "--force registers it anyway");
		register_line(":bad:M::\\xab\\xcd::%s:", broken[i].path);
		expect_judged(path, "handler", broken[i].error);
		expect(tool("status", NULL), 1, "bad: broken: ", "");
		expect_json(tool("status", "-j", NULL)->out, ".entries[0].health == \"broken\"");
		ns_empty();
	}
	free(path);
}

/* A2 */
static void
verdict__script_as_interpreter_with_o_or_c__enoexec_everywhere(void **state)
{
	static const char *const flags[] = {"O", "OC", "POC", "OF", "POCF"};
	char *path = scratch_text("handled.ext", "\xab\xcd", 0755);

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(flags); i++) {
		ns_empty();
		register_line(":bad:M::\\xab\\xcd::%s:%s", script_interpreter(), flags[i]);
		expect_judged(path, "handler", ENOEXEC);
		expect(tool("status", NULL), 1, "bad: broken: ", "");
		assert_int_equal(mount_write("bad", "0", 1), 0);
		expect(tool("enable", "bad", NULL), 1, "", "flags O and C of the entry");
		assert_false(is_enabled("bad"));
	}
	free(path);
}

/* A4 */
static void
verdict__native_program_and_its_loader__as_the_kernel(void **state)
{
	char *loaders[] = {
	    probe_program(foreign_arch(), "foreign"),
	    put_probe("object", 16, 1, 0),
	    scratch_text("empty", "", 0755),
	    scratch_text("sh", "#!/bin/sh\nexit\n", 0755),
	    scratch_text("long", "a text that is longer than a header of an ELF file: it has 64 bytes", 0755),
	    put_elf("fine", NULL, 0)};
	static const int errors[] = {ELIBBAD, KILLED, EIO, EIO, ELIBBAD, 0};

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(loaders); i++) {
		char *program = put_elf("program", loaders[i], 0);

		expect_judged(program, "native", errors[i]);
		free(program);
		free(loaders[i]);
	}
}

static void
verdict__native_program_without_its_segments__killed(void **state)
{
	char *path = put_elf("cut", NULL, 400);

	(void)state;
	conf_needs_boot_dirs();
	expect_judged(path, "native", KILLED);
	free(path);
}

/* A foreign program that wants a loader, and its handler. */
static char *
dynamic_program(void)
{
	char *path = scratch_file("dynamic"), *source = scratch_text("d.c", "int main(void) { return 7; }\n", 0644);

	installed_qemu("aarch64");
	if (shell("aarch64-linux-gnu-gcc -o '%s' '%s'", path, source)->status != 0)
		skip_because("this machine has no compiler for aarch64");
	free(source);
	expect(tool("register", "aarch64", NULL), 0, "registered", qemu_warning("aarch64"));
	return path;
}

/* A5: exec works, and then QEMU finds no loader. */
static void
verdict__foreign_program_without_its_loader__runs_by_match_and_doctor_warns(void **state)
{
	char *path = dynamic_program();

	(void)state;
	conf_needs_boot_dirs();
	if (access("/lib/ld-linux-aarch64.so.1", F_OK) == 0)
		skip_because("this machine has the loader");
	expect(execute(path), 255, "", "Could not open '/lib/ld-linux-aarch64.so.1'");
	expect(tool("match", path, NULL), 0, ": handler qemu-aarch64 -> ", "");
	expect(tool("doctor", path, NULL), 0, "its loader /lib/ld-linux-aarch64.so.1 is missing", "");
	expect_json(tool("doctor", "-j", path, NULL)->out,
		    "[.checks[] | select(.check == \"program\" and .result == \"warn\" and (.detail | "
		    "contains(\"QEMU_LD_PREFIX\")))] | length == 1");
	free(path);
}

/* A6 */
static void
verdict__foreign_program_cut_off__said(void **state)
{
	static const size_t sizes[] = {20, 64, 100};
	unsigned char elf[PROBE_MAX];
	char *path = scratch_file("cut");

	(void)state;
	conf_needs_boot_dirs();
	probe_build(arch_find("aarch64"), 1, elf);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		spill(path, elf, sizes[i], 0755);
		assert_int_equal(kernel_says(path), 0);
		expect(tool("doctor", path, NULL), 0, "cut off at ", "");
	}
	spill(path, elf, 7, 0755);
	expect_judged(path, "none", ENOEXEC);
	expect(tool("match", path, NULL), 1, "an ELF file cut off at 7 bytes, in its header", "");
	free(path);
}

/* A7: the host's machine with the other class. */
static void
verdict__x32__named(void **state)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch_find("i386"), 1, elf);
	char *path = scratch_file("x32");

	(void)state;
	conf_needs_boot_dirs();
	elf[18] = 62; /* EM_X86_64 in a header of 32 bits */
	spill(path, elf, size, 0755);
	if (host_arch() != arch_find("x86_64") || kernel_says(path) != ENOEXEC)
		skip_because("this kernel is not one for x86_64 without x32");
	expect_judged(path, "none", ENOEXEC);
	expect(tool("match", path, NULL), 1, "x32", "");
	assert_null(strstr(tool("match", path, NULL)->out, "damaged"));
	free(path);
}

/* A8 */
static void
verdict__set_user_id__flag_c_said_to_have_an_effect_only_where_it_has(void **state)
{
	char *path = probe_program("aarch64", "setuid");

	(void)state;
	need_set_user_id();
	conf_needs_boot_dirs();
	assert_int_equal(chmod(path, 04755), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-fF", NULL), 0, "registered", "");
	expect(tool("doctor", path, NULL), 0, "it is set-user-id, but the entry has no flag C", "");
	ns_empty();
	register_line(":c:M:18:\\xb7\\x00::%s:OCF", tiny_interpreter());
	assert_null(strstr(tool("doctor", path, NULL)->out, "set-user-id, but"));
	if (shell("setpriv --no-new-privs true")->status == 0)
		expect(shell("setpriv --no-new-privs ./binfmtctl doctor '%s'", path), 0,
		       "no_new_privs is set here: flag C has no effect", "");
	assert_null(strstr(shell("setpriv --no-new-privs ./binfmtctl doctor -v '%s'", path)->out,
			   "gives set-user-id programs their rights"));
	free(path);
}

/* A9: without flag O the interpreter would have to open what this user may not read. */
static void
verdict__executable_but_not_readable__unknown_and_no_pass(void **state)
{
	char *path = probe_program("aarch64", "unreadable");

	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(chmod(path, 0111), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	if (shell("unshare -U true")->status != 0)
		skip_because("this machine's unshare(1) makes no user namespace");
	expect_json(expect(shell("unshare -U ./binfmtctl match -j '%s'", path), 1, NULL, "")->out,
		    ".files[0] | .result == \"unknown\" and .runs == null and (.detail | contains(\"not read it\"))");
	expect_json(shell("unshare -U ./binfmtctl doctor -j '%s'", path)->out,
		    "[.checks[] | select(.check == \"match\") | .result] == [\"unknown\"]");
	free(path);
}

/* A13: a script that is no QEMU gets argv[0] too. */
static void
verdict__flag_p_for_an_interpreter_that_does_not_know_it__said(void **state)
{
	char *path = scratch_text("wrapper", "#!/bin/sh\n[ $# -eq 2 ] && exit 42\nexit 43\n", 0755);

	(void)state;
	expect(tool("register", "aarch64", "-i", path, "-fPF", NULL), 0, "registered", NULL);
	expect(tool("test", "aarch64", NULL), 0, "one argument too many", "");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-fPF", NULL), 0, "replaced", NULL);
	expect(tool("test", "aarch64", NULL), 0, "one argument too many", "");
	expect(tool("register", "aarch64", "-i", path, "-fF", NULL), 0, "replaced", NULL);
	assert_null(strstr(tool("test", "aarch64", NULL)->out, "argument"));
	free(path);
}

/* A15: a relative path is looked up from the caller's folder. */
static void
verdict__relative_interpreter__runs_from_its_folder_only(void **state)
{
	char *path = scratch_text("main.go", "package main\n", 0755);

	(void)state;
	free(tiny_copy("gorun"));
	tool_folder();
	register_raw(":golang:E::go::gorun:OC");
	expect_judged(path, "handler", ENOENT);
	expect(shell("cd '%s' && ./main.go; echo $?; exec bin/binfmtctl match ./main.go", scratch()), 0,
	       "42\n./main.go: handler golang -> gorun", "");
	free(path);
}

/* A16 */
static void
verdict__interpreter_that_fails__its_own_words_told(void **state)
{
	char *path = scratch_text("fails", "#!/bin/sh\necho 'fails: no such cpu' >&2\necho more >&2\nexit 1\n", 0755);
	char *program = probe_program("aarch64", "program");

	(void)state;
	conf_needs_boot_dirs();
	expect(tool("register", "aarch64", "-i", path, NULL), 0, "registered", NULL);
	expect(tool("test", "aarch64", NULL), 1,
	       "aarch64: the program exited with 1 instead of 42; it says: fails: no such cpu", "");
	assert_null(strstr(tool("test", "aarch64", NULL)->out, "more"));
	expect(tool("doctor", program, NULL), 1, "it says: fails: no such cpu", "");
	free(program);
	free(path);
}

/* B2: what needs no table is said where none is visible. */
static void
verdict__no_table_visible__said_what_the_file_alone_shows(void **state)
{
	static const struct {
		const char *name, *text, *said;
		mode_t mode;
	} rows[] = {
	    {"empty", "", "an empty file", 0755},
	    {"crlf", "#!/bin/sh\r\n", "carriage return", 0755},
	    {"closed", "#!/bin/sh\n", "not executable", 0644},
	    {"lost", "#!/nowhere/sh\n", "/nowhere/sh: does not exist", 0755},
	    {"words", "hello there\n", "a text without #!", 0755},
	};
	char *program = probe_program("aarch64", "program"), *other = probe_program("s390x", "other");
	const struct run *r;

	(void)state;
	need_ptrace();
	if (shell(HIDDEN "true")->status != 0)
		skip_because("this machine does not let a test hide the mount");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *path = scratch_text(rows[i].name, rows[i].text, rows[i].mode);

		r = shell(HIDDEN "./binfmtctl doctor '%s'", path);
		expect(r, r->status, rows[i].said, "");
		expect(shell(HIDDEN "./binfmtctl match '%s'", path), 3, rows[i].said, "may still apply");
		expect_json(shell(HIDDEN "./binfmtctl match -j '%s'", path)->out, ".files[0].runs != true");
		free(path);
	}
	expect(shell(HIDDEN "./binfmtctl doctor /nowhere/file"), 1, "/nowhere/file: error: does not exist", "");
	expect(shell(HIDDEN "./binfmtctl doctor -v '%s'", program), 0,
	       "a handler for aarch64 programs is in force here", "");
	expect_json(shell(HIDDEN "./binfmtctl match -j '%s'", program)->out, ".files[0].runs == true");
	assert_int_equal(kernel_says(program), 0);
	expect(shell(HIDDEN "./binfmtctl doctor '%s'", other), 1, "no handler for it is in force here", "");
	expect_json(shell(HIDDEN "./binfmtctl match -j '%s'", other)->out,
		    ".files[0] | .runs == false and .errno == \"ENOEXEC\"");
	assert_int_equal(kernel_says(other), ENOEXEC);
	free(other);
	free(program);
}

/* B8 */
static void
verdict__no_handler_at_all__said(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	expect(tool("doctor", NULL), 0, "warn  handlers: no handler is registered", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdict__file_that_exec_refuses__never_called_runnable),
	    cmocka_unit_test(verdict__interpreter_that_exec_refuses__handler_that_does_not_run),
	    cmocka_unit_test(verdict__script_as_interpreter_with_o_or_c__enoexec_everywhere),
	    cmocka_unit_test(verdict__native_program_and_its_loader__as_the_kernel),
	    cmocka_unit_test(verdict__native_program_without_its_segments__killed),
	    cmocka_unit_test(verdict__foreign_program_without_its_loader__runs_by_match_and_doctor_warns),
	    cmocka_unit_test(verdict__foreign_program_cut_off__said),
	    cmocka_unit_test(verdict__x32__named),
	    cmocka_unit_test(verdict__set_user_id__flag_c_said_to_have_an_effect_only_where_it_has),
	    cmocka_unit_test(verdict__executable_but_not_readable__unknown_and_no_pass),
	    cmocka_unit_test(verdict__flag_p_for_an_interpreter_that_does_not_know_it__said),
	    cmocka_unit_test(verdict__relative_interpreter__runs_from_its_folder_only),
	    cmocka_unit_test(verdict__interpreter_that_fails__its_own_words_told),
	    cmocka_unit_test(verdict__no_table_visible__said_what_the_file_alone_shows),
	    cmocka_unit_test(verdict__no_handler_at_all__said),
	};

	return ns_run(tests);
}
