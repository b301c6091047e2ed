/* SPDX-License-Identifier: MIT */
/* What a probe's end says of the table that is seen, by what that foretells. */
#include "harness.h"

#include <errno.h>
#include <string.h>

#include "accord.h"
#include "probe.h"
#include "walk.h"

enum { FILE_OF_PROGRAM = 1, FILE_OF_ENTRY, FILE_OF_ANOTHER };

/* What the table foretells. */
static const struct foretold {
	const char *what;
	enum walk_verdict verdict;
	int error, runner; /* the hop */
	bool held, firm;
} handler = {"an entry's file runs it", WALK_RUNS, 0, 1, false, false},
  held = {"a held file runs it, whose path nothing has touched", WALK_RUNS, 0, 1, true, true},
  guessed = {"a held file runs it, by a path where something has changed", WALK_RUNS, 0, 1, true, false},
  broken = {"what the path of a held file names fails", WALK_FAILS, ENOENT, -1, true, true},
  none = {"nothing takes it", WALK_FAILS, ENOEXEC, -1, false, false},
  missing = {"no interpreter", WALK_FAILS, ENOENT, -1, false, false},
  native = {"the kernel itself runs it", WALK_RUNS, 0, 0, false, false},
  untold = {"it cannot be told", WALK_UNKNOWN, 0, -1, false, false},
  lost = {"what runs it is not known", WALK_RUNS, 0, -1, false, false},
  behind = {"what runs a held script", WALK_RUNS, 0, 2, true, true},
  killed = {"the kernel kills it", WALK_KILLED, 0, -1, false, false};

/* What became of it. */
static const struct probe_result
    refused = {.end = PROBE_REFUSED, .exec_errno = ENOEXEC},
    absent = {.end = PROBE_REFUSED, .exec_errno = ENOENT}, denied = {.end = PROBE_REFUSED, .exec_errno = EACCES},
    itself = {.end = PROBE_STOPPED, .itself = true, .exe = "/p", .ino = FILE_OF_PROGRAM},
    by_entry = {.end = PROBE_STOPPED, .exe = "/e", .ino = FILE_OF_ENTRY, .reachable = true},
    by_another = {.end = PROBE_STOPPED, .exe = "/a", .ino = FILE_OF_ANOTHER, .reachable = true},
    by_twin = {.end = PROBE_STOPPED, .exe = "/e", .dev = 1, .ino = FILE_OF_ENTRY, .reachable = true},
    from_elsewhere = {.end = PROBE_STOPPED, .exe = "/e", .ino = FILE_OF_ANOTHER}, by_unseen = {.end = PROBE_STOPPED};

static void
accord__table_and_run__as_it_is(void **state)
{
	static const struct {
		const struct foretold *foretold;
		const struct probe_result *run;
		enum look_is is;
	} rows[] = {
	    {&handler, &by_entry, LOOK_YES},      {&handler, &by_another, LOOK_NO},
	    {&handler, &from_elsewhere, LOOK_NO}, {&handler, &itself, LOOK_NO},
	    {&handler, &refused, LOOK_NO},        {&handler, &denied, LOOK_UNKNOWN},
	    {&handler, &by_unseen, LOOK_UNKNOWN}, {&held, &by_entry, LOOK_YES},
	    {&held, &by_another, LOOK_NO},        {&held, &from_elsewhere, LOOK_UNKNOWN},
	    {&held, &refused, LOOK_NO},           {&held, &itself, LOOK_NO},
	    {&guessed, &by_entry, LOOK_YES},      {&guessed, &by_another, LOOK_UNKNOWN},
	    {&guessed, &refused, LOOK_UNKNOWN},   {&guessed, &itself, LOOK_NO},
	    {&broken, &by_another, LOOK_UNKNOWN}, {&broken, &absent, LOOK_YES},
	    {&broken, &refused, LOOK_UNKNOWN},    {&broken, &itself, LOOK_NO},
	    {&none, &refused, LOOK_YES},          {&none, &by_entry, LOOK_NO},
	    {&none, &denied, LOOK_UNKNOWN},       {&none, &by_unseen, LOOK_UNKNOWN},
	    {&missing, &absent, LOOK_YES},        {&missing, &refused, LOOK_UNKNOWN},
	    {&missing, &by_another, LOOK_NO},     {&native, &itself, LOOK_YES},
	    {&native, &by_another, LOOK_NO},      {&untold, &by_another, LOOK_UNKNOWN},
	    {&untold, &refused, LOOK_UNKNOWN},    {&lost, &by_another, LOOK_UNKNOWN},
	    {&killed, &by_another, LOOK_UNKNOWN}, {&handler, &by_twin, LOOK_NO},
	    {&behind, &by_another, LOOK_UNKNOWN},
	};
	static struct walk walk; /* 12 KB */

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct foretold *f = rows[i].foretold;

		memset(&walk, 0, sizeof(walk));
		walk.verdict = f->verdict;
		walk.error = f->error;
		walk.runner = f->runner;
		walk.hops[0].ino = FILE_OF_PROGRAM;
		walk.hops[1].ino = FILE_OF_ENTRY;
		walk.hops[1].held = f->held;
		walk.hops[1].firm = f->firm;
		walk.count = 2;
		if (accord_of(&walk, rows[i].run).is != rows[i].is)
			fail_msg("row %zu: %s", i, f->what);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accord__table_and_run__as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
