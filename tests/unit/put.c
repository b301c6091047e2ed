/* SPDX-License-Identifier: MIT */
/* What becomes of a live entry, as the pure function that it is. */
#include "harness.h"

#include "put.h"

static void
fate__live_and_planned__one_outcome_each(void **state)
{
	/* what is live: 0 nothing, s the same rule, d a different one; enabled or not; a temporary or not */
	static const struct {
		char live;
		bool live_on, temporary, plan_on, stale, keep;
		enum outcome fate;
	} rows[] = {
	    {'0', false, false, true, false, false, OUT_REGISTERED},
	    {'0', false, false, true, false, true, OUT_REGISTERED},
	    {'s', true, false, true, false, false, OUT_UNCHANGED},
	    {'s', true, false, true, false, true, OUT_UNCHANGED},
	    {'s', false, false, false, false, false, OUT_UNCHANGED},
	    {'s', true, false, true, true, false, OUT_REPLACED}, /* it holds a file that was replaced */
	    {'s', true, false, true, true, true, OUT_REPLACED},
	    {'s', true, true, true, false, false, OUT_REPLACED}, /* what a killed run left gets its name */
	    {'s', true, true, true, false, true, OUT_REPLACED},
	    {'s', true, false, false, false, false, OUT_REPLACED}, /* flag D: to be disabled */
	    {'s', true, false, false, false, true, OUT_FAILED},
	    {'d', true, false, true, false, false, OUT_REPLACED},
	    {'d', true, false, true, false, true, OUT_FAILED},
	    {'d', false, false, false, false, false, OUT_REPLACED},
	    {'d', true, true, true, false, true, OUT_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct pattern pattern = {.type = PATTERN_EXTENSION, .extension = "e"};
		const struct plan plan = {.rule = {"name", pattern, "/i", RULE_F, NULL}, .enabled = rows[i].plan_on};
		struct live live = {.temporary = rows[i].temporary};

		live.text.entry = (struct entry){.rule = plan.rule, .enabled = rows[i].live_on, .more = ""};
		if (rows[i].live == 'd')
			live.text.entry.rule.flags = RULE_P;
		live.entry = rows[i].live == '0' ? NULL : &live.text.entry;
		if (put_fate(&live, &plan, rows[i].stale, rows[i].keep) != rows[i].fate)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(fate__live_and_planned__one_outcome_each)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
