/* SPDX-License-Identifier: MIT */
/* Entries that change places at boot, beside a search through all pairs; and that a long table is no square. */
#include "harness.h"

#include "bootorder.h"
#include "buckets.h"
#include "live.h"
#include "random.h"
#include "snapshot.h"

enum { ROUNDS = 300, ENTRIES = 40, LARGE = 400, MANY = 10000 };

static struct entry entries[MANY];
static unsigned char magics[MANY][4], masks[MANY][4];
static char names[MANY][16], extensions[MANY][16];
static struct bootorder_place places[MANY];
static struct snapshot live;

/* What was told: by entry the one that wins later, or may. */
static const struct entry *later_of[MANY];
static bool unknown[MANY];
static size_t told_count;

static void
take(void *arg, enum bootorder_end end, size_t first, size_t other)
{
	(void)arg;
	assert_null(later_of[first]);
	later_of[first] = &entries[other];
	unknown[first] = end == BOOTORDER_UNKNOWN;
	told_count++;
}

/* Makes the entry i, registered at boot as the turn-th; its pattern is set already. */
static void
place(size_t i, long turn)
{
	snprintf(names[i], sizeof(names[i]), "n%zu", i);
	entries[i].rule.name = names[i];
	entries[i].rule.interpreter = "/i";
	places[i] = (struct bootorder_place){.turn = turn};
}

static void
finish(size_t count)
{
	live_snapshot(&live, entries, count);
	binfmt_list_sort(&live.list);
	memset(later_of, 0, sizeof(later_of));
	told_count = 0;
	bootorder_examine(&live, places, take, NULL);
	buckets_free(live.list.buckets);
}

static void
random_entry(size_t i)
{
	struct pattern *p = &entries[i].rule.pattern;

	entries[i] = (struct entry){.enabled = chance(90)};
	if (chance(25)) {
		snprintf(extensions[i], sizeof(extensions[i]), "e%zu", below(6));
		*p = (struct pattern){.type = PATTERN_EXTENSION, .extension = extensions[i]};
		return;
	}
	for (size_t k = 0; k < 4; k++) {
		magics[i][k] = (unsigned char)below(3);
		masks[i][k] = chance(70) ? 0xff : (unsigned char)below(256);
	}
	*p = (struct pattern){
	    .type = PATTERN_MAGIC,
	    .offset = (uint16_t)below(3),
	    .size = (uint16_t)(1 + below(4)),
	    .magic = magics[i],
	    .mask = chance(60) ? masks[i] : NULL,
	};
}

/* What entry k behind entry i is for it: 0 nothing, 1 it may win later, 2 it will. */
static int
changes(size_t i, size_t k)
{
	long first = places[i].turn, other = places[k].turn;

	if (k <= i || !entries[i].enabled || !entries[k].enabled || first == BOOTORDER_NEVER ||
	    other == BOOTORDER_NEVER || !pattern_overlap(&entries[i].rule.pattern, &entries[k].rule.pattern))
		return 0;
	if (first == BOOTORDER_ANY || other == BOOTORDER_ANY || first == other)
		return 1;
	return other > first ? 2 : 0;
}

static void
expect_as_all_pairs(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int wanted = 0, got = later_of[i] ? changes(i, (size_t)(later_of[i] - entries)) : 0;

		for (size_t k = 0; k < count; k++)
			if (changes(i, k) > wanted)
				wanted = changes(i, k);
		assert_int_equal(got, wanted);
		assert_true(!got || unknown[i] == (got == 1));
	}
}

/* Few, in which nothing is looked up by buckets, and many. */
static void
order__random_tables__as_all_pairs_say(void **state)
{
	static size_t at[LARGE];
	size_t told = 0;

	(void)state;
	random_seed(7);
	for (size_t round = 0; round < ROUNDS; round++) {
		size_t count = round % 20 ? ENTRIES : LARGE;

		for (size_t i = 0; i < count; i++) {
			size_t other = below(i + 1);

			random_entry(i);
			at[i] = at[other];
			at[other] = i;
		}
		for (size_t i = 0; i < count; i++)
			place(i, chance(5)                    ? BOOTORDER_NEVER
				 : chance(round % 3 ? 0 : 10) ? BOOTORDER_ANY
							      : (long)(at[i] / (round % 2 + 1)));
		finish(count);
		expect_as_all_pairs(count);
		told += told_count;
	}
	assert_true(told > ROUNDS);
}

static void
order__as_configured__nothing_told(void **state)
{
	(void)state;
	random_seed(8);
	for (size_t i = 0; i < ENTRIES; i++) {
		random_entry(i);
		place(i, (long)(ENTRIES - 1 - i));
	}
	finish(ENTRIES);
	assert_int_equal(told_count, 0);
}

/* All reversed: programs that differ in two bytes, extensions, one magic for all, and masks of partial bytes. */
static void
order__ten_thousand_reversed__in_no_time(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		for (size_t i = 0; i < MANY; i++) {
			entries[i] = (struct entry){.enabled = true};
			snprintf(extensions[i], sizeof(extensions[i]), "e%zu", i);
			memcpy(magics[i],
			       (unsigned char[]){0x7f, 'E',
						 (unsigned char)(kind == 0   ? i
								 : kind == 3 ? 2 * i
									     : 1),
						 (unsigned char)(kind == 0   ? i / 256
								 : kind == 3 ? i / 128 * 2
									     : 1)},
			       4);
			memset(masks[i], 0xfe, 4);
			entries[i].rule.pattern =
			    (struct pattern){.type = PATTERN_MAGIC, .size = 4, .magic = magics[i]};
			if (kind == 3)
				entries[i].rule.pattern.mask = masks[i];
			if (kind == 1)
				entries[i].rule.pattern =
				    (struct pattern){.type = PATTERN_EXTENSION, .extension = extensions[i]};
			place(i, (long)i);
		}
		finish(MANY);
		assert_int_equal(told_count, kind == 2 ? MANY - 1 : 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order__random_tables__as_all_pairs_say),
	    cmocka_unit_test(order__as_configured__nothing_told),
	    cmocka_unit_test(order__ten_thousand_reversed__in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
