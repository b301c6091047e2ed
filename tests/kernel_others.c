/* SPDX-License-Identifier: MIT */
/*
 * Programs that take no lock: a replacement by ./binfmtctl is stopped at every call that opens or writes
 * a file of the mount (by strace), somebody else changes the entries, and the run goes on. It ends in the
 * state asked for or says that it did not, and never leaves no handler of its own making.
 */
#include "fault.h"

#include <signal.h>

static const struct scenario replacement = {
    "replacement", start_old, "register --name name --extension fire --interpreter $NEW -f PF", "program.fire", false};

static size_t runs, failures;

/* What another program does to the entries while ours stands still. */
static void
others_remove(void)
{
	mount_write("name", "-1", 2);
}

static void
others_remove_temporary(void)
{
	mount_write(".binfmtctl~name", "-1", 2);
}

static void
others_remove_all(void)
{
	others_remove();
	others_remove_temporary();
}

static void
others_add(void)
{
	const struct rule rule = rule_of("name", old_interpreter, 0);

	live_register(&rule);
}

static void
others_add_temporary(void)
{
	const struct rule rule = rule_of(".binfmtctl~name", old_interpreter, 0);

	live_register(&rule);
}

static void
others_replace(void)
{
	others_remove();
	others_add();
}

static void
others_disable(void)
{
	mount_write("name", "0", 1);
}

static const struct {
	const char *name;
	void (*act)(void);
	bool leaves_one; /* whoever comes after it finds a handler */
} others[] = {
    {"remove", others_remove, false},
    {"remove the temporary", others_remove_temporary, true},
    {"remove both", others_remove_all, false},
    {"add", others_add, true},
    {"add the temporary", others_add_temporary, true},
    {"replace", others_replace, true},
    {"disable", others_disable, true},
};

/* Runs the command until its n-th such call, lets the other act, and lets it go on. -1 if it ended before. */
static int
run_with_other(const struct scenario *s, const char *call, size_t n, void (*act)(void))
{
	char line[1 << 16];
	char sh[] = "/bin/sh", option[] = "-c", *argv[] = {sh, option, line, NULL}, *env[] = {NULL};
	bool stopped = false;
	int status;
	pid_t pid;

	snprintf(line, sizeof(line),
		 "%sexec %s -D -o %s %s -e trace=%s -e inject=%s:signal=STOP:when=%zu ./binfmtctl %s --timeout 0 "
		 ">%s/out 2>%s/err",
		 variables, strace, log_file, paths(), call, call, n, s->command, scratch(), scratch());
	assert_int_equal(posix_spawn(&pid, argv[0], NULL, NULL, argv, env), 0);
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		act();
		stopped = true;
		kill(pid, SIGCONT);
	}
	assert_true(WIFEXITED(status));
	return stopped ? WEXITSTATUS(status) : -1;
}

/*
 * What others do to the entry after our last look at it cannot be known. The run stands still when
 * the call is done, so that look is lost as soon as the file is open; after it come the temporary
 * for the write, the same for the read-back, and `status`. Of the writes only the last is later.
 */
static bool
is_after_the_last_look(const struct call *call, size_t n)
{
	return n + (strcmp(call->name, "write") == 0 ? 0 : 3) >= call->times;
}

/* What our run printed, as a finished run. On the heap. */
static struct run *
printed(int status)
{
	struct run *r = malloc(sizeof(*r));
	char path[8192];

	assert_non_null(r);
	r->status = status;
	snprintf(path, sizeof(path), "%s/out", scratch());
	strcpy(r->out, slurp(path));
	snprintf(path, sizeof(path), "%s/err", scratch());
	strcpy(r->err, slurp(path));
	return r;
}

static void
interfere(const struct scenario *s, const struct course *course, const struct call *call, size_t n, size_t other)
{
	bool late = is_after_the_last_look(call, n);
	char fault[96], *after;
	struct run *r;
	int ran;

	s->start();
	r = printed(run_with_other(s, call->name, n, others[other].act));
	assert_true(r->status >= 0);
	snprintf(fault, sizeof(fault), "others %s at %s %zu", others[other].name, call->name, n);
	mount_write("name", "1", 1); /* disabled meanwhile, it rightly stays so */
	after = state_now();
	ran = run_program(s);
	if (r->status == 0 && !late && strcmp(after, course->wanted) != 0)
		wrong(s, fault, "exit 0, but the state is not the one asked for", r);
	if (r->status != 0 && !names_an_object(r->err))
		wrong(s, fault, "the message names no object or no cause", r);
	if (ran != OLD && ran != NEW && !(late && !others[other].leaves_one))
		wrong(s, fault, "there is no handler any more", r);
	runs++;
	failures += r->status != 0;
	free(after);
	free(r);
	heals(s, course, fault);
}

static void
others__at_every_call_of_a_replacement(void **state)
{
	struct course course;

	(void)state;
	prepare();
	learn(&replacement, &course);
	for (size_t i = 0; i < course.call_count; i++)
		if (strcmp(course.calls[i].name, "openat") == 0 || strcmp(course.calls[i].name, "write") == 0)
			for (size_t n = 1; n <= course.calls[i].times; n++)
				for (size_t k = 0; k < LENGTH(others); k++)
					interfere(&replacement, &course, &course.calls[i], n, k);
	free(course.wanted);
	printf("%zu interferences, %zu of the runs failed honestly\n", runs, failures);
	assert_in_range(runs, 12 * LENGTH(others), 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(others__at_every_call_of_a_replacement),
	};

	return ns_run(tests);
}
