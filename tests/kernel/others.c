/* SPDX-License-Identifier: MIT */
/*
 * Programs that take no lock: a run of ./binfmtctl is stopped at every call that opens or writes a file of the
 * mount (by strace), somebody else changes the entries, and the run goes on. It ends in the
 * state asked for or says that it did not, and never leaves no handler of its own making.
 */
#include "fault.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "arch.h"

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
	const struct rule rule = fault_rule("name", old_interpreter, 0);

	live_register(&rule);
}

static void
others_add_temporary(void)
{
	const struct rule rule = fault_rule(".binfmtctl~name", old_interpreter, 0);

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
		 "%sexec %s -D -o %s %s -e trace=%s -e inject=%s:signal=STOP:when=%zu ./binfmtctl %s %s "
		 ">%s/out 2>%s/err",
		 fault_variables, FAULT_STRACE, fault_log, fault_paths(), call, call, n, s->command,
		 strcmp(s->command, "list") == 0 ? "" : "--timeout 0", scratch(), scratch());
	assert_int_equal(posix_spawn(&pid, argv[0], NULL, NULL, argv, env), 0);
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		act();
		stopped = true;
		kill(pid, SIGCONT);
	}
	assert_true(WIFEXITED(status));
	return stopped ? WEXITSTATUS(status) : -1;
}

/* The n-th such call's place in the log of an undisturbed run. */
static size_t
place_of(const char *log, const char *call, size_t n)
{
	size_t len = strlen(call), line = 0;

	for (; n; line++, log = strchr(log, '\n') + 1)
		n -= strncmp(log, call, len) == 0 && log[len] == '(';
	return line;
}

/*
 * What others do to the entry after our last look at it cannot be known. The run stands still when a
 * call is done, so that look is lost as soon as the file is open.
 */
static size_t
place_of_last_look(const char *log)
{
	size_t line = 0, last = 0;

	for (const char *next; (next = strchr(log, '\n')); log = next + 1) {
		char *quoted = memmem(log, (size_t)(next - log), "\"name\"", 6);

		line++;
		if (quoted && strncmp(log, "openat(", 7) == 0)
			last = line;
	}
	return last;
}

static bool
ends_replaced(const struct course *course)
{
	char *now = fault_state();
	bool is = strcmp(now, course->wanted) == 0;

	free(now);
	return is;
}

/* An entry of the temporary's name that came after the listing is not ours: other runs of binfmtctl are locked out. */
static bool
ends_registered(const struct course *course)
{
	const char *text = entry_text("name");

	return *text && strstr(course->wanted, text);
}

static bool
ends_removed(const struct course *course)
{
	(void)course;
	return !*entry_text("name");
}

static bool
ends_enabled(const struct course *course)
{
	(void)course;
	return strncmp(entry_text("name"), "enabled\n", 8) == 0;
}

static bool
ends_disabled(const struct course *course)
{
	(void)course;
	return strncmp(entry_text("name"), "disabled\n", 9) == 0;
}

static const struct row {
	struct scenario scenario;
	bool (*is_right)(const struct course *course);
	size_t writes_after_look; /* those that concern the temporary alone */
} rows[] = {
    {{"replacement", fault_start_old, "register --name name --extension fire --interpreter $NEW -f PF", "program.fire",
      false},
     ends_replaced,
     1},
    {{"registration", fault_start_empty, FAULT_REPLACE, NULL, false}, ends_registered, 0},
    {{"removal", fault_start_old, "remove name", NULL, false}, ends_removed, 0},
    {{"enable", fault_start_disabled, "enable name", NULL, false}, ends_enabled, 0},
    {{"disable", fault_start_old, "disable name", NULL, false}, ends_disabled, 0},
};

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
interfere(const struct row *row, const struct course *course, const struct call *call, size_t n, size_t other,
	  bool late)
{
	const struct scenario *s = &row->scenario;
	char fault[96];
	struct run *r;
	int ran;

	s->start();
	r = printed(run_with_other(s, call->name, n, others[other].act));
	assert_true(r->status >= 0);
	snprintf(fault, sizeof(fault), "others %s at %s %zu", others[other].name, call->name, n);
	if (s->program)
		mount_write("name", "1", 1); /* disabled meanwhile, it rightly stays so */
	ran = fault_exec(s);
	if (r->status == 0 && !late && !row->is_right(course))
		fault_fail(s, fault, "exit 0, but the state is not the one asked for", r);
	if (r->status != 0 && !fault_names_object(r->err))
		fault_fail(s, fault, "the message names no object or no cause", r);
	if (ran != OLD && ran != NEW && !(late && !others[other].leaves_one))
		fault_fail(s, fault, "there is no handler any more", r);
	runs++;
	failures += r->status != 0;
	free(r);
	if (s->program)
		fault_heals(s, course, fault);
}

/* The last write to the entry is followed by a look at it. */
static bool
is_read_back(const struct row *row, const struct course *course, const char *log)
{
	for (size_t i = 0; i < course->call_count; i++)
		if (strcmp(course->calls[i].name, "write") == 0)
			return place_of(log, "write", course->calls[i].times - row->writes_after_look) <
			       place_of_last_look(log);
	return false;
}

static void
others__at_every_call__right_or_said(void **state)
{
	const struct row *row = *state;
	struct course course;
	char *log;

	fault_prepare();
	runs = failures = 0;
	fault_learn(&row->scenario, &course);
	log = strdup(slurp(fault_log));
	assert_true(is_read_back(row, &course, log));
	for (size_t i = 0; i < course.call_count; i++)
		if (strcmp(course.calls[i].name, "openat") == 0 || strcmp(course.calls[i].name, "write") == 0)
			for (size_t n = 1; n <= course.calls[i].times; n++)
				for (size_t k = 0; k < LENGTH(others); k++)
					interfere(row, &course, &course.calls[i], n, k,
						  place_of(log, course.calls[i].name, n) >= place_of_last_look(log));
	free(log);
	free(course.wanted);
	printf("%s: %zu interferences, %zu of the runs failed honestly\n", row->scenario.name, runs, failures);
	assert_in_range(runs, 5 * LENGTH(others), 10000);
}

static void
others_register_other_again(void)
{
	const struct rule other = live_rule("other", "other", "/bin/true", RULE_F);

	mount_write("other", "-1", 2);
	live_register(&other);
}

/* An entry of the same name and text that is registered between the names and the texts has another place. */
static void
others__registered_again_while_listed__in_its_place(void **state)
{
	const struct scenario list = {"list", fault_start_old, "list", NULL, false};
	struct run *r;

	(void)state;
	fault_prepare();
	list.start();
	r = printed(run_with_other(&list, "getdents64", 2, others_register_other_again));
	expect(r, 0, "other ", "");
	assert_true(strstr(r->out, "\nother ") < strstr(r->out, "\nname "));
	free(r);
}

/* A rule for scripts that others have put in the place of the one at hand, disabled. */
static void
others_replace_by_danger(void)
{
	others_remove();
	register_line(":name:M::#!\\x2fbin\\x2fsh -e\\x0a::/bin/true:");
	others_disable();
}

/* What is enabled is what was found to be harmless. */
static void
others__replaced_by_a_rule_that_is_dangerous__not_enabled(void **state)
{
	const struct scenario enable = {"enable", fault_start_disabled, "enable name", NULL, false};
	size_t acted = 0;

	(void)state;
	fault_prepare();
	for (size_t n = 1; n < 100; n++) {
		struct run *r;

		enable.start();
		r = printed(run_with_other(&enable, "openat", n, others_replace_by_danger));
		if (r->status >= 0 && strncmp(entry_text("name"), "disabled\n", 9) != 0)
			fault_fail(&enable, "others replace it", "what was not looked at is enabled", r);
		acted += r->status >= 0;
		n = r->status >= 0 ? n : 100;
		free(r);
	}
	assert_in_range(acted, 5, 50);
}

static bool added;

static void
others_add_if_free(void)
{
	const struct rule rule = fault_rule("name", old_interpreter, 0);

	added = live_register(&rule) == 0;
}

/* With --keep an entry that came after our look at the name stays, as one that was there before. */
static void
others__register_the_name_first__kept(void **state)
{
	static const char *const calls[] = {"openat", "write"};
	const struct scenario keep = {"keep", fault_start_empty, FAULT_REPLACE " --keep", NULL, false};
	size_t theirs = 0, ours = 0;

	(void)state;
	fault_prepare();
	for (size_t i = 0; i < LENGTH(calls); i++)
		for (size_t n = 1; n < 100; n++) {
			struct run *r;

			keep.start();
			added = false;
			r = printed(run_with_other(&keep, calls[i], n, others_add_if_free));
			if (r->status < 0)
				n = 100;
			else if (r->status != added || says(entry_text("name"), old_interpreter) != added)
				fault_fail(&keep, "others register it", "theirs is replaced, or it is not told", r);
			theirs += added;
			ours += r->status == 0;
			free(r);
		}
	assert_in_range(theirs, 3, 50);
	assert_in_range(ours, 2, 50);
}

static void
others_register_architectures(void)
{
	for (size_t i = 0; i < 2; i++) {
		char name[RULE_NAME_MAX + 1];
		const struct rule rule = {name, arch_pattern(fault_archs[i]), old_interpreter, 0, NULL};

		arch_entry_name(fault_archs[i], name);
		assert_int_equal(live_register(&rule), 0);
	}
}

/* Somebody else who registers is seen by the first name that is taken: the next ones are looked at again. */
static void
others__register_two_after_the_listing__second_keeps_its_flags(void **state)
{
	const struct scenario archs = {"archs", fault_start_empty, "register $ARCHS --interpreter-dir $DIR", NULL,
				       false};
	char name[RULE_NAME_MAX + 1];
	struct run *r;

	(void)state;
	fault_prepare();
	archs.start();
	r = printed(run_with_other(&archs, "getdents64", 2, others_register_architectures));
	expect(r, 0, "registered", "warning: the entry keeps its flags, which lack F");
	arch_entry_name(fault_archs[1], name);
	assert_true(says(entry_text(name), "\nflags: \n"));
	free(r);
}

int
main(void)
{
	struct CMUnitTest tests[LENGTH(rows) + 4];

	for (size_t i = 0; i < LENGTH(rows); i++)
		tests[i] = (struct CMUnitTest){.name = rows[i].scenario.name,
					       .test_func = others__at_every_call__right_or_said,
					       .initial_state = (void *)(uintptr_t)&rows[i]};
	tests[LENGTH(rows)] = (struct CMUnitTest)cmocka_unit_test(others__registered_again_while_listed__in_its_place);
	tests[LENGTH(rows) + 1] =
	    (struct CMUnitTest)cmocka_unit_test(others__replaced_by_a_rule_that_is_dangerous__not_enabled);
	tests[LENGTH(rows) + 2] = (struct CMUnitTest)cmocka_unit_test(others__register_the_name_first__kept);
	tests[LENGTH(rows) + 3] =
	    (struct CMUnitTest)cmocka_unit_test(others__register_two_after_the_listing__second_keeps_its_flags);
	return ns_run(tests);
}
