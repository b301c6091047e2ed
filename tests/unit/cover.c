/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "cover.h"
#include "pattern.h"
#include "random.h"

enum { ROUNDS = 30000, OTHERS = 5 };

/* A magic of one or two bytes of two bits each at offset 0 or 1, so that all files can be tried. */
struct small {
	struct pattern pattern;
	unsigned char magic[2], mask[2];
};

static void
make(struct small *s)
{
	size_t offset = below(2);

	for (size_t i = 0; i < 2; i++) {
		s->magic[i] = (unsigned char)below(4);
		s->mask[i] = (unsigned char)below(4);
	}
	s->pattern = (struct pattern){.type = PATTERN_MAGIC,
				      .offset = (uint16_t)offset,
				      .size = (uint16_t)(offset ? 1 : 1 + below(2)),
				      .magic = s->magic,
				      .mask = s->mask};
}

/* Each file of two bytes of two bits. */
static bool
by_brute_force(const struct small *files, const struct small *among, const struct small *others, size_t count)
{
	for (unsigned file = 0; file < 16; file++) {
		struct subject subject = {.path = "", .head = {file & 3, (unsigned char)(file >> 2)}};
		bool taken =
		    !pattern_takes(&files->pattern, &subject) || (among && !pattern_takes(&among->pattern, &subject));

		for (size_t i = 0; i < count; i++)
			taken |= pattern_takes(&others[i].pattern, &subject);
		if (!taken)
			return false;
	}
	return true;
}

static void
holds__random_small_magics__as_by_brute_force(void **state)
{
	struct small files, among, others[OTHERS];
	const struct pattern *patterns[OTHERS];
	unsigned held = 0, by_several = 0;

	(void)state;
	random_seed(1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		const struct small *only = chance(50) ? &among : NULL;
		size_t count = below(OTHERS + 1);
		bool holds, alone = false;

		make(&files);
		make(&among);
		for (size_t i = 0; i < count; i++) {
			make(&others[i]);
			patterns[i] = &others[i].pattern;
			alone |= by_brute_force(&files, only, &others[i], 1);
		}
		holds = cover_holds(&files.pattern, only ? &only->pattern : NULL, patterns, count);
		if (holds != by_brute_force(&files, only, others, count))
			fail_msg("round %u: %d", round, holds);
		held += holds;
		by_several += holds && !alone;
	}
	printf("%u of %u held, %u by several only\n", held, ROUNDS, by_several);
	assert_in_range(held, ROUNDS / 10, ROUNDS * 9 / 10);
	assert_true(by_several > ROUNDS / 100);
}

static void
holds__other_types__only_the_same_extension(void **state)
{
	static const unsigned char byte[] = {'A'};
	static const struct pattern a = {.type = PATTERN_EXTENSION, .extension = "a"},
				    b = {.type = PATTERN_EXTENSION, .extension = "b"}, bpf = {.type = PATTERN_BPF},
				    odd = {.type = PATTERN_UNKNOWN},
				    magic = {.type = PATTERN_MAGIC, .size = 1, .magic = byte};
	static const struct {
		const struct pattern *files, *other;
		bool holds;
	} t[] = {
	    {&a, &a, true},        {&a, &b, false},        {&a, &magic, false},
	    {&magic, &a, false},   {&magic, &magic, true}, {&bpf, &bpf, false},
	    {&magic, &bpf, false}, {&odd, &odd, false},    {&magic, &odd, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		if (cover_holds(t[i].files, NULL, &t[i].other, 1) != t[i].holds)
			fail_msg("row %zu", i);
	assert_false(cover_holds(&magic, NULL, NULL, 0));
}

/* Magics that cross in so many ways that no end could be waited for: it is not told, and quickly. */
static void
holds__too_many_parts__false(void **state)
{
	static unsigned char none[PATTERN_WINDOW], magics[COVER_MAX][PATTERN_WINDOW];
	const struct pattern files = {.type = PATTERN_MAGIC, .size = 1, .magic = none, .mask = none};
	struct pattern patterns[COVER_MAX];
	const struct pattern *others[COVER_MAX];

	(void)state;
	for (size_t i = 0; i < COVER_MAX; i++) {
		memset(magics[i], 0, sizeof(magics[i]));
		for (size_t k = 0; k < 8; k++)
			magics[i][(i * 8 + k) % PATTERN_WINDOW] = 1;
		patterns[i] =
		    (struct pattern){.type = PATTERN_MAGIC, .size = PATTERN_WINDOW, .magic = none, .mask = magics[i]};
		others[i] = &patterns[i];
	}
	assert_false(cover_holds(&files, NULL, others, COVER_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holds__random_small_magics__as_by_brute_force),
	    cmocka_unit_test(holds__other_types__only_the_same_extension),
	    cmocka_unit_test(holds__too_many_parts__false),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
