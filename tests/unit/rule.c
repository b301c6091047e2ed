/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "line.h"
#include "rule.h"

/* Parses a copy of a line, which the rule then points into; for the caller to free. */
static char *
parse(struct rule *rule, const char *line)
{
	size_t len = strlen(line);
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, line, len);
	expect_text(line, line_parse(copy, len, rule), NULL);
	return copy;
}

/* What the kernel makes of the seven letters, told apart from how rule.c does it. */
static const char *
exclusion(const char *letters)
{
	bool t = strchr(letters, 'T'), p = strchr(letters, 'P');

	if (t && p)
		return "flags T and P exclude each other";
	if (strchr(letters, 'L') && (t || p || strchr(letters, 'O') || strchr(letters, 'C')))
		return "flag L excludes T, P, O and C";
	return NULL;
}

static void
flags__all_combinations__as_documented(void **state)
{
	static const char order[] = "POCFTLD";
	static const unsigned bit[] = {RULE_P, RULE_O, RULE_C, RULE_F, RULE_T, RULE_L, RULE_D};
	size_t taken = 0;

	(void)state;
	for (unsigned set = 0; set < 1U << 7; set++) {
		char forward[8] = "", backward[8] = "", twice[16], formatted[RULE_FLAGS_MAX], want[8] = "";
		unsigned bits = 0, flags;
		const char *reason;
		size_t n = 0, w = 0;

		for (size_t i = 0; i < 7; i++)
			if (set & 1U << i) {
				forward[n++] = order[i];
				bits |= bit[i];
			}
		for (size_t i = 0; i < n; i++)
			backward[i] = forward[n - 1 - i];
		snprintf(twice, sizeof(twice), "%s%s", backward, forward);
		expect_text(forward, rule_check_flags(bits), exclusion(forward));
		if (bits & (RULE_C | RULE_T))
			bits |= RULE_O;
		for (size_t i = 0; i < 7; i++)
			if (bits & bit[i])
				want[w++] = order[i];

		reason = exclusion(forward);
		taken += !reason;
		for (size_t i = 0; i < 3; i++) {
			const char *letters = i == 0 ? forward : i == 1 ? backward : twice;

			flags = 0xdead;
			expect_text(letters, rule_parse_flags(letters, &flags), reason);
			assert_int_equal(flags, reason ? 0xdead : bits);
			if (reason)
				continue;
			rule_format_flags(flags, "", formatted);
			assert_string_equal(formatted, want);
			rule_format_flags(flags, NULL, formatted);
			assert_string_equal(formatted, want);
		}
	}
	assert_int_equal(taken, 52); /* 4 with L (F, D free), of the 64 without it 48 */
}

static void
flags__other_bytes__refused(void **state)
{
	char letters[3] = "F";
	size_t known = 0;
	unsigned flags;

	(void)state;
	for (int c = 1; c < 256; c++) {
		if (strchr("POCFTLD", c)) {
			known++;
			continue;
		}
		letters[1] = (char)c;
		flags = 0xdead;
		expect_text(letters, rule_parse_flags(letters, &flags),
			    "unknown flag; the flags are P O C F, and T L D on kernels that have them");
		assert_int_equal(flags, 0xdead);
	}
	assert_int_equal(known, 7);
}

static void
format_flags__letters_of_later_kernels__behind(void **state)
{
	char letters[RULE_FLAGS_MAX];

	(void)state;
	rule_format_flags(RULE_F | RULE_P, "XZ", letters);
	assert_string_equal(letters, "PFXZ");
	rule_format_flags(0, "", letters);
	assert_string_equal(letters, "");
	rule_format_flags(0x7f, "", letters);
	assert_string_equal(letters, "POCFTLD");
	rule_format_flags(RULE_F, NULL, letters);
	assert_string_equal(letters, "F");
}

static void
format_flags__too_many_letters__cut(void **state)
{
	char *letters = malloc(RULE_FLAGS_MAX); /* no byte behind it */
	char more[RULE_FLAGS_MAX + 1], want[RULE_FLAGS_MAX] = "POCFTLD";

	(void)state;
	assert_non_null(letters);
	memset(more, 'x', RULE_FLAGS_MAX);
	more[RULE_FLAGS_MAX] = '\0';
	memset(want + 7, 'x', RULE_FLAGS_MAX - 8);
	rule_format_flags(0x7f, more, letters);
	assert_string_equal(letters, want);
	more[RULE_FLAGS_MAX - 8] = '\0'; /* all of it */
	rule_format_flags(0x7f, more, letters);
	assert_string_equal(letters, want);
	free(letters);
}

static void
implied__flags__o_for_c_and_t(void **state)
{
	(void)state;
	assert_int_equal(rule_implied(0), 0);
	assert_int_equal(rule_implied(RULE_P | RULE_F | RULE_L | RULE_D), RULE_P | RULE_F | RULE_L | RULE_D);
	assert_int_equal(rule_implied(RULE_C), RULE_C | RULE_O);
	assert_int_equal(rule_implied(RULE_T), RULE_T | RULE_O);
}

static void
same__pairs__as_the_kernel_would_act(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} t[] = {
	    {":a:M:0:MZ::/i:P", ":a:M:0:MZ::/i:P", true},
	    {":a:M:0:MZ::/i:P", ":b:M:0:MZ::/i:P", true}, /* the name aside */
	    {":a:M:0:MZ::/i:P", ":a:M:0:MZ::/i:PD", true},
	    {":a:M:0:MZ::/i:P", ":a:M:0:MZ::/i:", false},
	    {":a:M:0:MZ::/i:C", ":a:M:0:MZ::/i:OC", true},
	    {":a:M:0:MZ::/i:O", ":a:M:0:MZ::/i:C", false},
	    {":a:M:0:MZ::/i:T", ":a:M:0:MZ::/i:O", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ::/j:", false},
	    {":a:M:0:MZ::/i:", ":a:M:1:MZ::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MX::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZZ::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ:\\xff\\xff:/i:", true},
	    {":a:M:0:MZ:\\xff\\xff:/i:", ":a:M:0:MZ::/i:", true},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ:\\xff\\xfe:/i:", false},
	    {":a:M:0:MZ:\\xff\\xfe:/i:", ":a:M:0:M[:\\xff\\xfe:/i:", true}, /* 5a and 5b */
	    {":a:M:0:MZ:\\xff\\xfe:/i:", ":a:M:0:MY:\\xff\\xfe:/i:", false},
	    {":a:M:0:MZ:\\xff\\x00:/i:", ":a:M:0:M0:\\xff\\x00:/i:", true},
	    {":a:M:0:exe::/i:", ":a:E::exe::/i:", false},
	    {":a:E::exe::/i:", ":a:E::exe::/i:", true},
	    {":a:E:1:exe:x:/i:", ":a:E::exe::/i:", true}, /* skipped fields */
	    {":a:E::exe::/i:", ":a:E::EXE::/i:", false},
	    {":a:B::::h:", ":a:B::::h:D", true},
	    {":a:B::::h:", ":a:B::::g:", false},
	    {":a:B::::h:", ":a:E::h::h:", false},
	};
	struct rule a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *line_a = parse(&a, t[i].a), *line_b = parse(&b, t[i].b);

		if (rule_same(&a, &b) != t[i].same || rule_same(&b, &a) != t[i].same)
			fail_msg("%s and %s", t[i].a, t[i].b);
		assert_true(rule_same(&a, &a) && rule_same(&b, &b));
		free(line_a);
		free(line_b);
	}
}

static void
same__flags_of_later_kernels__compared(void **state)
{
	char z[] = "Z"; /* not the same text by its address */
	struct rule a = {.more_flags = "Z"}, b = {.more_flags = z};

	(void)state;
	assert_true(rule_same(&a, &b));
	b.more_flags = "Y";
	assert_false(rule_same(&a, &b));
	b.more_flags = "";
	assert_false(rule_same(&a, &b));
	b.more_flags = NULL;
	assert_false(rule_same(&a, &b));
	assert_false(rule_same(&b, &a));
	a.more_flags = "";
	assert_true(rule_same(&a, &b)); /* none, either way */
	assert_true(rule_same(&b, &a));
}

static void
same__not_understood__not_even_itself(void **state)
{
	const struct rule rule = {.name = "a", .pattern.type = PATTERN_UNKNOWN, .interpreter = ""};

	(void)state;
	assert_false(rule_same(&rule, &rule));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flags__all_combinations__as_documented),
	    cmocka_unit_test(flags__other_bytes__refused),
	    cmocka_unit_test(format_flags__letters_of_later_kernels__behind),
	    cmocka_unit_test(format_flags__too_many_letters__cut),
	    cmocka_unit_test(implied__flags__o_for_c_and_t),
	    cmocka_unit_test(same__pairs__as_the_kernel_would_act),
	    cmocka_unit_test(same__flags_of_later_kernels__compared),
	    cmocka_unit_test(same__not_understood__not_even_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
