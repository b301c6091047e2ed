/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "line.h"
#include "pattern.h"

enum { RANDOM_PAIRS = 40000, SMALL = 4 };

/* The pattern of a copy of a register line, which it points into; for the caller to free. */
static char *
parse(struct pattern *pattern, const char *line)
{
	size_t len = strlen(line);
	char *copy = malloc(len + 1);
	const char *reason;
	struct rule rule;

	assert_non_null(copy);
	memcpy(copy, line, len);
	reason = line_parse(copy, len, &rule);
	if (reason)
		fail_msg("%s: %s", line, reason);
	*pattern = rule.pattern;
	return copy;
}

static void
mask__absent__all_ones(void **state)
{
	static const unsigned char magic[] = {1, 2}, mask[] = {0x0f, 0xf0};
	struct pattern pattern = {.type = PATTERN_MAGIC, .size = 2, .magic = magic};

	(void)state;
	assert_int_equal(pattern_mask(&pattern, 0), 0xff);
	assert_int_equal(pattern_mask(&pattern, 1), 0xff);
	pattern.mask = mask;
	assert_int_equal(pattern_mask(&pattern, 0), 0x0f);
	assert_int_equal(pattern_mask(&pattern, 1), 0xf0);
}

static void
extension__paths__what_follows_the_last_dot(void **state)
{
	static const struct {
		const char *path, *extension;
	} t[] = {
	    {"a.exe", "exe"},  {"/x/a.exe", "exe"},     {"/x/a.tar.gz", "gz"}, {"a.", ""},
	    {".", ""},         {".profile", "profile"}, {"a", NULL},           {"", NULL},
	    {"/x.y/a", "y/a"}, /* the kernel looks at the whole path: such an extension is in no rule */
	    {"./a", "/a"},     {"a.E X", "E X"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *got = pattern_extension(t[i].path);

		if (got && t[i].extension ? strcmp(got, t[i].extension) != 0 : got != t[i].extension)
			fail_msg("%s: %s", t[i].path, got ? got : "(none)");
	}
}

static void
takes__files__as_the_kernel_decides(void **state)
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
	struct pattern pattern;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *line = parse(&pattern, t[i].line);

		subject = (struct subject){.path = t[i].path};
		memcpy(subject.head, t[i].head, t[i].len);
		if (pattern_takes(&pattern, &subject) != t[i].match)
			fail_msg("%s with %s, \"%s\"", t[i].line, t[i].path, t[i].head);
		if (pattern.type == PATTERN_MAGIC)
			assert_int_equal(pattern_differs(&pattern, subject.head) < 0, t[i].match);
		pattern.type = PATTERN_UNKNOWN; /* takes none, whatever else it holds */
		assert_false(pattern_takes(&pattern, &subject));
		free(line);
	}
}

static void
differs__each_byte_of_the_window__its_index(void **state)
{
	unsigned char head[PATTERN_WINDOW], magic[PATTERN_WINDOW];
	struct pattern pattern = {.type = PATTERN_MAGIC, .size = 256, .magic = magic};

	(void)state;
	for (size_t i = 0; i < sizeof(head); i++)
		magic[i] = head[i] = (unsigned char)(i * 7);
	assert_int_equal(pattern_differs(&pattern, head), -1);
	for (int i = 0; i < 256; i++) {
		unsigned char mask = 0xef;
		struct pattern one = {.type = PATTERN_MAGIC, .offset = (uint16_t)i, .size = 1, .magic = &magic[i]};

		assert_int_equal(pattern_differs(&one, head), -1);
		head[i] ^= 0x10;
		assert_int_equal(pattern_differs(&pattern, head), i);
		assert_int_equal(pattern_differs(&one, head), i);
		one.mask = &mask;
		assert_int_equal(pattern_differs(&one, head), -1);
		mask = 0x10;
		assert_int_equal(pattern_differs(&one, head), i);
		head[i] ^= 0x10;
	}
	head[17] ^= 1;
	head[200] ^= 1;
	assert_int_equal(pattern_differs(&pattern, head), 17);
}

/* Of two rules with the same interpreter and flags, whether they take the same files. */
static void
same__pairs__as_the_kernel_would_act(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} t[] = {
	    {":a:M:0:MZ::/i:", ":b:M:0:MZ::/j:P", true}, /* name, interpreter and flags aside */
	    {":a:M:0:MZ::/i:", ":a:M:1:MZ::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MX::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZZ::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ:\\xff\\xff:/i:", true},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ:\\xff\\xfe:/i:", false},
	    {":a:M:0:MZ:\\xff\\xfe:/i:", ":a:M:0:M[:\\xff\\xfe:/i:", true}, /* 5a and 5b */
	    {":a:M:0:MZ:\\xff\\xfe:/i:", ":a:M:0:MY:\\xff\\xfe:/i:", false},
	    {":a:M:0:MZ:\\xff\\x00:/i:", ":a:M:0:M0:\\xff\\x00:/i:", true},
	    {":a:M:0:exe::/i:", ":a:E::exe::/i:", false},
	    {":a:E::exe::/i:", ":a:E::exe::/j:", true},
	    {":a:E:1:exe:x:/i:", ":a:E::exe::/i:", true}, /* skipped fields */
	    {":a:E::exe::/i:", ":a:E::EXE::/i:", false},
	    {":a:E::exe::/i:", ":a:E::ex::/i:", false},
	    {":a:B::::h:", ":a:B::::g:", true}, /* the program decides, which rule_same compares */
	    {":a:B::::h:", ":a:E::h::h:", false},
	    {":a:B::::h:", ":a:M::h::h:", false},
	};
	struct pattern a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *line_a = parse(&a, t[i].a), *line_b = parse(&b, t[i].b);

		if (pattern_same(&a, &b) != t[i].same || pattern_same(&b, &a) != t[i].same)
			fail_msg("%s and %s", t[i].a, t[i].b);
		assert_true(pattern_same(&a, &a) && pattern_same(&b, &b));
		a.type = PATTERN_UNKNOWN;
		assert_false(pattern_same(&a, &a));
		assert_false(pattern_same(&a, &b));
		assert_false(pattern_same(&b, &a));
		free(line_a);
		free(line_b);
	}
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
	struct pattern a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *line_a = parse(&a, t[i].a), *line_b = parse(&b, t[i].b);

		if (pattern_overlap(&a, &b) != t[i].overlap || pattern_overlap(&b, &a) != t[i].overlap)
			fail_msg("%s and %s", t[i].a, t[i].b);
		assert_true(pattern_overlap(&a, &a) == (a.type != PATTERN_BPF));
		a.type = PATTERN_UNKNOWN; /* says nothing */
		assert_false(pattern_overlap(&a, &a) || pattern_overlap(&a, &b) || pattern_overlap(&b, &a));
		free(line_a);
		free(line_b);
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

/* A magic of few bytes, with room for them. */
struct small {
	struct pattern pattern;
	unsigned char magic[SMALL], mask[SMALL];
};

/* Of bytes 0 to 3, somewhere in SMALL bytes from `base` on. */
static void
small_pattern(struct small *small, size_t base)
{
	size_t size = 1 + below(SMALL);
	bool has_mask = below(4);
	size_t offset = base + below(SMALL - size + 1);

	small->pattern = (struct pattern){.type = PATTERN_MAGIC,
					  .offset = (uint16_t)offset,
					  .size = (uint16_t)size,
					  .magic = small->magic,
					  .mask = has_mask ? small->mask : NULL};
	for (size_t i = 0; i < size; i++) {
		small->magic[i] = (unsigned char)below(4);
		small->mask[i] = (unsigned char)below(4);
	}
}

/* The definition, tried on every file over the alphabet. */
static bool
some_file_matches_both(const struct pattern *a, const struct pattern *b, size_t base)
{
	struct subject subject = {.path = ""};

	for (unsigned file = 0; file < 1U << 2 * SMALL; file++) {
		for (size_t i = 0; i < SMALL; i++)
			subject.head[base + i] = file >> 2 * i & 3;
		if (pattern_takes(a, &subject) && pattern_takes(b, &subject))
			return true;
	}
	return false;
}

static void
overlap__random_small_magics__as_by_brute_force(void **state)
{
	static const size_t bases[] = {0, 100, PATTERN_WINDOW - SMALL};
	size_t overlaps = 0;
	struct small a, b;

	(void)state;
	for (size_t i = 0; i < RANDOM_PAIRS; i++) {
		size_t base = bases[i % LENGTH(bases)];
		bool want;

		small_pattern(&a, base);
		small_pattern(&b, base);
		want = some_file_matches_both(&a.pattern, &b.pattern, base);
		overlaps += want;
		if (pattern_overlap(&a.pattern, &b.pattern) != want || pattern_overlap(&b.pattern, &a.pattern) != want)
			fail_msg("pair %zu: brute force says %d", i, want);
	}
	print_message("%zu of %d pairs overlap\n", overlaps, RANDOM_PAIRS);
	assert_true(overlaps > RANDOM_PAIRS / 5 && overlaps < RANDOM_PAIRS * 4 / 5);
}

/* The definition of "covers", tried on every file of bytes with one bit more than the masks have. */
static bool
takes_all_of(const struct pattern *outer, const struct pattern *inner, size_t base)
{
	struct subject subject = {.path = ""};

	for (unsigned file = 0; file < 1U << 3 * SMALL; file++) {
		for (size_t i = 0; i < SMALL; i++)
			subject.head[base + i] = file >> 3 * i & 7;
		if (pattern_takes(inner, &subject) && !pattern_takes(outer, &subject))
			return false;
	}
	return true;
}

static void
covers__random_small_magics__as_by_brute_force(void **state)
{
	static const size_t bases[] = {0, 100, PATTERN_WINDOW - SMALL};
	size_t covers = 0;
	struct small a, b;

	(void)state;
	for (size_t i = 0; i < RANDOM_PAIRS / 4; i++) {
		size_t base = bases[i % LENGTH(bases)];
		bool want;

		small_pattern(&a, base);
		small_pattern(&b, base);
		want = takes_all_of(&a.pattern, &b.pattern, base);
		covers += want;
		if (pattern_covers(&a.pattern, &b.pattern) != want)
			fail_msg("pair %zu: brute force says %d", i, want);
	}
	print_message("%zu of %d pairs are covered\n", covers, RANDOM_PAIRS / 4);
	assert_true(covers > RANDOM_PAIRS / 100 && covers < RANDOM_PAIRS / 8);
}

static void
covers__other_types__where_that_can_be_told(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool covers;
	} t[] = {
	    {":a:E::exe::/i:", ":b:E::exe::/j:", true},
	    {":a:E::exe::/i:", ":b:E::EXE::/j:", false},
	    {":a:E::exe::/i:", ":b:M::exe::/j:", false},
	    {":a:M::\\x00:\\x00:/i:", ":b:E::exe::/j:", false},
	    {":a:B::::h:", ":b:B::::h:", false},
	    {":a:M::MZ::/i:", ":b:M::MZ!::/j:", true},
	    {":a:M:254:MZ::/i:", ":b:M:255:Z::/j:", false},
	};
	struct pattern outer, inner;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *line_a = parse(&outer, t[i].outer), *line_b = parse(&inner, t[i].inner);

		if (pattern_covers(&outer, &inner) != t[i].covers)
			fail_msg("%s and %s", t[i].outer, t[i].inner);
		free(line_a);
		free(line_b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mask__absent__all_ones),
	    cmocka_unit_test(extension__paths__what_follows_the_last_dot),
	    cmocka_unit_test(takes__files__as_the_kernel_decides),
	    cmocka_unit_test(differs__each_byte_of_the_window__its_index),
	    cmocka_unit_test(same__pairs__as_the_kernel_would_act),
	    cmocka_unit_test(overlap__pairs__as_reasoned),
	    cmocka_unit_test(overlap__random_small_magics__as_by_brute_force),
	    cmocka_unit_test(covers__random_small_magics__as_by_brute_force),
	    cmocka_unit_test(covers__other_types__where_that_can_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
