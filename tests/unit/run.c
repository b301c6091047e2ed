/* SPDX-License-Identifier: MIT */
/*
 * tests/run, the script that runs all test programs. Its programs here are this one again, with the name
 * of a fake as argument: so what it reads is what this machine's cmocka prints.
 */
#include "harness.h"

#include <signal.h>
#include <unistd.h>

static const char *own_path;

static void
passes(void **state)
{
	(void)state;
}

static void
fails(void **state)
{
	(void)state;
	fail_msg("as it should");
}

static void
skips(void **state)
{
	(void)state;
	skip_because("the fake wants it");
}

static void
skips_elsewhere(void **state)
{
	(void)state;
	skip_because("another reason");
}

/* What a program says that could enter no namespace; all its tests are skipped then. */
static int
kernelless(void **state)
{
	(void)state;
	fprintf(stderr, "no kernel: this machine is a fake\n");
	return 0;
}

/* Starts a process that runs on, out of the reach of its group. */
static void
leave_process(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		for (;;)
			pause();
	}
	printf("left %d\n", (int)pid);
	fflush(stdout);
}

static void
fails_in_the_middle(void **state)
{
	(void)state;
	leave_process();
	fail_msg("as it should");
}

static void
is_ended(void **state)
{
	(void)state;
	leave_process();
	kill(getppid(), SIGTERM);
	for (;;)
		pause();
}

static void
dies(void **state)
{
	(void)state;
	kill(getpid(), SIGKILL);
}

static void
leaves(void **state)
{
	(void)state;
	_exit(0);
}

static int
bad_setup(void **state)
{
	(void)state;
	return -1;
}

static const struct CMUnitTest good[] = {cmocka_unit_test(passes), {.name = "passes too", .test_func = passes}},
			       bad[] = {cmocka_unit_test(passes),
					cmocka_unit_test(fails),
					{.name = "fails too", .test_func = fails}},
			       skipping[] = {cmocka_unit_test(skips),
					     cmocka_unit_test(skips_elsewhere),
					     {.name = "skips too", .test_func = skips}},
			       dying[] = {cmocka_unit_test(passes), cmocka_unit_test(dies)},
			       leaving[] = {cmocka_unit_test(passes), cmocka_unit_test(leaves)},
			       kernel_lacking[] = {cmocka_unit_test_setup(skips, kernelless)},
			       midway[] = {cmocka_unit_test(fails_in_the_middle)},
			       ended[] = {cmocka_unit_test(is_ended)},
			       unready[] = {cmocka_unit_test(passes), cmocka_unit_test_setup(passes, bad_setup)};

static const struct fake {
	const char *name;
	const struct CMUnitTest *tests;
	size_t count;
	int status; /* of the program, although all tests passed; 0: cmocka's */
} fakes[] = {
    {"good", good, LENGTH(good), 0},
    {"bad", bad, LENGTH(bad), 0},
    {"skipping", skipping, LENGTH(skipping), 0},
    {"dying", dying, LENGTH(dying), 0},
    {"leaving", leaving, LENGTH(leaving), 0},
    {"unready", unready, LENGTH(unready), 0},
    {"kernelless", kernel_lacking, LENGTH(kernel_lacking), 0},
    {"midway", midway, LENGTH(midway), 0},
    {"ended", ended, LENGTH(ended), 0},
    {"leaking", good, LENGTH(good), 23},
};

static int
play(const char *name)
{
	for (size_t i = 0; i < LENGTH(fakes); i++)
		if (strcmp(fakes[i].name, name) == 0) {
			int failed = _cmocka_run_group_tests(name, fakes[i].tests, fakes[i].count, NULL, NULL);

			return fakes[i].status ? fakes[i].status : failed;
		}
	return 99;
}

static const char *jobs = ""; /* of tests/run */
static const char *ci = "";   /* what CI is in its environment */

/* Runs tests/run with these fakes, NULL ends them. */
static const struct run *
run_fakes(const char *const names[])
{
	char text[4096], line[8192];

	snprintf(line, sizeof(line), "CI=%s exec tests/run %s", ci, jobs);
	for (; *names; names++) {
		char *path;

		snprintf(text, sizeof(text), "#!/bin/sh\nexec '%s' %s\n", own_path, *names);
		path = scratch_text(*names, text, 0755);
		snprintf(line + strlen(line), sizeof(line) - strlen(line), " '%s'", path);
		free(path);
	}
	return shell("%s", line);
}

/* Fails unless the run ended so: exit status, and these last lines. */
#define expect_end(status, end, ...) expect_end_at(status, end, (const char *const[]){__VA_ARGS__, NULL}, __LINE__)

static void
expect_end_at(int status, const char *end, const char *const names[], int line)
{
	const struct run *r = run_fakes(names);
	size_t len = strlen(r->out), tail = strlen(end);

	if (r->status == status && len >= tail && strcmp(r->out + len - tail, end) == 0)
		return;
	print_error("status %d, wanted %d\n> %s\nwanted at its end:\n> %s\n", r->status, status, r->out, end);
	_fail(__FILE__, line);
}

/* A line about a fake, which lies in the scratch folder. */
static const char *
failed(const char *fake, const char *what, const char *sums)
{
	static char text[8192];

	snprintf(text, sizeof(text), "failed: %s/%s: %s\n%s\n", scratch(), fake, what, sums);
	return text;
}

static void
run__all_pass__sums_and_exit_0(void **state)
{
	(void)state;
	expect_end(0, "\n\n4 passed, 0 failed, 0 skipped\n", "good", "good");
}

static void
run__output__shown_as_it_is(void **state)
{
	const char *const names[] = {"bad", NULL};

	(void)state;
	expect(run_fakes(names), 1, "as it should", "");
	expect(run_fakes(names), 1, "[ RUN      ] fails too\n", "");
	expect(run_fakes(names), 1, "== ", "");
}

static void
run__several_at_a_time__same_sums_and_whole_outputs(void **state)
{
	const char *const names[] = {"good", "bad", "good", "skipping", NULL};

	(void)state;
	jobs = "-j3";
	expect(run_fakes(names), 1, "[ RUN      ] passes\n[       OK ] passes\n[ RUN      ] passes too\n", "");
	expect(run_fakes(names), 1, "\n5 passed, 2 failed, 3 skipped\n", "");
	jobs = "-j";
	expect(run_fakes(names), 1, "\n5 passed, 2 failed, 3 skipped\n", "");
	jobs = "";
}

static void
run__some_fail__named_and_the_next_program_runs(void **state)
{
	(void)state;
	expect_end(1, failed("bad", "fails too", "3 passed, 2 failed, 0 skipped"), "bad", "good");
	expect(run_fakes((const char *const[]){"bad", "good", NULL}), 1, "/bad: fails\nfailed: ", "");
}

/* Behind all others: a log is read from its end. */
static void
run__one_fails__its_output_stands_again_at_the_end(void **state)
{
	const char *again, *sums;

	(void)state;
	again =
	    strstr(run_fakes((const char *const[]){"bad", "good", NULL})->out, "/bad failed; the end of its output:\n");
	assert_non_null(again);
	sums = strstr(again, "\nfailed: ");
	assert_non_null(sums);
	assert_true(strstr(again, "[  FAILED  ] fails\n") < sums);
	assert_null(strstr(again, "/good"));
}

static void
run__some_skip__each_reason_once_with_its_count(void **state)
{
	(void)state;
	expect_end(0,
		   "\nskipped 2 times: the fake wants it\nskipped 1 times: another reason\n"
		   "2 passed, 0 failed, 3 skipped\n",
		   "skipping", "good");
	expect_end(0,
		   "\nskipped 4 times: the fake wants it\nskipped 2 times: another reason\n"
		   "0 passed, 0 failed, 6 skipped\n",
		   "skipping", "skipping");
}

static void
run__killed__one_failed_and_the_next_program_runs(void **state)
{
	(void)state;
	expect_end(1, failed("dying", "died with status 137", "2 passed, 1 failed, 0 skipped"), "dying", "good");
}

/* Exit status 0 is no proof: the summary is missing. */
static void
run__gone_half_way__one_failed(void **state)
{
	(void)state;
	expect_end(1, failed("leaving", "died with status 0", "0 passed, 1 failed, 0 skipped"), "leaving");
}

static void
run__program_that_is_not_there__one_failed(void **state)
{
	(void)state;
	expect(shell("tests/run /nowhere/test"), 1,
	       "failed: /nowhere/test: died with status 127\n0 passed, 1 failed, 0 skipped\n", "");
	expect(shell("tests/run"), 2, "", "usage");
}

static void
run__bad_exit_though_all_passed__one_failed(void **state)
{
	(void)state;
	expect_end(1, failed("leaking", "exit status 23 though no test failed", "2 passed, 1 failed, 0 skipped"),
		   "leaking");
}

static void
run__setup_fails__one_failed(void **state)
{
	(void)state;
	expect_end(1, failed("unready", "passes", "1 passed, 1 failed, 0 skipped"), "unready");
}

static void
run__no_kernel__said_before_the_sums(void **state)
{
	(void)state;
	expect_end(0,
		   "\nskipped 2 times: the fake wants it\n"
		   "NOT TESTED AGAINST THE KERNEL, 2 programs of 3: this machine is a fake\n"
		   "2 passed, 0 failed, 2 skipped\n",
		   "kernelless", "good", "kernelless");
}

static void
run__no_kernel_in_ci__failed(void **state)
{
	(void)state;
	ci = "true";
	expect_end(1,
		   "\nNOT TESTED AGAINST THE KERNEL, 1 programs of 1: this machine is a fake\n"
		   "failed: with CI=true that is a failure\n0 passed, 1 failed, 1 skipped\n",
		   "kernelless");
	expect_end(0, "\n2 passed, 0 failed, 3 skipped\n", "good", "skipping");
	ci = "";
}

/* Its end, whatever it was, is the end of what it had started; process 1 may take its time to wait for that. */
static void
expect_nothing_left(const char *fake, const char *failure)
{
	const struct run *r = expect(run_fakes((const char *const[]){fake, NULL}), 1, failure, "");
	const char *left = strstr(r->out, "left ");

	assert_non_null(left);
	expect(
	    shell("for i in $(seq 100); do grep -qs '^State:.[^Z]' /proc/%d/status || exit 0; sleep 0.1; done; exit 1",
		  atoi(left + 5)),
	    0, "", "");
}

static void
run__fails_with_a_process_running__ended_too(void **state)
{
	(void)state;
	expect_nothing_left("midway", "midway: fails_in_the_middle\n0 passed, 1 failed, 0 skipped\n");
	expect_nothing_left("ended", "ended: died with status 143\n0 passed, 1 failed, 0 skipped\n");
}

int
main(int argc, char *argv[])
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(run__all_pass__sums_and_exit_0),
	    cmocka_unit_test(run__output__shown_as_it_is),
	    cmocka_unit_test(run__several_at_a_time__same_sums_and_whole_outputs),
	    cmocka_unit_test(run__some_fail__named_and_the_next_program_runs),
	    cmocka_unit_test(run__one_fails__its_output_stands_again_at_the_end),
	    cmocka_unit_test(run__some_skip__each_reason_once_with_its_count),
	    cmocka_unit_test(run__killed__one_failed_and_the_next_program_runs),
	    cmocka_unit_test(run__gone_half_way__one_failed),
	    cmocka_unit_test(run__program_that_is_not_there__one_failed),
	    cmocka_unit_test(run__bad_exit_though_all_passed__one_failed),
	    cmocka_unit_test(run__setup_fails__one_failed),
	    cmocka_unit_test(run__no_kernel__said_before_the_sums),
	    cmocka_unit_test(run__no_kernel_in_ci__failed),
	    cmocka_unit_test(run__fails_with_a_process_running__ended_too),
	};

	own_path = argv[0];
	if (argc > 1)
		return play(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
