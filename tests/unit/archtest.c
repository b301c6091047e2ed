/* SPDX-License-Identifier: MIT */
/* archtest_judge as the pure function that it is: every verdict that a run can end in. */
#include "harness.h"

#include <errno.h>
#include <signal.h>

#include "arch.h"
#include "archtest.h"
#include "rule.h"
#include "snapshot.h"
#include "walk.h"

#define RUNNER "/opt/runner"

/* The input that a test bends: an F entry for aarch64 whose interpreter, dev 1 inode 2, ran the probe to its end. */
static struct entry entry;
static struct rule *const rule = &entry.rule;
static const struct handler taker = {.name = "entry", .entry = &entry};
static struct stat path, script;
static struct probe_result run, version;
static struct archtest_input in;
static struct archtest trial;

static int
healthy(void **state)
{
	(void)state;
	memset(&entry, 0, sizeof(entry));
	memset(&run, 0, sizeof(run));
	memset(&version, 0, sizeof(version));
	rule->flags = RULE_F;
	rule->interpreter = RUNNER;
	path = (struct stat){.st_dev = 1, .st_ino = 2};
	script = (struct stat){.st_dev = 1, .st_ino = 3};
	run.end = PROBE_EXITED;
	run.status = PROBE_STATUS;
	run.traced = true;
	strcpy(run.exe, RUNNER);
	run.dev = 1;
	run.ino = 2;
	version.end = PROBE_EXITED;
	in = (struct archtest_input){
	    .arch = arch_find("aarch64"), .taker = &taker, .run = &run, .path = &path, .timeout_ms = 5000};
	return 0;
}

/* What archtest_judge finds: flags, and pieces of texts ("": none at all). */
#define expect_trial(ok, native, stale, runner, detail, fix)                                                           \
	check(ok, native, stale, runner, detail, fix, __FILE__, __LINE__)

static void
check(bool ok, bool native, bool stale, const char *runner, const char *detail, const char *fix, const char *file,
      int line)
{
	archtest_judge(&in, &trial);
	if (trial.ok == ok && trial.native == native && trial.stale == stale && strcmp(trial.runner, runner) == 0 &&
	    says(trial.why.text, detail) && says(trial.why.fix, fix))
		return;
	print_error("got: ok %d, native %d, stale %d, runner '%s', detail '%s', fix '%s'\n", trial.ok, trial.native,
		    trial.stale, trial.runner, trial.why.text, trial.why.fix);
	_fail(file, line);
}

static void
judge__interpreter_ran_it__ok_and_nothing_to_say(void **state)
{
	(void)state;
	expect_trial(true, false, false, RUNNER, "", "");
	assert_string_equal(trial.version, "");
}

/* Linux 7.3 tries an entry born with flag D as of its first enable: the list shows it further behind. */
static void
judge__another_live_entry_ran_it__not_stale_and_named(void **state)
{
	static const struct entry other = {.rule = {.name = "other", .interpreter = "/opt/other", .flags = RULE_F}};

	(void)state;
	run.ino = 4;
	in.other = &other;
	strcpy(run.exe, "/opt/other");
	expect_trial(true, false, false, "/opt/other", "entry other ran it, though entry entry is listed in front", "");
	assert_string_equal(trial.entry, "other");
	assert_false(trial.stale_known);
}

static void
judge__no_f_entry__ok(void **state)
{
	(void)state;
	rule->flags = 0;
	expect_trial(true, false, false, RUNNER, "", "");
}

/* P hands over argv[0] too: only QEMU is known to take it away again, where the kernel tells it. */
static void
judge__flag_p__said_unless_qemu_is_told_of_it(void **state)
{
	(void)state;
	rule->flags = RULE_P;
	run.flags_read = run.tells_p = true;
	expect_trial(true, false, false, RUNNER, "flag P with an interpreter that is not QEMU", "");
	in.version = &version;
	strcpy(version.output, "qemu-aarch64 version 7.2.22\n");
	expect_trial(true, false, false, RUNNER, "", "");
	run.tells_p = false;
	expect_trial(true, false, false, RUNNER, "flag P: this kernel does not tell the interpreter of it", "");
	run.flags_read = false;
	expect_trial(true, false, false, RUNNER, "", "");
}

static void
judge__entries_not_visible__ok_with_the_runner(void **state)
{
	(void)state;
	in.taker = NULL;
	in.path = NULL;
	expect_trial(true, false, false, RUNNER, "", "");
}

static void
judge__itself__native(void **state)
{
	(void)state;
	in.taker = NULL;
	in.path = NULL;
	run.itself = true;
	strcpy(run.exe, "/memfd:probe (deleted)");
	expect_trial(true, true, false, "", "native: the kernel runs it itself", "");
}

static void
judge__not_traced__ok_and_said(void **state)
{
	(void)state;
	run.traced = false;
	run.exe[0] = '\0';
	run.ino = run.dev = 0;
	expect_trial(true, false, false, "", "cannot tell what ran it: ptrace is not permitted here", "");
}

static void
judge__exe_link_closed__ok_and_said(void **state)
{
	(void)state;
	run.exe[0] = '\0';
	run.exe_errno = EACCES;
	run.ino = run.dev = 0;
	expect_trial(true, false, false, "", "cannot tell what ran it: Permission denied", "");
}

static void
judge__interpreter_replaced__stale(void **state)
{
	(void)state;
	run.ino = 7;
	strcpy(run.exe, RUNNER " (deleted)");
	expect_trial(true, false, true, RUNNER, "stale: " RUNNER " was replaced", "");
}

static void
judge__interpreter_gone__deleted(void **state)
{
	(void)state;
	in.path = NULL;
	strcpy(run.exe, RUNNER " (deleted)");
	expect_trial(true, false, true, RUNNER, "deleted: " RUNNER " is gone", "");
}

static void
judge__path_really_ends_in_deleted__ok_with_its_whole_name(void **state)
{
	(void)state;
	rule->interpreter = RUNNER " (deleted)";
	strcpy(run.exe, RUNNER " (deleted)");
	expect_trial(true, false, false, RUNNER " (deleted)", "", "");
}

static void
judge__other_file_not_deleted__ok_from_another_mount_namespace(void **state)
{
	(void)state;
	run.ino = 7;
	strcpy(run.exe, "/usr/elsewhere");
	expect_trial(true, false, false, "/usr/elsewhere", "registered from another mount namespace", "");
	run.ino = 2;
	run.dev = 9;
	expect_trial(true, false, false, "/usr/elsewhere", "registered from another mount namespace", "");
}

static void
judge__script_interpreter__named_script_and_never_stale(void **state)
{
	(void)state;
	in.script = &script;
	run.ino = 3;
	strcpy(run.exe, "/bin/sh");
	expect_trial(true, false, false, "/bin/sh", "the interpreter " RUNNER " is a script", "");
}

static void
judge__transparent_or_loader_entry__the_interpreter_is_the_runner(void **state)
{
	static const unsigned flags[] = {RULE_T | RULE_O, RULE_L, RULE_F | RULE_L};

	(void)state;
	strcpy(run.exe, "/memfd:probe (deleted)");
	for (size_t i = 0; i < LENGTH(flags); i++) {
		rule->flags = flags[i];
		run.itself = true;
		expect_trial(true, false, false, RUNNER, "", "");
		run.itself = false;
		run.ino = 99;
		expect_trial(true, false, false, RUNNER, "", "");
	}
}

static void
judge__version_line__kept_to_its_end(void **state)
{
	(void)state;
	in.version = &version;
	strcpy(version.output, "qemu-aarch64 version 7.2.22 (Debian 1:7.2)\nCopyright\n");
	expect_trial(true, false, false, RUNNER, "", "");
	assert_string_equal(trial.version, "qemu-aarch64 version 7.2.22 (Debian 1:7.2)");
}

static void
judge__output_that_is_no_qemu_version__none(void **state)
{
	static const struct {
		enum probe_end end;
		int status;
		const char *output;
	} rows[] = {
	    {PROBE_EXITED, 0, "hello version 1\n"},
	    {PROBE_EXITED, 0, "qemu-aarch64\n"},
	    {PROBE_EXITED, 42, "qemu-aarch64 version 7\n"},
	    {PROBE_SIGNALLED, 0, "qemu-aarch64 version 7\n"},
	    {PROBE_EXITED, 0, ""},
	};

	(void)state;
	in.version = &version;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		version.end = rows[i].end;
		version.status = rows[i].status;
		strcpy(version.output, rows[i].output);
		expect_trial(true, false, false, RUNNER, "", "");
		assert_string_equal(trial.version, "");
	}
}

/* Exec ended with this errno, and the probe was never stopped at its trap. */
static void
refuse(int error)
{
	run.end = PROBE_REFUSED;
	run.traced = false;
	run.exe[0] = '\0';
	run.exec_errno = error;
}

static void
judge__exec_refused_and_no_cause_known__the_errno_alone(void **state)
{
	static const struct {
		int error;
		const char *detail;
	} rows[] = {
	    {ENOEXEC, "exec fails: Exec format error (ENOEXEC)"},
	    {ENOENT, "exec fails: No such file or directory (ENOENT)"},
	    {EACCES, "exec fails: Permission denied (EACCES)"},
	    {ELOOP, "exec fails: Too many levels of symbolic links (ELOOP)"},
	    {ENOMEM, "exec fails: Cannot allocate memory"},
	    {EPERM, "exec fails: Operation not permitted"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		refuse(rows[i].error);
		expect_trial(false, false, false, "", rows[i].detail, "");
		assert_false(trial.unhandled);
	}
}

static void
judge__exec_refused_as_foretold__the_cause_of_the_walk(void **state)
{
	static struct walk walk = {.verdict = WALK_FAILS, .error = ENOENT};

	(void)state;
	err_note(&walk.why, "interpreter " RUNNER ": does not exist");
	in.walk = &walk;
	refuse(ENOENT);
	expect_trial(false, false, false, "", "entry entry takes it: interpreter " RUNNER ": does not exist", "");
	refuse(EACCES);
	expect_trial(false, false, false, "", "exec fails: Permission denied (EACCES)", "");
	assert_null(strstr(trial.why.text, "does not exist"));
}

/* An entry that would run it, and a kernel that knows of none: the table on show is not the one in force. */
static void
judge__no_handler_although_one_is_visible__another_namespaces_entries(void **state)
{
	static struct walk walk = {.verdict = WALK_RUNS};

	(void)state;
	in.walk = &walk;
	refuse(ENOEXEC);
	expect_trial(false, false, false, "", "the entries that are visible here are not those in force", "");
	assert_true(trial.elsewhere);
	refuse(ENOENT);
	archtest_judge(&in, &trial);
	assert_false(trial.elsewhere);
}

static void
judge__exec_refused_and_no_entry_takes_it__why(void **state)
{
	struct err idle;

	(void)state;
	in.taker = NULL;
	refuse(ENOEXEC);
	expect_trial(false, false, false, "", "no handler takes it", "");
	assert_true(trial.unhandled);
	err_note(&idle, "entry sleeper would take it, but is disabled");
	err_fix(&idle, "binfmtctl enable --entry sleeper");
	in.idle = &idle;
	expect_trial(false, false, false, "", "entry sleeper would take it, but is disabled",
		     "binfmtctl enable --entry sleeper");
}

/* Handlers may be in force whose entries cannot be seen: no name is told. */
static void
judge__exec_refused_where_entries_cannot_be_seen__no_name(void **state)
{
	static const int errors[] = {ENOENT, EACCES, ELOOP};

	(void)state;
	in.taker = NULL;
	for (size_t i = 0; i < LENGTH(errors); i++) {
		refuse(errors[i]);
		expect_trial(false, false, false, "", "exec fails: ", "");
		assert_null(strstr(trial.why.text, "entry"));
	}
}

/* What the interpreter wrote to stderr says more than its end. */
static void
judge__interpreter_wrote_to_stderr__its_first_line_told(void **state)
{
	(void)state;
	run.status = 1;
	strcpy(run.message, "RUNNER: cannot open shared object file");
	expect_trial(false, false, false, RUNNER,
		     "the program exited with 1 instead of 42; it says: RUNNER: cannot open shared object file", "");
	run.end = PROBE_SIGNALLED;
	run.signal = SIGABRT;
	expect_trial(false, false, false, RUNNER, "; it says: RUNNER: ", "");
	run.end = PROBE_TIMED_OUT;
	expect_trial(false, false, false, RUNNER, "; it says: RUNNER: ", "");
}

static void
judge__no_answer__said_how_long_it_waited(void **state)
{
	(void)state;
	run.end = PROBE_TIMED_OUT;
	expect_trial(false, false, false, RUNNER, "no answer in 5 s (--timeout waits longer)", "");
	in.timeout_ms = 0;
	expect_trial(false, false, false, RUNNER, "no answer in 0 s", "");
}

static void
judge__killed__signal_by_number_and_name(void **state)
{
	(void)state;
	run.end = PROBE_SIGNALLED;
	run.signal = SIGSEGV;
	expect_trial(false, false, false, RUNNER, "killed by signal 11 (Segmentation fault)", "");
	run.signal = SIGILL;
	expect_trial(false, false, false, RUNNER, "killed by signal 4 (Illegal instruction)", "");
}

static void
judge__qemu_of_another_architecture__wrong_architecture(void **state)
{
	static const char *const wrong[] = {"qemu-arm", "qemu-aarch64_be", "qemu-aarch"};

	(void)state;
	run.status = 1;
	in.version = &version;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		char detail[128];

		snprintf(version.output, sizeof(version.output), "%s version 7.2.22\n", wrong[i]);
		snprintf(detail, sizeof(detail), "wrong architecture: the interpreter is %s", wrong[i]);
		expect_trial(false, false, false, RUNNER, detail, "");
	}
}

static void
judge__wrong_exit_status__said(void **state)
{
	(void)state;
	run.status = 3;
	expect_trial(false, false, false, RUNNER, "the program exited with 3 instead of 42", "");
	in.version = &version;
	strcpy(version.output, "qemu-aarch64 version 7.2.22\n");
	expect_trial(false, false, false, RUNNER, "the program exited with 3 instead of 42", "");
	in.version = NULL;
	in.taker = NULL;
	run.status = 0;
	expect_trial(false, false, false, RUNNER, "the program exited with 0 instead of 42", "");
}

static void
judge__stopped_at_the_exec_trap__ok_and_said(void **state)
{
	(void)state;
	run.end = PROBE_STOPPED;
	expect_trial(true, false, false, RUNNER, "", "");
	assert_true(trial.stopped);
}

static void
judge__longest_paths__no_overflow(void **state)
{
	static char longest[RULE_LINE_MAX + 1];

	(void)state;
	memset(longest, 'i', sizeof(longest) - 1);
	rule->interpreter = longest;
	memset(run.exe, 'x', sizeof(run.exe) - 1);
	memset(version.output, 'v', sizeof(version.output) - 1);
	in.version = &version;
	run.ino = 7;
	archtest_judge(&in, &trial);
	assert_true(trial.ok);
	assert_int_equal(strlen(trial.runner), sizeof(run.exe) - 1);
	memcpy(version.output, "qemu-x version ", 15);
	archtest_judge(&in, &trial);
	assert_int_equal(strlen(trial.version), sizeof(version.output) - 1);
	rule->flags = RULE_L;
	archtest_judge(&in, &trial);
	assert_string_equal(trial.runner, rule->interpreter);
}

#define trial_test(test) cmocka_unit_test_setup(test, healthy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    trial_test(judge__interpreter_ran_it__ok_and_nothing_to_say),
	    trial_test(judge__another_live_entry_ran_it__not_stale_and_named),
	    trial_test(judge__no_f_entry__ok),
	    trial_test(judge__flag_p__said_unless_qemu_is_told_of_it),
	    trial_test(judge__entries_not_visible__ok_with_the_runner),
	    trial_test(judge__itself__native),
	    trial_test(judge__not_traced__ok_and_said),
	    trial_test(judge__exe_link_closed__ok_and_said),
	    trial_test(judge__interpreter_replaced__stale),
	    trial_test(judge__interpreter_gone__deleted),
	    trial_test(judge__path_really_ends_in_deleted__ok_with_its_whole_name),
	    trial_test(judge__other_file_not_deleted__ok_from_another_mount_namespace),
	    trial_test(judge__script_interpreter__named_script_and_never_stale),
	    trial_test(judge__transparent_or_loader_entry__the_interpreter_is_the_runner),
	    trial_test(judge__version_line__kept_to_its_end),
	    trial_test(judge__output_that_is_no_qemu_version__none),
	    trial_test(judge__exec_refused_and_no_cause_known__the_errno_alone),
	    trial_test(judge__exec_refused_as_foretold__the_cause_of_the_walk),
	    trial_test(judge__no_handler_although_one_is_visible__another_namespaces_entries),
	    trial_test(judge__exec_refused_and_no_entry_takes_it__why),
	    trial_test(judge__exec_refused_where_entries_cannot_be_seen__no_name),
	    trial_test(judge__interpreter_wrote_to_stderr__its_first_line_told),
	    trial_test(judge__no_answer__said_how_long_it_waited),
	    trial_test(judge__killed__signal_by_number_and_name),
	    trial_test(judge__qemu_of_another_architecture__wrong_architecture),
	    trial_test(judge__wrong_exit_status__said),
	    trial_test(judge__stopped_at_the_exec_trap__ok_and_said),
	    trial_test(judge__longest_paths__no_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
