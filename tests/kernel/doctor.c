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
		 check, grade, detail, fix ? fix : "");
	expect_json(expect(tool("doctor", "-j", NULL), status, NULL, "")->out, filter);
}

static void
doctor__healthy__no_fail_and_exit_0(void **state)
{
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	plant_arch(tiny_interpreter(), "F");
	register_line(":plain:E::ext::%s:F", tiny_interpreter());
	r = expect(tool("doctor", NULL), 0, " passed, ", "");
	assert_null(strstr(r->out, "fail  "));
	r = expect(tool("doctor", "-v", NULL), 0, "pass  entries: 2 entries, all healthy\n", "");
	expect(r, 0, "pass  kernel: ", "");
	expect(r, 0, "pass  mount: ", "");
	expect(r, 0, "pass  switch: ", "");
	expect(r, 0, "pass  config: ", "");
	expect(r, 0, ", 0 failed, 0 unknown\n", "");
	if (!expect_json(
		tool("doctor", "-j", NULL)->out,
		"keys == [\"checks\", \"warnings\"] and (.checks | length > 8) and ([.checks[] | (.result == \"pass\" "
		"or "
		".result == \"warn\") and has(\"detail\") and has(\"fix\") and (.result == \"warn\" or .fix == "
		"null)] | all)"))
		skip_because("this machine has no jq");
}

/*
 * Runs what `plant` does (a line of shell) in a mount namespace that a check there complains of, then the fix as it is
 * printed, and sees the check pass. `options` are doctor's.
 */
static void
expect_cured(const char *check, const char *options, const char *plant)
{
	const struct run *r = shell("cat >%s/cure <<'END'\n"
				    "set -e\nPATH=%s:$PATH\n%s\n"
				    "fix=$(./binfmtctl %s doctor | sed -n '/^[a-z]*  %s: /{n;s/^ *fix: //p;}')\n"
				    "[ -n \"$fix\" ]\n"
				    "sh -c \"$fix\"\n"
				    "./binfmtctl %s doctor -v | grep '  %s: '\nEND\n"
				    "unshare -m sh %s/cure",
				    scratch(), tool_folder(), plant, options, check, options, check, scratch());
	char wanted[64];

	if (r->status == 32)
		skip_because("this machine does not let a test mount that");
	snprintf(wanted, sizeof(wanted), "pass  %s: ", check);
	expect(r, 0, wanted, NULL);
}

static void
doctor__no_entries__warns_with_a_fix_that_registers_all(void **state)
{
	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	expect(tool("doctor", "-v", NULL), 0, "pass  entries: 0 entries", "");
	expect(tool("doctor", "-q", NULL), 0, "", "");
	if (!strstr(expect(tool("doctor", NULL), 0, "warn  handlers: no handler is registered", "")->out, "fix: "))
		skip_because("this machine has no QEMU");
	expect_cured("handlers", "", ":");
	ns_empty();
	expect_cured("handlers", "-d /mnt/other", "mkdir /mnt/other; mount --bind " MOUNT " /mnt/other");
}

static void
doctor__fixes_of_the_machine__run_and_gone(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	expect_cured("switch", "", "echo 0 >" MOUNT "/status");
	expect_cured("switch", "-d '/mnt/its other'",
		     "mkdir '/mnt/its other'; mount --bind " MOUNT " '/mnt/its other'; echo 0 >" MOUNT "/status");
	expect_cured("read-only", "", "mount -o remount,bind,ro " MOUNT);
	expect_cured("config", "", "echo nonsense >/etc/binfmt.d/a.conf");
	expect_cured("user-namespaces", "", "echo 0 >/proc/sys/user/max_user_namespaces");
}

static void
doctor__500_entries__their_cost_is_said(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	for (int i = 0; i < 500; i++) {
		assert_null(strstr(i == 499 ? tool("doctor", "-v", NULL)->out : "", "warn  handlers"));
		register_line(":n%d:E::n%d::/bin/true:", i, i);
	}
	assert_int_equal(mount_write("n7", "0", 1), 0);
	expect(tool("doctor", NULL), 0, "warn  handlers: 500 entries, disabled ones too, are looked at", "");
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
		skip_because("this machine's unshare(1) makes no user namespace");
	expect(shell("unshare -U ./binfmtctl doctor"), 0,
	       "warn  scope: these are the handlers of a parent user namespace", "");
}

static void
doctor__read_only_mount__warns(void **state)
{
	const struct run *r = shell("unshare -m sh -c 'mount -o remount,bind,ro " MOUNT " && ./binfmtctl doctor'");

	(void)state;
	if (r->status == 32)
		skip_because("this machine does not let a test make the mount read-only");
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
	need_ptrace();
	conf_needs_boot_dirs();
	plant_arch(tiny_interpreter(), "F");
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl doctor /bin/sh'");
	if (r->status == 32)
		skip_because("this machine does not let a test hide the mount");
	expect(r, 0, "warn  mount: binfmt_misc is not visible here", "");
	assert_null(strstr(r->out, "mount -t"));
	expect(r, 0, ", 5 unknown", "");
	assert_null(strstr(r->out, "  match: /bin/sh: none"));
}

static void
doctor__other_file_system__fails(void **state)
{
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	r = expect(tool("doctor", "-d", scratch(), NULL), 1, "holds another file system, not binfmt_misc (-d ", "");
	expect(r, 1, "fail  mount: ", "");
	assert_null(strstr(r->out, "fix: "));
	expect_json(tool("doctor", "-j", "-d", "/dev/null", NULL)->out,
		    "[.checks[] | select(.check == \"mount\" and .result == \"fail\")] | length == 1");
}

/* What is planted, and how doctor tells it. */
static const struct {
	void (*plant)(void);
	const char *code, *grade, *detail, *fix;
} problems[] = {
    {plant_disabled, "disabled", "warn", "passes it over", "binfmtctl enable --entry planted"},
    {plant_missing, "missing", "fail", "/nowhere/interpreter: does not exist", NULL},
    {plant_stale, "stale", "fail", "was replaced", "binfmtctl refresh --entry planted"},
    {plant_stale_by_time, "stale", "fail", "by time: ", "binfmtctl refresh --entry planted"},
    {plant_deleted, "deleted", "fail", "was deleted", NULL},
    {plant_not_executable, "not-executable", "fail", "not executable", "chmod +x "},
    {plant_dynamic, "dynamic", "warn", "dynamically linked", NULL},
    {plant_insecure, "insecure", "fail", "writable by its group", "chmod go-w "},
    {plant_shadowed, "shadowed", "warn", "entry front is tried first", NULL},
    {plant_native, "native", "fail", "the rule matches this", "binfmtctl remove --entry planted"},
    {plant_loop, "loop", "fail", "its own interpreter", "binfmtctl remove --entry planted"},
    {plant_leftover, "leftover", "fail", "an interrupted change", "binfmtctl refresh --entry planted"},
};

static void
doctor__planted_problem_of_an_entry__named_with_its_fix(void **state)
{
	(void)state;
	need_ptrace();
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
	need_ptrace();
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(plants); i++) {
		ns_setup(NULL);
		plants[i]();
		assert_non_null(strstr(
		    shell("./binfmtctl doctor | sed -n 's|^      fix: binfmtctl|./binfmtctl|p' | sh")->out, PLANTED));
		expect(tool("doctor", "-v", NULL), 0, ", all healthy", "");
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
	need_set_user_id();
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
	expect_told(1, "config", "fail", "/run/binfmt.d/bad.conf:2: ", "sed -i '2s/^/# /' /run/binfmt.d/bad.conf");
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
	need_ptrace();
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
	file_told(bad, 1, "fail  match: ",
		  "bad.sh: script: #! program /nowhere/sh: does not exist, so exec fails with ENOENT\n");
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
	spill(closed, "#!/bin/sh\n", 10, 0644);
	file_told(path, 1, "fail  match: ", "a program for aarch64, and no handler takes it",
		  "fix: binfmtctl register aarch64\n");
	file_told(text, 1, "fail  match: ", "none: a text without #!: ");
	file_told(closed, 1, "not executable\n", "fix: chmod +x ");
	file_told("/nowhere/file", 1, "fail  match: /nowhere/file: error: does not exist\n");
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
	file_told(path, 1, "fail  match: ", "interpreter: does not exist, so exec fails with ENOENT\n",
		  "fail  test: aarch64 programs do not run: entry planted takes it: ");
	free(path);
}

static void
doctor__file_whose_handler_is_stale__runs_but_warned(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	plant_stale();
	file_told(path, 1, "pass  match: ", "warn  test: aarch64 programs run by ",
		  "fix: binfmtctl refresh --entry planted\n");
	ns_setup(NULL);
	plant_deleted();
	file_told(path, 1, "pass  match: ", "warn  test: ", "is gone, the old file keeps running");
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

/* A program that ends within its headers, under the name of each QEMU. */
static void
machine__every_qemu_damaged__none_that_would_do(void **state)
{
	const struct run *r;

	(void)state;
	installed_qemu("aarch64");
	r = shell("cd '%s' && head -c 100 /bin/true >damaged && chmod 755 damaged && unshare -m sh -ec 'for q in "
		  "/usr/bin/qemu-* /usr/libexec/qemu-binfmt/* /usr/local/bin/qemu-*; do [ ! -f $q ] || mount --bind "
		  "damaged $q; done; exec %s/binfmtctl doctor'",
		  scratch(), tool_folder());
	expect(r, 0, "warn  handlers: no handler is registered, and no QEMU that would do for one is installed", NULL);
	assert_null(strstr(r->out, "register all"));
}

/* What no setting of the three that are read says: it is tried. */
static void
machine__namespaces_refused_all_the_same__seen(void **state)
{
	(void)state;
	expect(shell("unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_mnt_namespaces && exec ./binfmtctl doctor -v'"), 0,
	       "warn  user-namespaces: user namespaces are refused here (No space left on device)", NULL);
}

/* It runs; whether by the file that its path names is not known then. */
static void
file__interpreter_cannot_be_looked_at__its_trial_is_no_pass(void **state)
{
	char *foreign = probe_program("aarch64", "unseen");
	const struct run *r;

	(void)state;
	need_strace();
	expect(tool("register", "aarch64", "-i", installed_qemu("aarch64"), "-f", "F", NULL), 0, "registered", NULL);
	expect(tool("doctor", "-v", foreign, NULL), 0, "  test: ", NULL);
	r = shell(
	    "ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P '%s' -e inject=newfstatat,fstat,stat,fstatat64,statx:"
	    "error=EIO ./binfmtctl doctor -v '%s'",
	    installed_qemu("aarch64"), foreign);
	if (!strstr(r->out, "unknown  test: ") && !strstr(r->out, "  match: "))
		fail_msg("%s", r->out);
	assert_null(strstr(r->out, "pass  test: "));
	free(foreign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(machine__every_qemu_damaged__none_that_would_do),
	    cmocka_unit_test(machine__namespaces_refused_all_the_same__seen),
	    cmocka_unit_test(file__interpreter_cannot_be_looked_at__its_trial_is_no_pass),
	    cmocka_unit_test(doctor__healthy__no_fail_and_exit_0),
	    cmocka_unit_test(doctor__no_entries__warns_with_a_fix_that_registers_all),
	    cmocka_unit_test(doctor__fixes_of_the_machine__run_and_gone),
	    cmocka_unit_test(doctor__500_entries__their_cost_is_said),
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
