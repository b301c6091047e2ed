/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>

#include "binfmt_list.h"
#include "probe.h"
#include "rule.h"
#include "stale.h"

static const char *const names[] = {"NO", "REPLACED", "DELETED", "ELSEWHERE", "UNSEEN"};

static void
by_probe__runs__what_they_prove(void **state)
{
	static const struct stat same = {.st_dev = 5, .st_ino = 7}, other = {.st_dev = 5, .st_ino = 8},
				 device = {.st_dev = 6, .st_ino = 7};
	static const struct {
		const char *row;
		unsigned flags;
		struct probe_result run;
		const struct stat *path;
		enum stale stale;
	} t[] = {
	    {"the same file", RULE_F, {.exe = "/q", .dev = 5, .ino = 7}, &same, STALE_NO},
	    {"the same by another name", RULE_F, {.exe = "/x (deleted)", .dev = 5, .ino = 7}, &same, STALE_NO},
	    {"replaced", RULE_F, {.exe = "/q (deleted)", .dev = 5, .ino = 7}, &other, STALE_REPLACED},
	    {"replaced from another file system",
	     RULE_F,
	     {.exe = "/q (deleted)", .dev = 5, .ino = 7},
	     &device,
	     STALE_REPLACED},
	    {"deleted", RULE_F, {.exe = "/q (deleted)", .dev = 5, .ino = 7}, NULL, STALE_DELETED},
	    {"renamed away, another in its place",
	     RULE_F,
	     {.exe = "/q.old", .dev = 5, .ino = 7, .reachable = true},
	     &other,
	     STALE_REPLACED},
	    {"renamed away, none in its place",
	     RULE_F,
	     {.exe = "/q.old", .dev = 5, .ino = 7, .reachable = true},
	     NULL,
	     STALE_DELETED},
	    {"another file that lives", RULE_F, {.exe = "/q", .dev = 5, .ino = 7}, &other, STALE_ELSEWHERE},
	    {"another file system's", RULE_F, {.exe = "/q", .dev = 5, .ino = 7}, &device, STALE_ELSEWHERE},
	    {"not to be seen from here", RULE_F, {.exe = "/q", .dev = 5, .ino = 7}, NULL, STALE_ELSEWHERE},
	    {"deleted in its name only", RULE_F, {.exe = "/q(deleted)", .dev = 5, .ino = 7}, &other, STALE_ELSEWHERE},
	    {"deleted in the middle", RULE_F, {.exe = "/q (deleted)/x", .dev = 5, .ino = 7}, &other, STALE_ELSEWHERE},
	    {"nothing but the mark", RULE_F, {.exe = " (deleted)", .dev = 5, .ino = 7}, &other, STALE_ELSEWHERE},
	    {"closed to us", RULE_F, {.exe = "", .exe_errno = 13}, &same, STALE_UNSEEN},
	    {"not traced", RULE_F, {.exe = ""}, NULL, STALE_UNSEEN},
	    {"native", RULE_F, {.exe = "/memfd:p (deleted)", .itself = true}, &same, STALE_UNSEEN},
	    {"transparent", RULE_F | RULE_T | RULE_O, {.exe = "/q (deleted)"}, &same, STALE_UNSEEN},
	    {"loader", RULE_F | RULE_L, {.exe = "/q (deleted)"}, &same, STALE_UNSEEN},
	    {"other flags", RULE_F | RULE_P | RULE_O | RULE_C, {.exe = "/q", .dev = 5, .ino = 7}, &same, STALE_NO},
	};
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		struct rule rule = {.flags = t[i].flags, .interpreter = "/q"};
		enum stale stale = stale_by_probe(&rule, &t[i].run, t[i].path);

		if (stale != t[i].stale)
			fail_msg("%s: %s", t[i].row, names[stale]);
		seen |= 1U << stale;
	}
	assert_int_equal(seen, (1U << LENGTH(names)) - 1); /* every value of the enum */
}

/* What became of a probe for another reason than the entry is no proof of anything. */
static void
untold__ends_that_say_nothing_of_the_entry__said(void **state)
{
	static const struct {
		const char *row;
		struct probe_result run;
		const char *untold; /* NULL: it tells */
	} t[] = {
	    {"at the trap", {.end = PROBE_STOPPED, .traced = true}, NULL},
	    {"closed to us", {.end = PROBE_STOPPED, .traced = true, .exe_errno = EACCES}, NULL},
	    {"not looked at", {.end = PROBE_STOPPED, .traced = true, .exe_errno = EMFILE}, "could not be run"},
	    {"no handler", {.end = PROBE_REFUSED, .exec_errno = ENOEXEC}, NULL},
	    {"no interpreter", {.end = PROBE_REFUSED, .exec_errno = ENOENT}, NULL},
	    {"no memory", {.end = PROBE_REFUSED, .exec_errno = ENOMEM}, "no memory"},
	    {"no process", {.end = PROBE_REFUSED, .exec_errno = EAGAIN}, "no memory"},
	    {"no file in the system", {.end = PROBE_REFUSED, .exec_errno = ENFILE}, "no more open files"},
	    {"no file in the process", {.end = PROBE_REFUSED, .exec_errno = EMFILE}, "no more open files"},
	    {"killed", {.end = PROBE_SIGNALLED, .signal = 9}, "was killed"},
	    {"ended early", {.end = PROBE_EXITED, .status = 125}, "ended before its time"},
	    {"too slow", {.end = PROBE_TIMED_OUT}, "could not be run"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *untold = stale_untold(&t[i].run);

		if (!untold != !t[i].untold || (untold && !strstr(untold, t[i].untold)))
			fail_msg("%s: %s", t[i].row, untold ? untold : "it tells");
	}
}

static void
by_time__times__a_hint(void **state)
{
	static const struct {
		struct timespec registered, changed;
		enum stale stale;
	} t[] = {
	    {{100, 50}, {100, 50}, STALE_NO},
	    {{100, 50}, {100, 49}, STALE_NO},
	    {{100, 50}, {100, 51}, STALE_REPLACED},
	    {{100, 50}, {99, 999999999}, STALE_NO},
	    {{100, 999999999}, {101, 0}, STALE_REPLACED},
	    {{100, 0}, {101, 0}, STALE_REPLACED},
	    {{101, 0}, {100, 0}, STALE_NO},
	    {{0, 0}, {-1, 0}, STALE_NO},
	};
	struct stat path = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		path.st_ctim = t[i].changed;
		if (stale_by_time(&t[i].registered, &path) != t[i].stale)
			fail_msg("row %zu", i);
		assert_int_equal(stale_by_time(&t[i].registered, NULL), STALE_DELETED);
	}
}

/* Nothing is run for entries whose interpreter the kernel does not hold. */
static void
of__without_f_or_bpf__never(void **state)
{
	static const struct pattern magic = {.size = 1, .magic = (const unsigned char *)"m"};
	const struct entry entries[] = {
	    {.rule = {.interpreter = "/nowhere", .pattern = magic}, .registered = {1, 0}, .enabled = true},
	    {.rule = {.interpreter = "/nowhere", .pattern = magic, .flags = RULE_P | RULE_O | RULE_C},
	     .registered = {1, 0}},
	    {.rule = {.interpreter = "handler", .pattern.type = PATTERN_BPF, .flags = RULE_F}, .registered = {1, 0}},
	};
	struct binfmt_list list = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(entries); i++) {
		struct staleness s = stale_of(&entries[i], &list, true, NULL, NULL);

		assert_int_equal(s.stale, STALE_NO);
		assert_false(s.by_time);
	}
}

static void
of__disabled_or_unknown__by_time(void **state)
{
	static const struct timespec early = {1, 0}, late = {INT32_MAX, 0};
	struct entry entry = {.rule = {.pattern = {.type = PATTERN_EXTENSION, .extension = "e"},
				       .interpreter = "/proc/self/exe",
				       .flags = RULE_F}};
	struct binfmt_list list = {0};
	struct staleness s;

	(void)state;
	for (int on = 0; on < 4; on++) {
		entry.enabled = on & 1;
		entry.registered = early;
		s = stale_of(&entry, &list, on & 2, NULL, NULL);
		assert_true(s.by_time);
		assert_int_equal(s.stale, STALE_REPLACED);
		entry.registered = late;
		s = stale_of(&entry, &list, on & 2, NULL, NULL);
		assert_true(s.by_time);
		assert_true(s.stale == STALE_NO || (s.stale == STALE_UNKNOWN && s.untold)); /* a container's root */
	}
	entry.rule.interpreter = "/nowhere";
	s = stale_of(&entry, &list, true, NULL, NULL);
	assert_true(s.by_time);
	assert_int_equal(s.stale, STALE_DELETED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_probe__runs__what_they_prove),
	    cmocka_unit_test(untold__ends_that_say_nothing_of_the_entry__said),
	    cmocka_unit_test(by_time__times__a_hint),
	    cmocka_unit_test(of__without_f_or_bpf__never),
	    cmocka_unit_test(of__disabled_or_unknown__by_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
