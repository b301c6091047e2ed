/* SPDX-License-Identifier: MIT */
/* Whatever is asked of a table in buckets, the answers are those of going through all of it. */
#include "harness.h"

#include "binfmt_list.h"
#include "buckets.h"
#include "overlap.h"
#include "random.h"

enum { TABLES = 44, ENTRIES = 700, ASKED = 150, BYTES = 8 };

/* How the magics of a table are: so many of 100 at another offset, with a mask, and so on. */
struct kind {
	unsigned elsewhere, masked, extensions, unknown, disabled, temporaries;
	size_t values;         /* of a byte */
	unsigned char bits[4]; /* what masks are, by quarters; 0: anything */
};

static struct text {
	char name[40], extension[8];
	unsigned char magic[BYTES], mask[BYTES];
} texts[ENTRIES];
static struct entry entries[ENTRIES];

static void
make_pattern(const struct kind *kind, struct text *text, struct pattern *p)
{
	size_t odd = below(4);

	*p = (struct pattern){.type = PATTERN_MAGIC, .size = (uint16_t)(1 + below(BYTES)), .magic = text->magic};
	p->offset = chance(kind->elsewhere) ? (uint16_t)below(PATTERN_WINDOW - BYTES) : 0;
	for (size_t i = 0; i < BYTES; i++) {
		text->magic[i] = (unsigned char)below(kind->values);
		text->mask[i] = kind->bits[0] ? kind->bits[odd] : chance(70) ? 0xff : (unsigned char)random_bits();
	}
	if (chance(kind->masked))
		p->mask = text->mask;
	if (chance(kind->extensions)) {
		snprintf(text->extension, sizeof(text->extension), "e%zu", below(kind->values));
		*p = (struct pattern){.type = PATTERN_EXTENSION, .extension = text->extension};
	}
	if (chance(kind->unknown))
		*p = (struct pattern){.type = chance(50) ? PATTERN_BPF : PATTERN_UNKNOWN};
}

static void
make_table(const struct kind *kind)
{
	static const char *const interpreters[] = {"/a", "/b", "/b"};

	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &entries[i];

		*e = (struct entry){.rule.name = texts[i].name, .rule.interpreter = interpreters[below(3)]};
		e->enabled = !chance(kind->disabled);
		make_pattern(kind, &texts[i], &e->rule.pattern);
		snprintf(texts[i].name, sizeof(texts[i].name), "%s%zu", chance(kind->temporaries) ? ".binfmtctl~" : "",
			 i < ENTRIES / 2 ? i : i - ENTRIES / 2 + 10000);
	}
	if (kind->temporaries) /* one that stands before its entry */
		snprintf(texts[3].name, sizeof(texts[3].name), ".binfmtctl~%u", 10000U + ENTRIES / 2 - 1);
}

static void
make_subject(struct subject *subject, char path[static 16])
{
	const struct pattern *p = &entries[below(ENTRIES)].rule.pattern;

	*subject = (struct subject){.path = path};
	snprintf(path, 16, "/x%s%s", p->extension || chance(20) ? "." : "", p->extension ? p->extension : "");
	for (size_t i = 0; i < p->size; i++)
		subject->head[p->offset + i] = p->magic[i];
}

/* Goes a way to its end: its numbers rise. How many there are, and whether one that has to be there is left out. */
static size_t
count_way(struct way *way, const bool needed[static ENTRIES])
{
	size_t last = 0, count = 0, i;
	bool seen[ENTRIES] = {false};

	while ((i = way_next(way)) < ENTRIES) {
		assert_true(!count || i > last);
		seen[i] = true;
		last = i;
		count++;
	}
	for (i = 0; i < ENTRIES; i++)
		assert_true(seen[i] || !needed[i]);
	assert_int_equal(way_next(way), ENTRIES);
	return count;
}

static void
ask_behind(struct buckets *b, size_t at)
{
	bool needed[ENTRIES];
	struct way way;

	for (size_t i = 0; i < ENTRIES; i++)
		needed[i] = i > at && pattern_overlap(&entries[i].rule.pattern, &entries[at].rule.pattern);
	buckets_sharers_behind(b, ENTRIES, entries, at, &way);
	count_way(&way, needed);
	buckets_sharers_behind(b, ENTRIES, entries, at, &way);
	assert_true(way_next(&way) > at);
}

/* The mean of what is looked at for a file, and for a pattern. */
static void
ask(struct buckets *b, size_t *takers, size_t *sharers)
{
	bool needed[ENTRIES];
	struct subject subject;
	char path[16];
	struct way way;

	*takers = *sharers = 0;
	for (size_t n = 0; n < ASKED; n++) {
		const struct pattern *asked = &entries[below(ENTRIES)].rule.pattern;

		make_subject(&subject, path);
		for (size_t i = 0; i < ENTRIES; i++)
			needed[i] = pattern_takes(&entries[i].rule.pattern, &subject) ||
				    entries[i].rule.pattern.type > PATTERN_EXTENSION;
		buckets_takers(b, ENTRIES, &subject, &way);
		*takers += count_way(&way, needed);
		for (size_t i = 0; i < ENTRIES; i++)
			needed[i] = pattern_overlap(&entries[i].rule.pattern, asked);
		buckets_sharers(b, ENTRIES, asked, &way);
		*sharers += count_way(&way, needed);
		ask_behind(b, below(ENTRIES));
	}
	*takers /= ASKED;
	*sharers /= ASKED;
}

static const struct kind kinds[] = {
    {.values = 256},
    {.values = 256, .extensions = 50},
    {.values = 256, .masked = 100, .bits = {0xfe, 0xfe, 0xfe, 0xfe}},
    {.values = 256, .masked = 100, .bits = {0xfe, 0x7e, 0xfe, 0x7e}},
    {.values = 256, .masked = 100, .bits = {0xfe, 0xfd, 0xfe, 0xfd}},
    {.values = 256, .masked = 90, .bits = {0xf8, 0xff, 0xff, 0xf8}, .extensions = 10},
    {.values = 4, .masked = 30, .disabled = 20},
    {.values = 16, .masked = 100, .elsewhere = 20, .temporaries = 10},
    {.values = 256, .elsewhere = 100, .unknown = 2},
    {.values = 2, .masked = 50, .elsewhere = 50, .extensions = 30, .unknown = 10, .disabled = 50, .temporaries = 30},
    {.values = 1, .extensions = 10},
};

static void
way__random_tables__leaves_out_nothing_that_answers(void **state)
{
	size_t takers, sharers;

	(void)state;
	random_seed(1);
	for (size_t table = 0; table < TABLES; table++) {
		struct buckets *b;

		make_table(&kinds[table % LENGTH(kinds)]);
		b = buckets_make(entries, ENTRIES);
		assert_non_null(b);
		ask(b, &takers, &sharers);
		buckets_free(b);
		if (table % LENGTH(kinds) < 6 && (takers > ENTRIES / 20 || sharers > ENTRIES / 4))
			fail_msg("kind %zu: %zu takers, %zu sharers of %d are looked at", table % LENGTH(kinds), takers,
				 sharers, ENTRIES);
	}
}

static void
way__no_buckets__all(void **state)
{
	size_t takers, sharers;

	(void)state;
	make_table(&kinds[0]);
	assert_null(buckets_make(entries, 40)); /* it would not pay */
	ask(NULL, &takers, &sharers);
	assert_int_equal(takers, ENTRIES);
	assert_int_equal(sharers, ENTRIES);
}

static void
expect_same_name(const char *what, size_t table, const char *a, const char *b)
{
	if (a != b)
		fail_msg("%s of table %zu: %s, in buckets %s", what, table, a ? a : "none", b ? b : "none");
}

static void
list__sorted__same_answers(void **state)
{
	static const char *const strangers[] = {"5", "10007", "nobody"};
	size_t fronts = 0, shadows = 0;

	(void)state;
	random_seed(2);
	for (size_t table = 0; table < TABLES; table++) {
		struct binfmt_list plain = {.entries = entries, .count = ENTRIES}, sorted = plain;
		struct subject subject;
		char path[16];

		make_table(&kinds[table % LENGTH(kinds)]);
		binfmt_list_sort(&sorted);
		assert_non_null(sorted.buckets);
		for (size_t n = 0; n < ASKED; n++) {
			struct rule stranger = entries[below(ENTRIES)].rule; /* not of the list itself */
			const struct rule *rule = chance(70) ? &entries[below(ENTRIES)].rule : &stranger;
			const char *front, *shadow;

			stranger.name = chance(50) ? strangers[below(LENGTH(strangers))] : stranger.name;
			front = overlap_in_front(rule, &plain);
			shadow = overlap_shadow(rule, &plain);
			fronts += front != NULL;
			shadows += shadow != NULL;
			assert_int_equal(binfmt_list_place(&sorted, rule), binfmt_list_place(&plain, rule));
			expect_same_name("front", table, front, overlap_in_front(rule, &sorted));
			expect_same_name("shadow", table, shadow, overlap_shadow(rule, &sorted));
			make_subject(&subject, path);
			for (const struct entry *e = NULL, *next;; e = next) {
				next = binfmt_list_next_taker(&plain, &subject, e);
				assert_ptr_equal(next, binfmt_list_next_taker(&sorted, &subject, e));
				if (!next)
					break;
			}
		}
		buckets_free(sorted.buckets);
	}
	assert_in_range(fronts, TABLES * ASKED / 10, TABLES * ASKED * 9 / 10);
	assert_in_range(shadows, TABLES * ASKED / 20, fronts - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(way__random_tables__leaves_out_nothing_that_answers),
	    cmocka_unit_test(way__no_buckets__all),
	    cmocka_unit_test(list__sorted__same_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
