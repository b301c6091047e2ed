/* SPDX-License-Identifier: MIT */
/* Which commands let an interpreter run: those that only look never do, not even its first instruction. */
#include "conf.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "trial.h"

/* An interpreter that leaves a trace as the first thing it does, and how it is registered. */
static const struct {
	const char *name, *flags;
} kinds[] = {
    {"static", "PF"}, {"static", ""}, {"static", "POCF"}, {"dynamic", "F"}, {"script", "F"}, {"script", ""},
};

static char *file, *trace;

static char *
interpreter_of(const char *kind)
{
	char *text, *path;

	if (strcmp(kind, "script") != 0)
		return trial_built(kind, trial_ran_text, strcmp(kind, "static") == 0 ? "-static" : "");
	assert_true(asprintf(&text, "#!/bin/sh\n: >'%s'\nexit 42\n", trace) > 0);
	path = scratch_text(kind, text, 0755);
	free(text);
	return path;
}

static bool
has_run(void)
{
	return access(trace, F_OK) == 0;
}

/* An entry of its default name, whatever is to be said against the interpreter. */
static void
plant(const char *arch, const char *interpreter, const char *flags)
{
	expect(tool("register", "--force", arch, "-i", interpreter, "-f", flags, NULL), 0, "registered", NULL);
}

/* Handlers for foreign programs, and for whatever a trial of this machine's own ones may execute; one is stale. */
static void
plant_all(const char *kind, const char *flags)
{
	char *interpreter = interpreter_of(kind), *replaced, lines[10000];

	ns_empty();
	unlink(trace); /* of what was tried before */
	replaced = scratch_copy(interpreter, "replaced");
	plant(trial_arch()->name, interpreter, flags);
	register_line(":odd:M:6:\\xff::%s:%s", interpreter, flags);
	if (strchr(flags, 'F')) {
		plant("s390x", replaced, flags);
		unlink(replaced);
		copy_file(interpreter, replaced, 0755);
	}
	if (strchr(flags, 'F') &&
	    strcmp(kind, "static") == 0) /* so the probe was at the trap, and who would run it was seen */
		expect(tool("status", NULL), 1, "/replaced was replaced, the old file keeps running", NULL);
	assert_false(has_run());
	snprintf(lines, sizeof(lines), ":loaded:E::loaded::%s:%s\n:odd:M:6:\\xfe::%s:%s\n", interpreter, flags,
		 interpreter, flags);
	conf_write(0, "lines.conf", lines);
	free(replaced);
	free(interpreter);
}

static void
begin(void)
{
	conf_needs_boot_dirs();
	if (trace)
		return;
	trace = scratch_file("ran");
	file = probe_program(trial_arch()->name, "program");
}

/* In the order in which they leave the most to look at. */
static const char *const looking[] = {
    "status",
    "-j status",
    "list",
    "-j list",
    "list --supported",
    "-j list --supported",
    "match $FILE /bin/sh",
    "match -v --root / $FILE",
    "doctor",
    "doctor --no-run $FILE /bin/sh",
    "-j doctor --no-run $FILE",
    "doctor --root / $FILE",
    "test --root / $ARCH",
    "-n refresh",
    "refresh",
    "refresh all $ARCH",
    "-n load",
    "load",
    "-n register all",
    "register i386 -i /bin/true",
    "register $ARCH",
    "register all",
    "disable all",
    "enable all",
    "-n remove all",
    "remove all",
};

static const struct run *
run_command(const char *command)
{
	return shell("export FILE='%s' ARCH=%s; exec ./binfmtctl %s", file, trial_arch()->name, command);
}

static void
looking__nothing_of_an_interpreter_runs(void **state)
{
	(void)state;
	need_ptrace();
	begin();
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		plant_all(kinds[i].name, kinds[i].flags);
		for (size_t k = 0; k < LENGTH(looking); k++) {
			const struct run *r = run_command(looking[k]);

			if (has_run())
				fail_msg("%s: the interpreter (%s, flags '%s') ran", looking[k], kinds[i].name,
					 kinds[i].flags);
			if (r->status > 1 || says(r->err, "usage"))
				fail_msg("%s: ends in %d: %s", looking[k], r->status, r->err);
		}
	}
}

static void
testing__what_is_registered_runs(void **state)
{
	static const char *const commands[] = {"test", "test $ARCH", "doctor $FILE"};

	(void)state;
	need_ptrace();
	begin();
	for (size_t i = 0; i < LENGTH(kinds); i++)
		for (size_t k = 0; k < LENGTH(commands); k++) {
			plant_all(kinds[i].name, kinds[i].flags);
			run_command(commands[k]);
			if (!has_run())
				fail_msg("%s: the interpreter (%s, flags '%s') did not run", commands[k], kinds[i].name,
					 kinds[i].flags);
			unlink(trace);
		}
}

/* What would be known from a run is not. */
static void
doctor__no_run__unknown_where_a_run_would_tell(void **state)
{
	const struct run *r;

	(void)state;
	need_ptrace();
	begin();
	plant(trial_arch()->name, tiny_interpreter(), "");
	expect_json(expect(run_command("-j doctor $FILE"), 0, NULL, "")->out,
		    "[.checks[] | select(.check == \"test\") | .result] == [\"pass\"]");
	r = expect(run_command("-j doctor --no-run $FILE"), 0, NULL, "");
	expect(r, 0, "programs are started by ", "");
	expect(r, 0, "; whether that runs them was not tried (--no-run)", "");
	expect_json(r->out, "[.checks[] | select(.check == \"test\") | .result] == [\"unknown\"]");
	r = expect(run_command("-j doctor --root / $FILE"), 0, "; whether that runs them was not tried (--root)", "");
	expect_json(r->out, "[.checks[] | select(.check == \"test\") | .result] == [\"unknown\"]");
	expect_json(run_command("-j doctor --root / /bin/sh")->out,
		    "[.checks[] | select(.check == \"test\") | .result] == [\"pass\"]");
	expect_json(run_command("-j doctor --no-run /bin/sh")->out,
		    "[.checks[] | select(.check == \"test\") | .result] == [\"pass\"]");
	ns_empty();
	expect_json(run_command("-j doctor --no-run $FILE")->out,
		    "[.checks[] | select(.check == \"match\") | .result] == [\"fail\"]");
}

/* ---- where /proc is that of an outer PID namespace ---- */

/* A stale entry and a good one, as root of a PID namespace that has not mounted a /proc of its own. */
static void
outer_proc__verdicts_are_the_same(void **state)
{
	static const char *const commands[] = {
	    "status",          "-j list --supported", "test",       "match $FILE",
	    "match /bin/true", "doctor $FILE",        "-n refresh", "-n register i386",
	};

	(void)state;
	need_ptrace();
	begin();
	if (shell("unshare -pf true")->status != 0)
		skip_because("this machine's unshare(1) makes no PID namespace");
	plant_all("static", "PF");
	for (size_t i = 0; i < LENGTH(commands); i++) {
		const struct run *r = run_command(commands[i]);
		char *text = strdup(r->out);
		int status = r->status;

		r = shell("export FILE='%s' ARCH=%s; unshare -pf ./binfmtctl %s", file, trial_arch()->name,
			  commands[i]);
		if (r->status != status)
			fail_msg("%s: ends in %d, not in %d: %s", commands[i], r->status, status, r->err);
		expect_text(commands[i], r->out, text);
		free(text);
	}
}

/* Only what really was replaced is registered again. */
static void
outer_proc__refresh_touches_only_what_is_stale(void **state)
{
	char *before;

	(void)state;
	need_ptrace();
	begin();
	if (shell("unshare -pf true")->status != 0)
		skip_because("this machine's unshare(1) makes no PID namespace");
	plant(trial_arch()->name, tiny_interpreter(), "F");
	before = instance();
	expect(shell("unshare -pf ./binfmtctl refresh"), 0, "unchanged", "");
	expect_instance(before);
	free(before);
	plant_all("static", "PF");
	expect(shell("unshare -pf ./binfmtctl refresh"), 0, "qemu-s390x: refreshed", "");
	assert_false(has_run());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(looking__nothing_of_an_interpreter_runs),
	    cmocka_unit_test(testing__what_is_registered_runs),
	    cmocka_unit_test(doctor__no_run__unknown_where_a_run_would_tell),
	    cmocka_unit_test(outer_proc__verdicts_are_the_same),
	    cmocka_unit_test(outer_proc__refresh_touches_only_what_is_stale),
	};

	return ns_run(tests);
}
