/* SPDX-License-Identifier: MIT */
#include "live.h"

#include "err.h"
#include "resolve.h"
#include "snapshot.h"

/* Entries in force: a program judges, or the first byte does. */
#define BPF                                                                                                            \
	{                                                                                                              \
		.rule = {.name = "program", .pattern.type = PATTERN_BPF, .interpreter = "judge"}, .enabled = true      \
	}
#define MAGIC                                                                                                          \
	{                                                                                                              \
		.rule = {.name = "magic",                                                                              \
			 .pattern = {.type = PATTERN_MAGIC, .size = 1, .magic = (const unsigned char *)"a"},           \
			 .interpreter = "/bin/true"},                                                                  \
		.enabled = true                                                                                        \
	}

static void
resolve(const struct snapshot *s, const char *text, struct resolved *resolved)
{
	resolve_bytes(s, -1, (const unsigned char *)text, strlen(text), resolved);
}

static void
resolve_bytes__bpf_in_front__unknown(void **state)
{
	struct entry entries[] = {BPF, MAGIC};
	static struct resolved resolved;
	char why[ERR_TEXT_MAX];
	struct snapshot s;

	(void)state;
	live_snapshot(&s, entries, LENGTH(entries));
	resolve(&s, "abc", &resolved);
	assert_int_equal(resolved.result, RESOLVED_UNKNOWN);
	assert_string_equal(resolved.handler.name, "program");
	assert_string_equal(resolved.why.text, "entry program is a BPF handler: its program decides");
	assert_true(resolve_why(&s, 0, &resolved.subject, &resolved.handler, why));
	assert_string_equal(why, "BPF handler judge decides");
	entries[0].enabled = false;
	resolve(&s, "abc", &resolved);
	assert_int_equal(resolved.result, RESOLVED_HANDLER);
	assert_string_equal(resolved.handler.name, "magic");
}

static void
resolve_bytes__bpf_behind__handler(void **state)
{
	struct entry entries[] = {MAGIC, BPF};
	static struct resolved resolved;
	struct snapshot s;

	(void)state;
	live_snapshot(&s, entries, LENGTH(entries));
	resolve(&s, "abc", &resolved);
	assert_int_equal(resolved.result, RESOLVED_HANDLER);
	assert_string_equal(resolved.handler.name, "magic");
	resolve(&s, "bbc", &resolved);
	assert_int_equal(resolved.result, RESOLVED_UNKNOWN);
	s.switched_on = false;
	resolve(&s, "abc", &resolved);
	assert_int_equal(resolved.result, RESOLVED_NONE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(resolve_bytes__bpf_in_front__unknown),
	    cmocka_unit_test(resolve_bytes__bpf_behind__handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
