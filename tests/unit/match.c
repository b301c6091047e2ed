/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "match.h"
#include "rule.h"

enum { RANDOM_PAIRS = 40000, SMALL = 4 };

static void
parse(struct rule *rule, const char *line)
{
	const char *reason = rule_parse_line(rule, line, strlen(line));

	if (reason)
		fail_msg("%s: %s", line, reason);
}

static void
extension__paths__what_follows_the_last_dot(void **state)
{
	static const struct {
		const char *path, *extension;
	} t[] = {
	    {"a.exe", "exe"},  {"/x/a.exe", "exe"},     {"/x/a.tar.gz", "gz"}, {"a.", ""},
	    {".", ""},         {".profile", "profile"}, {"a", NULL},           {"", NULL},
	    {"/x.y/a", "y/a"}, /* the kernel looks at the whole path: such an extension matches no rule */
	    {"./a", "/a"},     {"a.E X", "E X"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *got = match_extension(t[i].path);

		if (got && t[i].extension ? strcmp(got, t[i].extension) != 0 : got != t[i].extension)
			fail_msg("%s: %s", t[i].path, got ? got : "(none)");
	}
}

static void
rule__files__as_the_kernel_decides(void **state)
{
	static const struct {
		const char *line, *path, *head;
		size_t len;
		bool match;
	} t[] = {
	    {":a:M::MZ::/i:", "f", "MZ\x90", 3, true},
	    {":a:M::MZ::/i:", "f", "MX", 2, false},
	    {":a:M::MZ::/i:", "f", "M", 1, false},
	    {":a:M::MZ::/i:", "MZ.MZ", "", 0, false},
	    {":a:M:1:Z::/i:", "f", "MZ", 2, true},
	    {":a:M:1:Z::/i:", "f", "ZM", 2, false},
	    {":a:M::M\\x00::/i:", "f", "M", 1, true}, /* zero-padded */
	    {":a:M:255:\\x00::/i:", "f", "", 0, true},
	    {":a:M::MZ:\\xff\\x00:/i:", "f", "Mx", 2, true},
	    {":a:M::MZ:\\x00\\xff:/i:", "f", "xZ", 2, true},
	    {":a:M::MZ:\\xff\\xfe:/i:", "f", "M[", 2, true},
	    {":a:M::MZ:\\xff\\xfe:/i:", "f", "MY", 2, false},
	    {":a:M::MZ:\\x00\\x00:/i:", "f", "", 0, true}, /* such a rule takes all */
	    {":a:E::exe::/i:", "a.exe", "", 0, true},
	    {":a:E::exe::/i:", "a.b.exe", "", 0, true},
	    {":a:E::exe::/i:", ".exe", "", 0, true},
	    {":a:E::exe::/i:", "a.EXE", "", 0, false},
	    {":a:E::exe::/i:", "a.exe2", "", 0, false},
	    {":a:E::exe::/i:", "a.ex", "", 0, false},
	    {":a:E::exe::/i:", "exe", "", 0, false},
	    {":a:E::exe::/i:", "a.exe/b", "", 0, false},
	    {":a:E::exe::/i:", "a.", "exe", 3, false},
	    {":a:B::::exe:", "a.exe", "exe", 3, false},
	};
	struct subject subject;
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		subject = (struct subject){.path = t[i].path};
		memcpy(subject.head, t[i].head, t[i].len);
		parse(&rule, t[i].line);
		if (match_rule(&rule, &subject) != t[i].match)
			fail_msg("%s with %s, \"%s\"", t[i].line, t[i].path, t[i].head);
		rule.enabled = !rule.enabled; /* not looked at */
		assert_int_equal(match_rule(&rule, &subject), t[i].match);
	}
}

static void
differs__each_byte_of_the_window__its_index(void **state)
{
	unsigned char head[256];
	struct rule rule = {.size = 256};

	(void)state;
	for (size_t i = 0; i < sizeof(head); i++)
		rule.magic[i] = head[i] = (unsigned char)(i * 7);
	assert_int_equal(match_differs(&rule, head), -1);
	for (int i = 0; i < 256; i++) {
		struct rule one = {.offset = (size_t)i, .size = 1, .magic = {head[i]}};

		assert_int_equal(match_differs(&one, head), -1);
		head[i] ^= 0x10;
		assert_int_equal(match_differs(&rule, head), i);
		assert_int_equal(match_differs(&one, head), i);
		one.has_mask = true;
		one.mask[0] = 0xef;
		assert_int_equal(match_differs(&one, head), -1);
		one.mask[0] = 0x10;
		assert_int_equal(match_differs(&one, head), i);
		head[i] ^= 0x10;
	}
	head[17] ^= 1;
	head[200] ^= 1;
	assert_int_equal(match_differs(&rule, head), 17);
}

static void
overlap__pairs__as_reasoned(void **state)
{
	static const struct {
		const char *a, *b;
		bool overlap;
	} t[] = {
	    {":a:M::MZ::/i:", ":b:M::MZ::/j:", true},
	    {":a:M::MZ::/i:", ":b:M::M::/j:", true},
	    {":a:M::MZ::/i:", ":b:M::MX::/j:", false},
	    {":a:M::MZ::/i:", ":b:M:1:M::/j:", false},
	    {":a:M::MZ::/i:", ":b:M:1:Z::/j:", true},
	    {":a:M::MZ::/i:", ":b:M:2:M::/j:", true}, /* side by side */
	    {":a:M::M::/i:", ":b:M:255:Z::/j:", true},
	    {":a:M:255:M::/i:", ":b:M:255:Z::/j:", false},
	    {":a:M:254:MZ::/i:", ":b:M:255:Z::/j:", true},
	    {":a:M:254:MZ::/i:", ":b:M:255:M::/j:", false},
	    {":a:M::MZ:\\xff\\x0f:/i:", ":b:M::MZ:\\xff\\xf0:/j:", true},
	    {":a:M::MZ:\\xff\\x0f:/i:", ":b:M::M\\x1b:\\xff\\x01:/j:", false},
	    {":a:M::MZ:\\xff\\x0f:/i:", ":b:M::M\\x1a:\\xff\\x01:/j:", true},
	    {":a:M::\\x01:\\x01:/i:", ":b:M::\\x02:\\x02:/j:", true},
	    {":a:M::\\x01:\\x03:/i:", ":b:M::\\x02:\\x02:/j:", false},
	    {":a:E::exe::/i:", ":b:E::exe::/j:", true},
	    {":a:E::exe::/i:", ":b:E::EXE::/j:", false},
	    {":a:E::exe::/i:", ":b:M::exe::/j:", false}, /* says nothing */
	    {":a:B::::h:", ":b:B::::h:", false},
	    {":a:B::::h:", ":b:M::exe::/j:", false},
	};
	struct rule a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		parse(&a, t[i].a);
		parse(&b, t[i].b);
		if (match_overlap(&a, &b) != t[i].overlap || match_overlap(&b, &a) != t[i].overlap)
			fail_msg("%s and %s", t[i].a, t[i].b);
		assert_true(match_overlap(&a, &a) == (a.type != RULE_BPF));
	}
}

/* xorshift64, so that a failure can be had again. */
static uint64_t seed = 0xd1342543de82ef95U;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed >> 11) % n;
}

/* Of bytes 0 to 3, somewhere in SMALL bytes from `base` on. */
static void
small_rule(struct rule *rule, size_t base)
{
	*rule = (struct rule){.size = 1 + below(SMALL), .has_mask = below(4)};
	rule->offset = base + below(SMALL - rule->size + 1);
	for (size_t i = 0; i < rule->size; i++) {
		rule->magic[i] = (unsigned char)below(4);
		rule->mask[i] = (unsigned char)below(4);
	}
}

/* The definition, tried on every file over the alphabet. */
static bool
some_file_matches_both(const struct rule *a, const struct rule *b, size_t base)
{
	struct subject subject = {.path = ""};

	for (unsigned file = 0; file < 1U << 2 * SMALL; file++) {
		for (size_t i = 0; i < SMALL; i++)
			subject.head[base + i] = file >> 2 * i & 3;
		if (match_rule(a, &subject) && match_rule(b, &subject))
			return true;
	}
	return false;
}

static void
overlap__random_small_rules__as_by_brute_force(void **state)
{
	static const size_t bases[] = {0, 100, RULE_WINDOW - SMALL};
	size_t overlaps = 0;
	struct rule a, b;

	(void)state;
	for (size_t i = 0; i < RANDOM_PAIRS; i++) {
		size_t base = bases[i % LENGTH(bases)];
		bool want;

		small_rule(&a, base);
		small_rule(&b, base);
		want = some_file_matches_both(&a, &b, base);
		overlaps += want;
		if (match_overlap(&a, &b) != want || match_overlap(&b, &a) != want)
			fail_msg("pair %zu: brute force says %d", i, want);
	}
	print_message("%zu of %d pairs overlap\n", overlaps, RANDOM_PAIRS);
	assert_true(overlaps > RANDOM_PAIRS / 5 && overlaps < RANDOM_PAIRS * 4 / 5);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(extension__paths__what_follows_the_last_dot),
	    cmocka_unit_test(rule__files__as_the_kernel_decides),
	    cmocka_unit_test(differs__each_byte_of_the_window__its_index),
	    cmocka_unit_test(overlap__pairs__as_reasoned),
	    cmocka_unit_test(overlap__random_small_rules__as_by_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
