/* SPDX-License-Identifier: MIT */
/*
 * Which entry is tried first where no listing shows it: a probe tells. Here listings do show it, so the snapshot is
 * told that they do not, and the probe has to come to the same.
 */
#include "harness.h"

#include <unistd.h>

#include "err.h"
#include "first.h"
#include "inforce.h"
#include "overlap.h"
#include "resolve.h"

enum { INTERPRETERS = 3, TABLES = 60, ENTRIES = 5 };

static char *interpreters[INTERPRETERS];
static char *file;

static void
open_hidden(struct snapshot *s)
{
	struct err err;

	assert_int_equal(snapshot_open(s, MOUNT, &err), 0);
	snapshot_prepare(s);
	s->list.order_hidden = true;
}

static void
resolve(struct snapshot *s, struct resolved *r)
{
	resolve_file(s, -1, file, r);
	inforce_explain(s, -1, r);
}

static void
add(int number, const char *pattern, size_t interpreter, const char *flags)
{
	char line[5000];

	snprintf(line, sizeof(line), ":e%d:%s:%s:%s", number, pattern, interpreters[interpreter], flags);
	assert_int_equal(mount_write("register", line, strlen(line)), 0);
}

static void
write_file(const char *bytes)
{
	expect(shell("printf '%s' >%s && chmod 755 %s", bytes, file, file), 0, "", "");
}

/* Rows: what is registered one after the other; then whether the taker is told, else a piece of why not. */
static void
first__what_is_told_of_a_file(void **state)
{
	static const struct {
		const char *older, *newer;
		size_t interpreter;      /* of the newer one */
		const char *flags, *why; /* NULL: the newer one is told */
	} rows[] = {
	    {"M:0:ab:", "M:0:a:", 1, "", NULL},
	    {"M:0:a:", "M:0:ab:", 1, "", NULL},
	    {"M:0:a:", "M:1:b:", 1, "", NULL},
	    {"M:0:a:", "M:0:a:", 0, "", NULL}, /* the same whichever is first */
	    {"M:0:a:", "M:0:a:", 0, "O", "no listing shows which is tried first"},
	    {"E::prg:", "M:0:a:", 1, "", "no listing shows which is tried first"},
	    {"M:0:a:", "E::prg:", 1, "", "no listing shows which is tried first"},
	};
	static struct resolved r;
	struct snapshot s;

	(void)state;
	write_file("abcdefgh");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ns_empty();
		add(0, rows[i].older, 0, "");
		add(1, rows[i].newer, rows[i].interpreter, rows[i].flags);
		open_hidden(&s);
		resolve(&s, &r);
		assert_int_equal(r.result, rows[i].why ? RESOLVED_UNKNOWN : RESOLVED_HANDLER);
		assert_string_equal(r.handler.name, "e1");
		if (rows[i].why)
			assert_true(says(r.why.text, rows[i].why));
		snapshot_close(&s);
	}
}

/* It takes nothing, whatever it asks for. */
static void
first__a_disabled_entry__does_not_count(void **state)
{
	static struct resolved r;
	struct snapshot s;

	(void)state;
	write_file("abcdefgh");
	ns_empty();
	add(0, "M:0:a:", 0, "");
	add(1, "M:0:ab:", 1, "");
	add(2, "E::prg:", 2, "");
	assert_int_equal(mount_write("e2", "0", 1), 0);
	open_hidden(&s);
	resolve(&s, &r);
	assert_string_equal(r.handler.name, "e1");
	assert_int_equal(r.result, RESOLVED_HANDLER);
	assert_non_null(first_of_two(&s, &s.list.entries[1], &s.list.entries[2]));
	s.list.entries[0].enabled = true;
	s.list.entries[0].rule.pattern.type = PATTERN_BPF; /* it may take all */
	assert_null(first_of_two(&s, &s.list.entries[1], &s.list.entries[2]));
	snapshot_close(&s);
}

/* What runs an interpreter is seen, not the interpreter: a script's shell tells of the script, unless it is one too. */
static void
first__interpreter_that_is_a_script__its_own_runner(void **state)
{
	static struct resolved r;
	struct snapshot s;
	char line[5000];

	(void)state;
	write_file("abcdefgh");
	ns_empty();
	snprintf(line, sizeof(line), ":direct:M:0:a::/bin/sh:");
	assert_int_equal(mount_write("register", line, strlen(line)), 0);
	snprintf(line, sizeof(line), ":script:M:0:ab::%s:", script_interpreter());
	assert_int_equal(mount_write("register", line, strlen(line)), 0);
	open_hidden(&s);
	resolve(&s, &r);
	assert_int_equal(r.result, RESOLVED_UNKNOWN);
	snapshot_close(&s);
	add(2, "M:0:abc:", 0, "");
	open_hidden(&s);
	resolve(&s, &r);
	assert_string_equal(r.handler.name, "e2");
	assert_int_equal(r.result, RESOLVED_HANDLER);
	snapshot_close(&s);
}

/* Of two that share files, all of which a third takes, neither takes any from the other. */
static void
first__a_third_takes_what_both_take__no_shadow(void **state)
{
	static const struct {
		const char *newest;
		int first; /* its place in the listing; -1: it cannot be told */
	} rows[] = {
	    {"M:0:axc:\\xff\\x00\\xff", 0},
	    {"M:0:axcd:\\xff\\x00\\xff\\xff", 1},
	    {"M:0:axc\\x00:\\xff\\x00\\xff\\xff", -1}, /* only a part of what both take */
	};
	struct snapshot s;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct entry *e;

		ns_empty();
		add(0, "M:2:c:", 0, "");
		add(1, "M:0:a:", 1, "");
		add(2, rows[i].newest, 2, "");
		open_hidden(&s);
		e = s.list.entries;
		assert_ptr_equal(first_of_two(&s, &e[1], &e[2]), rows[i].first < 0 ? NULL : &e[rows[i].first]);
		snapshot_close(&s);
	}
}

/* Nothing runs what is held (F) any more by its path: whose it is cannot be told. */
static void
first__interpreter_replaced__unknown(void **state)
{
	static struct resolved r;
	struct snapshot s;

	(void)state;
	write_file("abcdefgh");
	ns_empty();
	add(0, "M:0:a:", 0, "F");
	add(1, "M:0:a:", 1, "F");
	upgrade(interpreters[1]);
	open_hidden(&s);
	resolve(&s, &r);
	assert_int_equal(r.result, RESOLVED_UNKNOWN);
	snapshot_close(&s);
	/* and what it runs by may be another's interpreter */
	expect(shell("ln -f %s %s", interpreters[0], interpreters[1]), 0, "", "");
	ns_empty();
	add(0, "M:0:a:", 0, "");
	add(1, "M:0:a:", 1, "F");
	let_the_clock_tick();
	upgrade(interpreters[1]);
	open_hidden(&s);
	resolve(&s, &r);
	assert_int_equal(r.result, RESOLVED_UNKNOWN);
	snapshot_close(&s);
}

static void
add_random(unsigned *seed, int number)
{
	static const char *const patterns[] = {"M:0:a:", "M:0:ab:", "M:1:b:", "M:2:c:", "M:0:ax:\\xff\\x00", "M:0:z:"};
	static const char *const flags[] = {"", "", "F"};

	add(number, patterns[(unsigned)rand_r(seed) % LENGTH(patterns)], (unsigned)rand_r(seed) % INTERPRETERS,
	    flags[(unsigned)rand_r(seed) % LENGTH(flags)]);
}

/* The pairs that take files of each other: the one in front is tried first. A third may be tried before both. */
static size_t
expect_pairs(const struct snapshot *s)
{
	size_t told = 0;

	for (const struct entry *a = s->list.entries; a < s->list.entries + s->list.count; a++)
		for (const struct entry *b = a; (b = overlap_rival(&a->rule, &s->list, b));) {
			const struct entry *first = first_of_two(s, a, b);

			assert_true(!first || first <= a);
			told += first != NULL;
		}
	return told;
}

/* By the table's own order and by the probe: the same taker, or one that runs the same; else it is not told. */
static void
first__random_tables__as_the_listing_has_it(void **state)
{
	static struct resolved shown, r;
	size_t told = 0, pairs = 0;
	unsigned seed = 1;
	struct snapshot s;

	(void)state;
	write_file("abcdefgh");
	for (int table = 0; table < TABLES; table++) {
		ns_empty();
		for (int i = 0; i < ENTRIES; i++)
			add_random(&seed, i);
		open_hidden(&s);
		s.list.order_hidden = false;
		resolve(&s, &shown);
		s.list.order_hidden = true;
		resolve(&s, &r);
		if (r.result == RESOLVED_HANDLER) {
			assert_true(rule_same_run(&r.handler.entry->rule, &shown.handler.entry->rule));
			told++;
		}
		pairs += expect_pairs(&s);
		snapshot_close(&s);
	}
	printf("%d tables: the taker is told in %zu, the first of %zu pairs\n", TABLES, told, pairs);
	assert_true(told > TABLES / 3 && pairs > TABLES);
}

static int
make_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < INTERPRETERS; i++) {
		static const char *const names[INTERPRETERS] = {"one", "two", "three"};

		interpreters[i] = tiny_copy(names[i]);
	}
	file = scratch_file("file.prg");
	return 0;
}

static int
free_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < INTERPRETERS; i++)
		free(interpreters[i]);
	free(file);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(first__what_is_told_of_a_file, make_files),
	    cmocka_unit_test(first__a_disabled_entry__does_not_count),
	    cmocka_unit_test(first__interpreter_that_is_a_script__its_own_runner),
	    cmocka_unit_test(first__a_third_takes_what_both_take__no_shadow),
	    cmocka_unit_test(first__interpreter_replaced__unknown),
	    cmocka_unit_test_teardown(first__random_tables__as_the_listing_has_it, free_files),
	};

	return ns_run(tests);
}
