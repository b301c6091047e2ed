/* SPDX-License-Identifier: MIT */
/* Entries that change places at boot, beside a search through all pairs; and that a long table is no square. */
#include "harness.h"

#include "bootorder.h"
#include "confd.h"
#include "err.h"
#include "live.h"
#include "random.h"
#include "snapshot.h"

enum { ROUNDS = 300, ENTRIES = 40, MANY = 10000 };

static struct entry entries[MANY];
static unsigned char magics[MANY][4], masks[MANY][4];
static char names[MANY][16], extensions[MANY][16];
static struct confd_line lines[MANY];
static const struct confd_line *named[MANY];
static struct confd confd;
static struct snapshot live;

/* What was told: by entry the name of the one that wins later. */
static const char *later_of[MANY];
static size_t told_count;

static void
take(void *arg, const char *first, const char *later)
{
	(void)arg;
	assert_null(later_of[atoi(first + 1)]);
	later_of[atoi(first + 1)] = later;
	told_count++;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct confd_line *const *)a)->name, (*(const struct confd_line *const *)b)->name);
}

/* Makes the entry i, registered at boot as the place-th; its pattern is set already. */
static void
place(size_t i, size_t at)
{
	snprintf(names[i], sizeof(names[i]), "n%zu", i);
	entries[i].rule.name = names[i];
	entries[i].rule.interpreter = "/i";
	lines[at] = (struct confd_line){.name = names[i], .fate = CONFD_REGISTERED, .rule = entries[i].rule};
	named[i] = &lines[at];
}

static void
finish(size_t count)
{
	struct err err;

	qsort(named, count, sizeof(named[0]), by_name);
	confd = (struct confd){.lines = lines, .count = count, .named = named, .named_count = count};
	live_snapshot(&live, entries, count);
	memset(later_of, 0, sizeof(later_of));
	told_count = 0;
	assert_int_equal(bootorder_examine(&confd, &live, take, NULL, &err), 0);
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

/* Whether entry i has to be told of: some entry behind it is registered later, and they share a file. */
static bool
changes(size_t i, size_t k)
{
	return k > i && entries[i].enabled && entries[k].enabled &&
	       confd_find(&confd, names[k]) > confd_find(&confd, names[i]) &&
	       pattern_overlap(&entries[i].rule.pattern, &entries[k].rule.pattern);
}

static void
order__random_tables__as_all_pairs_say(void **state)
{
	size_t at[ENTRIES], told = 0;

	(void)state;
	random_seed(7);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < ENTRIES; i++) {
			size_t other = below(i + 1);

			random_entry(i);
			at[i] = at[other];
			at[other] = i;
		}
		for (size_t i = 0; i < ENTRIES; i++)
			place(i, at[i]);
		finish(ENTRIES);
		for (size_t i = 0; i < ENTRIES; i++) {
			bool wanted = false;

			for (size_t k = 0; k < ENTRIES; k++)
				wanted |= changes(i, k);
			assert_true(wanted == (later_of[i] != NULL));
			if (later_of[i])
				assert_true(changes(i, (size_t)atoi(later_of[i] + 1)));
		}
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
		place(i, ENTRIES - 1 - i);
	}
	finish(ENTRIES);
	assert_int_equal(told_count, 0);
}

/* All reversed: programs that differ in one byte, extensions, and one magic for all. */
static void
order__ten_thousand_reversed__in_no_time(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		for (size_t i = 0; i < MANY; i++) {
			entries[i] = (struct entry){.enabled = true};
			snprintf(extensions[i], sizeof(extensions[i]), "e%zu", i);
			memcpy(magics[i],
			       (unsigned char[]){0x7f, 'E', (unsigned char)(kind == 0 ? i : 1),
						 (unsigned char)(kind == 0 ? i / 256 : 1)},
			       4);
			entries[i].rule.pattern =
			    (struct pattern){.type = PATTERN_MAGIC, .size = 4, .magic = magics[i]};
			if (kind == 1)
				entries[i].rule.pattern =
				    (struct pattern){.type = PATTERN_EXTENSION, .extension = extensions[i]};
			place(i, i);
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
