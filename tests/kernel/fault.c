/* SPDX-License-Identifier: MIT */
/*
 * Fault injection by strace: build/tests/kernel/fault [PERCENT]. Every syscall of a run that touches the
 * mount is a point where the run is killed, and where the call fails with each errno that may come
 * there (PERCENT of them, picked evenly). Whatever happens a live handler stays live, the exit status
 * tells the truth, other entries are not touched, the lock is free, and the next run ends in exactly
 * the state asked for.
 */
#include "fault.h"

#include <signal.h>

#include "entry.h"
#include "sanitized.h"

/* The sanitized program is there for its memory, which goes the same ways at other points: fewer of them do. */
enum { PERCENT = SANITIZED ? 10 : 30, SAMPLED_KILLS = SANITIZED ? 15 : 60, ENOUGH = SANITIZED ? 30 : 100 };

static unsigned percent = PERCENT;

static struct {
	size_t points, kills, faults, honest_failures;
} result;

static const struct {
	const char *call, *errors;
} errnos[] = {
    {"openat", "EIO ENOMEM EACCES ENOENT EMFILE EROFS EINTR"},
    {"write", "EIO ENOMEM EACCES EINTR ENOENT EEXIST EINVAL ENOSPC EROFS"},
    {"read", "EIO ENOMEM EINTR"},
    {"getdents64", "EIO ENOMEM EINTR"},
    {"flock", "EIO ENOLCK EINTR"},
    {"close", "EIO EINTR"},
};

static const char *
errnos_of(const char *call)
{
	for (size_t i = 0; i < LENGTH(errnos); i++)
		if (strcmp(errnos[i].call, call) == 0)
			return errnos[i].errors;
	return "EIO ENOMEM"; /* the fstat family, lseek */
}

static bool
injected(void)
{
	const char *log = slurp(fault_log);

	return log && strstr(log, "(INJECTED)");
}

/*
 * An entry that the kernel says is not there is gone: a removal is done, a registration is one of a new entry, and what
 * a killed run left of another needs no more healing.
 */
static bool
says_gone(const struct scenario *s, const char *fault)
{
	return strncmp(fault, "openat:error=ENOENT", 19) == 0 &&
	       (strncmp(s->command, "remove", 6) == 0 || strstr(s->command, "other") ||
		s->start == fault_start_disabled);
}

/*
 * What a killed run left of another entry is cleaned up by the way: where that fails a warning will do. A temporary
 * that alone is there is the entry, and may keep its name.
 */
static bool
may_warn(const struct scenario *s, const struct run *r)
{
	return strstr(r->err, "could not be cleaned up") &&
	       (strstr(s->command, "other") || s->start == fault_start_temporary);
}

/* What is true after any disturbed run. */
static void
inspect(const struct scenario *s, const struct course *course, const char *fault, const char *before,
	const struct run *r)
{
	int status = fault_exec(s);
	char *after = fault_state();

	if (status != OLD && status != NEW)
		fault_fail(s, fault, "the handler that was live is not", r);
	if (strcmp(fault_bystander(), before) != 0)
		fault_fail(s, fault, "another's entry was touched", r);
	if (r->status == 0 && strcmp(after, course->wanted) != 0 && !says_gone(s, fault) && !may_warn(s, r))
		fault_fail(s, fault, "exit 0, but the state is not the one asked for", r);
	if (r->status != 0 && r->status != 128 + SIGKILL && (!fault_names_object(r->err) || strstr(r->err, "Success")))
		fault_fail(s, fault, "the message names no object or no cause", r);
	result.honest_failures += r->status != 0 && r->status != 128 + SIGKILL;
	free(after);
}

/* One disturbed run. False if the point was not reached. */
static bool
disturb(const struct scenario *s, const struct course *course, const char *fault)
{
	char options[160], before[ENTRY_TEXT_MAX + 64];
	const struct run *r;

	s->start();
	snprintf(before, sizeof(before), "%s", fault_bystander());
	snprintf(options, sizeof(options), "-e inject=%s", fault);
	r = fault_run(s, options);
	if (r->status != 128 + SIGKILL && !injected())
		return false;
	inspect(s, course, fault, before, r);
	if (!says_gone(s, fault))
		fault_heals(s, course, fault);
	return true;
}

/* Whether the n-th of many is among `share` percent of them, evenly spread. */
static bool
picked(size_t n, size_t share)
{
	return share >= 100 || n * share / 100 != (n + 1) * share / 100;
}

static bool
is_sampled(const struct scenario *s, size_t total)
{
	return (s->sampled || SANITIZED) && percent < 100 && total > SAMPLED_KILLS;
}

static void
sweep_kills(const struct scenario *s, const struct course *course, size_t total)
{
	size_t share = is_sampled(s, total) ? 100 * SAMPLED_KILLS / total : 100, at = 0;
	char fault[96];

	for (size_t i = 0; i < course->call_count; i++)
		for (size_t n = 1; n <= course->calls[i].times; n++, at++) {
			if (!picked(at, share))
				continue;
			snprintf(fault, sizeof(fault), "%s:signal=KILL:when=%zu", course->calls[i].name, n);
			if (!disturb(s, course, fault))
				fail_msg("%s: %s was not reached", s->name, fault);
			result.kills++;
		}
}

static void
sweep_call(const struct scenario *s, const struct course *course, const struct call *call, size_t share)
{
	char errors[128], fault[96], *save = NULL;
	static size_t at;

	snprintf(errors, sizeof(errors), "%s", errnos_of(call->name));
	for (char *error = strtok_r(errors, " ", &save); error; error = strtok_r(NULL, " ", &save))
		for (size_t n = 1; n <= call->times; n++, at++) {
			if (!picked(at, share))
				continue;
			snprintf(fault, sizeof(fault), "%s:error=%s:when=%zu", call->name, error, n);
			result.faults += disturb(s, course, fault);
		}
}

static void
sweep(const struct scenario *s)
{
	struct course course;
	size_t total = 0, kills = result.kills, faults = result.faults, share = percent;

	fault_learn(s, &course);
	for (size_t i = 0; i < course.call_count; i++)
		total += course.calls[i].times;
	if (is_sampled(s, total))
		share = percent * SAMPLED_KILLS / total;
	sweep_kills(s, &course, total);
	for (size_t i = 0; i < course.call_count; i++)
		sweep_call(s, &course, &course.calls[i], share);
	printf("%s: %zu calls touch the mount; %zu kills, %zu failing calls\n", s->name, total, result.kills - kills,
	       result.faults - faults);
	assert_in_range(total, 10, 100000);
	result.points += total;
	free(course.wanted);
}

static const struct scenario scenarios[] = {
    {"replacement", fault_start_old, FAULT_REPLACE, "program.fire", .sampled = false},
    {"replacement with a temporary alone", fault_start_temporary, FAULT_REPLACE, "program.fire", .sampled = false},
    {"replacement with a temporary beside", fault_start_both, FAULT_REPLACE, "program.fire", .sampled = false},
    {"another's change heals", fault_start_temporary, "enable other", "program.fire", .sampled = false},
    {"replacement of a disabled entry", fault_start_disabled, FAULT_REPLACE, NULL, .sampled = false},
    {"first registration", fault_start_empty, FAULT_REPLACE, NULL, .sampled = false},
    {"removal", fault_start_old, "remove name", NULL, .sampled = false},
    {"removal of both", fault_start_both, "remove name", NULL, .sampled = false},
    {"disable", fault_start_old, "disable name", NULL, .sampled = false},
    {"disable of both", fault_start_both, "disable name", NULL, .sampled = false},
    {"disable of a temporary alone", fault_start_temporary, "disable name", NULL, .sampled = false},
    {"enable beside a temporary", fault_start_both, "enable name", "program.fire", .sampled = false},
    {"refresh beside a temporary", fault_start_both, "refresh name", "program.fire", .sampled = false},
    {"enable", fault_start_disabled, "enable name", NULL, .sampled = false},
    {"enable what is enabled", fault_start_old, "enable name", "program.fire", .sampled = false},
    {"three architectures", fault_start_arch, "register $ARCHS --interpreter-dir $DIR -f PF", "program.arch",
     .sampled = true},
    {"all architectures", fault_start_arch, "register all --interpreter-dir $DIR -f PF", "program.arch",
     .sampled = true},
};

static void
fault__every_call__whole_and_healed(void **state)
{
	fault_prepare();
	sweep(*state);
}

static void
totals__printed__enough(void **state)
{
	(void)state;
	need_strace();
	printf("%zu calls touch the mount; %zu kills, %zu failing calls (%zu honest failures)\n", result.points,
	       result.kills, result.faults, result.honest_failures);
	assert_in_range(result.kills, 3 * ENOUGH, 100000);
	assert_in_range(result.faults, 2 * ENOUGH, 1000000);
	assert_in_range(result.honest_failures, ENOUGH, 1000000);
}

int
main(int argc, char *argv[])
{
	struct CMUnitTest tests[LENGTH(scenarios) + 1];
	size_t n = 0;

	for (; n < LENGTH(scenarios); n++)
		tests[n] = (struct CMUnitTest){.name = scenarios[n].name,
					       .test_func = fault__every_call__whole_and_healed,
					       .initial_state = (void *)(uintptr_t)&scenarios[n]};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(totals__printed__enough);
	if (argc > 1)
		percent = (unsigned)strtoul(argv[1], NULL, 0);
	return ns_run(tests);
}
