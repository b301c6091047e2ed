/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "suggest.h"

/* Which of some candidates (NULL ends them) are near, as text. */
static void
expect_near(const char *word, const char *const *candidates, const char *want)
{
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	suggest_start(&suggest, word);
	for (; *candidates; candidates++)
		suggest_add(&suggest, *candidates);
	if (strcmp(suggest_text(&suggest, text), want) != 0)
		fail_msg("%s: got \"%s\", want \"%s\"", word, text, want);
}

static void
add__edits__counted(void **state)
{
	static const struct {
		const char *word, *candidate;
		size_t edits; /* 99: too far */
	} t[] = {
	    {"status", "status", 0},
	    {"STATUS", "status", 0}, /* case is free */
	    {"status", "StAtUs", 0},
	    {"statu", "status", 1},
	    {"statuss", "status", 1},
	    {"stxtus", "status", 1},
	    {"sttaus", "status", 1}, /* a swap of neighbours */
	    {"tsatsu", "status", 2},
	    {"xstatus", "status", 1},
	    {"sttus", "status", 1},
	    {"xtxtus", "status", 2},
	    {"xxatus", "status", 2},
	    {"xxxtus", "status", 99},
	    {"ca", "abc", 99},
	    {"refresh", "refrsehx", 2},
	    {"abcdefghijkl", "xbcxefghijkl", 2}, /* however long the word is */
	    {"abcdefghijkl", "xbcxefxhijkl", 99},
	    {"qemu-riscv64", "qemu-aarch64", 99}, /* another name, not this one misspelt */
	    {"qemu-s390x", "qemu-sh4", 99},
	    {"qemu-rsicv64", "qemu-riscv64", 1},
	    /* never every letter */
	    {"abc", "xyc", 2},
	    {"abc", "xyz", 99},
	    {"ab", "xb", 1},
	    {"ab", "ba", 1},
	    {"ab", "xy", 99},
	    {"ab", "abcd", 99},
	    {"ab", "abc", 1},
	    {"a", "a", 0},
	    {"a", "b", 99},
	    {"a", "ab", 99},
	    {"", "", 0},
	    {"", "a", 99},
	    {"\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa8", 1}, /* bytes, not letters */
	};
	struct suggest suggest;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		suggest_start(&suggest, t[i].word);
		suggest_add(&suggest, t[i].candidate);
		if (suggest.count != (t[i].edits != 99) || (suggest.count && suggest.edits[0] != t[i].edits))
			fail_msg("%s, %s: %zu near, %zu edits", t[i].word, t[i].candidate, suggest.count,
				 suggest.count ? suggest.edits[0] : 0);
	}
}

/* The definition, by recursion. */
static size_t
edits_between(const char *a, const char *b)
{
	size_t best, n;

	if (!*a || !*b)
		return strlen(a) + strlen(b);
	best = edits_between(a + 1, b + 1) + (*a != *b);
	n = edits_between(a + 1, b) + 1;
	best = n < best ? n : best;
	n = edits_between(a, b + 1) + 1;
	best = n < best ? n : best;
	if (a[1] && b[1] && a[0] == b[1] && a[1] == b[0]) {
		n = edits_between(a + 2, b + 2) + 1;
		best = n < best ? n : best;
	}
	return best;
}

/* All words of up to five letters out of two or three against one another. */
static void
add__all_small_words__as_by_definition(void **state)
{
	enum { WORDS = 1 + 3 + 9 + 27 + 81 + 243 };
	static char words[WORDS][6];
	size_t n = 1, near_ones = 0;
	struct suggest suggest;

	(void)state;
	for (size_t i = 0; n < WORDS; i++)
		for (char c = 'a'; c <= 'c'; c++, n++)
			snprintf(words[n], sizeof(words[n]), "%.4s%c", words[i], c);
	for (size_t i = 0; i < WORDS; i++)
		for (size_t j = 0; j < WORDS; j += 7) {
			size_t want = edits_between(words[i], words[j]);

			suggest_start(&suggest, words[i]);
			suggest_add(&suggest, words[j]);
			near_ones += suggest.count;
			if (suggest.count != (want <= suggest.most) || (suggest.count && suggest.edits[0] != want))
				fail_msg("%s, %s: want %zu", words[i], words[j], want);
		}
	assert_true(near_ones > 1000);
}

static void
add__several__nearest_first_of_equals_the_first(void **state)
{
	static const char *const candidates[] = {"stats", "statusxx", "state", "startus", "Status", "sttus", NULL};

	(void)state;
	expect_near("status", candidates, "; nearest: Status, stats, startus");
	expect_near("statusx", candidates, "; nearest: statusxx, Status, stats");
	expect_near("startux", candidates, "; nearest: startus, Status");
	expect_near("qwertz", candidates, "");
}

static void
add__more_than_room__farthest_dropped(void **state)
{
	static const char *const candidates[] = {"abcdxy", "abcdxz", "abcdex", "abcdey", "abcdef", NULL};

	(void)state;
	expect_near("abcdef", candidates, "; nearest: abcdef, abcdex, abcdey");
}

static void
add__long_words__none_or_near(void **state)
{
	char word[65], other[65];
	struct suggest suggest;

	(void)state;
	memset(word, 'w', sizeof(word));
	memset(other, 'w', sizeof(other));
	other[5] = 'x';
	for (size_t len = 62; len < 65; len++) {
		word[len] = other[len] = '\0';
		suggest_start(&suggest, word);
		suggest_add(&suggest, other);
		suggest_add(&suggest, "w");
		assert_int_equal(suggest.count, len < 64);
		word[len] = other[len] = 'w';
	}
	word[10] = '\0';
	other[64] = '\0';
	suggest_start(&suggest, word);
	suggest_add(&suggest, other);
	assert_int_equal(suggest.count, 0);
}

static void
text__three_longest_words__fit(void **state)
{
	char words[3][64], text[SUGGEST_TEXT_MAX], want[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		memset(words[i], 'w', 63);
		words[i][63] = '\0';
		words[i][i] = 'x';
	}
	suggest_start(&suggest, words[0]);
	for (size_t i = 0; i < 3; i++)
		suggest_add(&suggest, words[i]);
	snprintf(want, sizeof(want), "; nearest: %s, %s, %s", words[0], words[1], words[2]);
	assert_string_equal(suggest_text(&suggest, text), want);
	assert_ptr_equal(suggest.words[0], words[0]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(add__edits__counted),
	    cmocka_unit_test(add__all_small_words__as_by_definition),
	    cmocka_unit_test(add__several__nearest_first_of_equals_the_first),
	    cmocka_unit_test(add__more_than_room__farthest_dropped),
	    cmocka_unit_test(add__long_words__none_or_near),
	    cmocka_unit_test(text__three_longest_words__fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
