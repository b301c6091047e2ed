/* SPDX-License-Identifier: MIT */
/*
 * Killed at any moment, nothing is left behind, and nothing runs that was only looked at. A number as argument: so
 * many kills instead of a few.
 */
#include "trial.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "random.h"

static unsigned kills = 200;

/* The first process of another session, two away, that ends by no signal but SIGKILL. */
static const char leaves_text[] =
    "#include <fcntl.h>\n#include <signal.h>\n#include <sys/prctl.h>\n#include <unistd.h>\n"
    "int main(void) { int p[2]; char c; open(RAN, O_WRONLY | O_CREAT, 0600); if (pipe(p)) return 1;\n"
    "if (fork() == 0) { setsid(); if (fork() == 0) { setsid(); prctl(PR_SET_PDEATHSIG, 0);\n"
    "write(p[1], \"x\", 1); for (;;) pause(); } _exit(0); }\n"
    "read(p[0], &c, 1); return 42; }\n";

static char *interpreter, *mark;

/* Handlers for aarch64, held and ready to be found stale, and for all that the native trial of i386 executes. */
static void
plant_for_sweeps(void)
{
	if (!interpreter)
		interpreter = trial_built("leaves", leaves_text, "-static -w");
	if (!mark)
		mark = scratch_file("ran");
	trial_plant(interpreter, "F");
	register_line(":odd:M:4:\\x01\\x01\\xff::%s:", interpreter);
	unlink(mark);
}

static bool
has_run(void)
{
	return access(mark, F_OK) == 0;
}

/* ---- the probe ---- */

__attribute__((noreturn)) static void
probe_for_ever(trial_become *become, unsigned first, bool looks_only)
{
	if (!become())
		_exit(1);
	for (;; first++)
		if (first % 3 == 0)
			trial_run_in(PROBE_EMPTY_ROOT);
		else
			trial_run(first % 3 == 1 && !looks_only ? PROBE_UNTIL_EXIT : PROBE_UNTIL_EXEC, TRIAL_LONG_MS);
}

static int
any_signal(void)
{
	static const int signals[] = {SIGKILL, SIGINT, SIGTERM};

	return signals[below(LENGTH(signals))];
}

static void
kill_probes(bool looks_only)
{
	plant_for_sweeps();
	random_seed(1);
	for (unsigned i = 0; i < kills; i++) {
		pid_t pid = fork();

		if (pid == 0)
			probe_for_ever(trial_becomings[i % 2], i / 2, looks_only);
		usleep((useconds_t)below(i % 4 < 2 ? 4000 : 40000));
		assert_int_equal(kill(pid, any_signal()), 0);
		trial_expect_gone_soon("probe", i);
	}
}

static void
probe__killed_at_any_moment__leaves_no_process(void **state)
{
	(void)state;
	kill_probes(false);
	assert_true(has_run());
}

/* Our own death frees what we trace: that must not let it run either. */
static void
probe__killed_while_it_looks__nothing_of_the_interpreter_runs(void **state)
{
	(void)state;
	kill_probes(true);
	assert_false(has_run());
}

static void
probe__killed_while_the_interpreter_waits__it_is_ended(void **state)
{
	char *path = trial_built("waits",
				 "#include <sys/prctl.h>\n#include <unistd.h>\nint main(void) { "
				 "prctl(PR_SET_PDEATHSIG, 0); for (;;) pause(); }\n",
				 "-static");

	(void)state;
	trial_plant(path, "");
	for (unsigned i = 0; i < 6; i++) {
		pid_t pid = fork();

		if (pid == 0)
			probe_for_ever(trial_becomings[i % 2], 1, false);
		usleep(100000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		trial_expect_gone_soon("waits", i);
	}
	free(path);
}

/* ---- the commands ---- */

static const struct {
	const char *command;
	bool runs; /* the interpreter */
} commands[] = {
    {"test $ARCH", true}, {"doctor $FILE", true},      {"doctor --no-run $FILE", false},      {"status", false},
    {"refresh", false},   {"list --supported", false}, {"register i386 -i /bin/true", false},
};

static pid_t
start(const char *command)
{
	pid_t pid = fork();
	char *line;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		if (asprintf(&line, "FILE='%s' ARCH=%s; exec ./binfmtctl %s", scratch_file("program"),
			     trial_arch()->name, command) > 0)
			execl("/bin/sh", "sh", "-c", line, NULL);
		_exit(125);
	}
	return pid;
}

/*
 * Kills between nothing and a little after its end, which other load on the machine moves: each miss shortens the time,
 * each hit stretches it. Returns how often the signal came in time.
 */
static unsigned
kill_command(const char *command)
{
	unsigned hits = 0, span;
	long before = trial_now_ms();
	int status;
	pid_t pid;

	waitpid(start(command), NULL, 0);
	span = (unsigned)(trial_now_ms() - before + 2) * 1000;
	for (unsigned i = 0; i < kills; i++) {
		pid = start(command);
		usleep((useconds_t)below(span));
		kill(pid, any_signal());
		assert_int_equal(waitpid(pid, &status, 0), pid);
		hits += WIFSIGNALED(status);
		span = WIFSIGNALED(status) ? span + span / 32 : span - span / 16 + 1;
		trial_expect_gone_soon(command, i);
	}
	return hits;
}

static void
commands__killed_at_any_moment__leave_nothing(void **state)
{
	char *file = probe_program(trial_arch()->name, "program");
	unsigned hits;

	(void)state;
	random_seed(2);
	for (size_t i = 0; i < LENGTH(commands); i++) {
		plant_for_sweeps();
		hits = kill_command(commands[i].command);
		print_message("%s: %u of %u killed, 0 left\n", commands[i].command, hits, kills);
		assert_true(hits > kills / 4);
		if (has_run() != commands[i].runs)
			fail_msg("%s: the interpreter %s", commands[i].command, has_run() ? "ran" : "did not run");
	}
	free(file);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(probe__killed_at_any_moment__leaves_no_process),
	    cmocka_unit_test(probe__killed_while_it_looks__nothing_of_the_interpreter_runs),
	    cmocka_unit_test(probe__killed_while_the_interpreter_waits__it_is_ended),
	    cmocka_unit_test(commands__killed_at_any_moment__leave_nothing),
	};

	if (argc > 1)
		kills = (unsigned)atoi(argv[1]);
	return trial_begin() ? ns_run(tests) : 1;
}
