/* SPDX-License-Identifier: MIT */
/* doctor on the real kernel: each failure that can be planted in a private namespace, seen and named with a fix. */
#include "conf.h"

#include <unistd.h>

#include "plant.h"

/* Runs doctor and sees one check told with this grade and these pieces, in text and in JSON. */
static void
expect_told(int status, const char *check, const char *grade, const char *detail, const char *fix)
{
	char head[128], filter[1024];
	const struct run *r = tool("doctor", NULL);

	snprintf(head, sizeof(head), "%s  %s: ", grade, check);
	expect(expect(expect(r, status, head, ""), status, detail, ""), status, fix, "");
	snprintf(filter, sizeof(filter),
		 "[.checks[] | select(.check == \"%s\" and .result == \"%s\" and (.detail | contains(\"%s\")) and "
		 "(.fix // \"\" | contains(\"%s\")))] | length >= 1",
		 check, grade, detail, fix);
	expect_json(expect(tool("doctor", "-j", NULL), status, NULL, "")->out, filter);
}

static void
doctor__healthy__no_fail_and_exit_0(void **state)
{
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	plant_arch(tiny_interpreter(), "F");
	register_line(":plain:E::ext::%s:", tiny_interpreter());
	r = expect(tool("doctor", NULL), 0, " passed, ", "");
	assert_null(strstr(r->out, "fail  "));
	r = expect(tool("doctor", "-v", NULL), 0, "pass  entries: 2 entries, all healthy\n", "");
	expect(r, 0, "pass  kernel: ", "");
	expect(r, 0, "pass  mount: ", "");
	expect(r, 0, "pass  switch: ", "");
	expect(r, 0, "pass  config: ", "");
	expect(r, 0, ", 0 failed\n", "");
	if (!expect_json(
		tool("doctor", "-j", NULL)->out,
		"keys == [\"checks\"] and (.checks | length > 8) and ([.checks[] | (.result == \"pass\" or "
		".result == \"warn\") and has(\"detail\") and has(\"fix\") and (.result == \"warn\" or .fix == "
		"null)] | all)"))
		skip_because("there is no jq");
}

static void
doctor__no_entries__exit_0(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	expect(tool("doctor", "-v", NULL), 0, "pass  entries: 0 entries", "");
	expect(tool("doctor", "-q", NULL), 0, "", "");
}

static void
doctor__switched_off__fails(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect_told(1, "switch", "fail", "binfmt_misc is switched off", "binfmtctl enable --global");
	expect(tool("doctor", "-q", NULL), 1, "fail  switch: ", "");
}

static void
doctor__private_instance__said(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	expect(tool("doctor", "-v", NULL), 0, "pass  scope: a private instance of this user namespace", "");
	if (shell("unshare -U true")->status != 0)
		skip_because("unshare(1) makes no user namespace here");
	expect(shell("unshare -U ./binfmtctl doctor"), 0,
	       "warn  scope: these are the handlers of a parent user namespace", "");
}

static void
doctor__read_only_mount__warns(void **state)
{
	const struct run *r = shell("unshare -m sh -c 'mount -o remount,bind,ro " MOUNT " && ./binfmtctl doctor'");

	(void)state;
	if (r->status == 32)
		skip_because("the mount cannot be made read-only here");
	conf_needs_boot_dirs();
	r = shell("unshare -m sh -c 'mount -o remount,bind,ro " MOUNT " && ./binfmtctl doctor'");
	expect(expect(r, 0, "warn  read-only: binfmt_misc is mounted read-only", ""), 0, "fix: mount -o remount,rw",
	       "");
}

static void
doctor__not_mounted__warns_as_the_hosts_handlers_may_apply(void **state)
{
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	plant_arch(tiny_interpreter(), "F");
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl doctor /bin/sh'");
	if (r->status == 32)
		skip_because("the mount cannot be hidden here");
	expect(r, 0, "warn  mount: binfmt_misc is not visible here", "");
	expect(r, 0, "fix: mount -t binfmt_misc", "");
	expect(r, 0, "warn  match: /bin/sh: which handler takes it cannot be seen here", "");
}

static void
doctor__other_file_system__fails(void **state)
{
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	r = expect(tool("doctor", "-d", scratch(), NULL), 1, "holds another file system, not binfmt_misc\n", "");
	expect(r, 1, "fail  mount: ", "");
	expect(r, 1, "fix: name the mount with --binfmt-dir", "");
	expect_json(tool("doctor", "-j", "-d", "/dev/null", NULL)->out,
		    "[.checks[] | select(.check == \"mount\" and .result == \"fail\")] | length == 1");
}

/* What is planted, and how doctor tells it. */
static const struct {
	void (*plant)(void);
	const char *code, *grade, *detail, *fix;
} problems[] = {
    {plant_disabled, "disabled", "warn", "the kernel passes it over", "binfmtctl enable --entry planted"},
    {plant_missing, "missing", "fail", "/nowhere/interpreter", "binfmtctl remove --entry planted"},
    {plant_stale, "stale", "fail", "was replaced", "binfmtctl refresh --entry planted"},
    {plant_stale_by_time, "stale", "fail", "by time: ", "binfmtctl refresh --entry planted"},
    {plant_deleted, "deleted", "fail", "was deleted", "binfmtctl refresh --entry planted"},
    {plant_not_executable, "not-executable", "fail", "not executable", "chmod +x"},
    {plant_dynamic, "dynamic", "warn", "dynamically linked", "install a static interpreter"},
    {plant_insecure, "insecure", "fail", "writable by its group", "binfmtctl disable --entry planted"},
    {plant_shadowed, "shadowed", "warn", "entry front is tried first and takes its files", "register planted again"},
    {plant_native, "native", "fail", "the rule matches this", "binfmtctl remove --entry planted"},
    {plant_loop, "loop", "fail", "its own interpreter", "binfmtctl remove --entry planted"},
    {plant_leftover, "leftover", "fail", "an interrupted change left this", "register planted again"},
};

static void
doctor__planted_problem_of_an_entry__named_with_its_fix(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(problems); i++) {
		ns_setup(NULL);
		problems[i].plant();
		expect_told(strcmp(problems[i].grade, "fail") == 0, problems[i].code, problems[i].grade,
			    problems[i].detail, problems[i].fix);
	}
}

/* The fixes that are commands do what they say. */
static void
doctor__fix_pasted__the_problem_is_gone(void **state)
{
	static void (*const plants[])(void) = {plant_disabled, plant_stale, plant_stale_by_time, plant_native,
					       plant_loop};

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(plants); i++) {
		ns_setup(NULL);
		plants[i]();
		assert_non_null(strstr(
		    shell("./binfmtctl doctor | sed -n 's|^      fix: binfmtctl|./binfmtctl|p' | sh")->out, PLANTED));
		expect(tool("doctor", "-v", NULL), 0, " entries, all healthy", "");
	}
}

static void
doctor__disabled_rule_for_native_programs__never_told_to_enable_it(void **state)
{
	static void (*const plants[])(void) = {plant_native, plant_loop};

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(plants); i++) {
		ns_setup(NULL);
		plants[i]();
		assert_int_equal(mount_write(PLANTED, "0", 1), 0);
		assert_null(strstr(expect(tool("doctor", NULL), 1, "warn  disabled: ", "")->out, "enable --entry"));
	}
}

static void
doctor__credentials__who_becomes_root_is_said(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	register_line(":" PLANTED ":E::ext::%s:C", "/bin/true");
	expect(tool("doctor", "-v", NULL), 0,
	       "pass  credentials: planted (other files) gives set-user-id programs their rights, and only root can "
	       "write ",
	       "");
}

static void
doctor__bad_line_of_binfmt_d__fails_with_file_and_line(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(1, "bad.conf", "# comment\nnonsense\n");
	expect_told(1, "config", "fail",
		    "/run/binfmt.d/bad.conf:2: ", "correct or remove line 2 of /run/binfmt.d/bad.conf");
	conf_write(0, "bad.conf", "");
	expect(tool("doctor", "-v", NULL), 0, "pass  config: all lines of binfmt.d can be registered", "");
}

/* Operands: the way of a file from end to end. */
static void
expect_file(const char *path, int status, const char *const *wanted)
{
	const struct run *r = tool("doctor", "-v", path, NULL);

	for (; *wanted; wanted++)
		expect(r, status, *wanted, "");
	expect_json(tool("doctor", "-j", path, NULL)->out, "[.checks[] | select(.check == \"match\")] | length == 1");
}

#define file_told(path, status, ...) expect_file(path, status, (const char *const[]){__VA_ARGS__, NULL})

static void
doctor__file_that_runs__match_interpreter_and_test_pass(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	conf_needs_boot_dirs();
	plant_arch(tiny_interpreter(), "F");
	file_told(path, 0, "program: handler planted\n", "/tiny is there and executable\n",
		  "pass  test: aarch64 programs run by ");
	file_told("/bin/sh", 0, "pass  match: /bin/sh: native\n", " programs run: native: the kernel runs it itself\n");
	free(path);
}

static void
doctor__script__its_interpreter_checked(void **state)
{
	char *good = scratch_file("good.sh"), *bad = scratch_file("bad.sh");

	(void)state;
	conf_needs_boot_dirs();
	spill(good, "#!/bin/sh\n", 10, 0755);
	spill(bad, "#!/nowhere/sh\n", 14, 0755);
	file_told(good, 0, "good.sh: script: run by /bin/sh\n", "pass  interpreter: /bin/sh is there and executable\n");
	file_told(bad, 1, "fail  match: ", "fail  interpreter: /nowhere/sh: the interpreter does not exist\n",
		  "fix: install what brings /nowhere/sh\n");
	free(bad);
	free(good);
}

static void
doctor__file_that_nothing_takes__why_and_what_would(void **state)
{
	char *path = probe_program("aarch64", "program"), *text = scratch_file("text"),
	     *closed = scratch_file("closed");

	(void)state;
	conf_needs_boot_dirs();
	spill(text, "text\n", 5, 0755);
	spill(closed, "text\n", 5, 0644);
	file_told(path, 1, "fail  match: ", "a program for aarch64, and no handler takes it",
		  "fix: binfmtctl register aarch64\n");
	file_told(text, 1, "fail  match: ", "neither an ELF program nor a script");
	file_told(closed, 1, "not executable\n", "fix: chmod +x ");
	file_told("/nowhere/file", 1, "fail  match: /nowhere/file: error: No such file or directory\n");
	file_told("/", 1, "none: a directory\n");
	free(closed);
	free(text);
	free(path);
}

static void
doctor__file_of_a_disabled_handler__said_with_the_remedy(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	conf_needs_boot_dirs();
	plant_disabled();
	file_told(path, 1, "entry planted would take it, but is disabled\n", "fix: binfmtctl enable --entry planted\n");
	free(path);
}

static void
doctor__file_whose_interpreter_is_gone__interpreter_and_test_fail(void **state)
{
	char *path = probe_program("aarch64", "program");
	const char *interpreter = plant_copy();

	(void)state;
	conf_needs_boot_dirs();
	plant_arch(interpreter, "P");
	assert_int_equal(unlink(interpreter), 0);
	file_told(path, 1, "fail  match: ", "fail  interpreter: ", "fail  test: aarch64 programs do not run: ");
	free(path);
}

static void
doctor__file_whose_handler_is_stale__runs_but_warned(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	conf_needs_boot_dirs();
	plant_stale();
	file_told(path, 1, "pass  match: ", "warn  test: aarch64 programs run by ",
		  "fix: binfmtctl refresh --entry planted\n");
	ns_setup(NULL);
	plant_deleted();
	file_told(path, 1, "pass  match: ", "the kernel still holds the file that was opened at registration",
		  "warn  test: ");
	free(path);
}

static void
doctor__several_files__each_told(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	expect_json(tool("doctor", "-j", "/bin/sh", "/nowhere/file", "/", NULL)->out,
		    "[.checks[] | select(.check == \"match\") | .result] == [\"pass\", \"fail\", \"fail\"]");
}

static void
doctor__changes_nothing(void **state)
{
	char *before;

	(void)state;
	conf_needs_boot_dirs();
	plant_stale();
	before = instance();
	tool("doctor", "-v", "/bin/sh", NULL);
	expect_instance(before);
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(doctor__healthy__no_fail_and_exit_0),
	    cmocka_unit_test(doctor__no_entries__exit_0),
	    cmocka_unit_test(doctor__switched_off__fails),
	    cmocka_unit_test(doctor__private_instance__said),
	    cmocka_unit_test(doctor__read_only_mount__warns),
	    cmocka_unit_test(doctor__not_mounted__warns_as_the_hosts_handlers_may_apply),
	    cmocka_unit_test(doctor__other_file_system__fails),
	    cmocka_unit_test(doctor__planted_problem_of_an_entry__named_with_its_fix),
	    cmocka_unit_test(doctor__fix_pasted__the_problem_is_gone),
	    cmocka_unit_test(doctor__disabled_rule_for_native_programs__never_told_to_enable_it),
	    cmocka_unit_test(doctor__credentials__who_becomes_root_is_said),
	    cmocka_unit_test(doctor__bad_line_of_binfmt_d__fails_with_file_and_line),
	    cmocka_unit_test(doctor__file_that_runs__match_interpreter_and_test_pass),
	    cmocka_unit_test(doctor__script__its_interpreter_checked),
	    cmocka_unit_test(doctor__file_that_nothing_takes__why_and_what_would),
	    cmocka_unit_test(doctor__file_of_a_disabled_handler__said_with_the_remedy),
	    cmocka_unit_test(doctor__file_whose_interpreter_is_gone__interpreter_and_test_fail),
	    cmocka_unit_test(doctor__file_whose_handler_is_stale__runs_but_warned),
	    cmocka_unit_test(doctor__several_files__each_told),
	    cmocka_unit_test(doctor__changes_nothing),
	};

	return ns_run(tests);
}
