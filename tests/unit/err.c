/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "warnings.h"

static void
next__none__null(void **state)
{
	struct warnings notes = {0};

	(void)state;
	assert_null(warn_next(&notes, NULL));
}

static void
add__several__in_their_order(void **state)
{
	struct warnings notes = {0};
	const char *note;

	(void)state;
	warn_add(&notes, "first %d", 1);
	warn_add(&notes, "%s", "");
	warn_add(&notes, "third %s", "of them");
	note = warn_next(&notes, NULL);
	assert_string_equal(note, "first 1");
	note = warn_next(&notes, note);
	assert_string_equal(note, "");
	note = warn_next(&notes, note);
	assert_string_equal(note, "third of them");
	assert_null(warn_next(&notes, note));
}

static void
add__no_room__dropped_whole(void **state)
{
	static struct warnings notes;
	static char text[WARNINGS_MAX + 1];
	const char *note;
	size_t n = 0;

	(void)state;
	memset(text, 't', sizeof(text) - 1);
	warn_add(&notes, "%s", text); /* as long as the room, and so without its NUL too long */
	assert_null(warn_next(&notes, NULL));
	warn_add(&notes, "%.*s", WARNINGS_MAX - 6, text);
	warn_add(&notes, "too long");
	warn_add(&notes, "fits");
	warn_add(&notes, "x");
	warn_add(&notes, "%s", "");
	assert_int_equal(notes.len, WARNINGS_MAX);
	note = warn_next(&notes, NULL);
	assert_int_equal(strlen(note), WARNINGS_MAX - 6);
	note = warn_next(&notes, note);
	assert_string_equal(note, "fits");
	assert_null(warn_next(&notes, note));

	notes.len = 0; /* as session_result empties it */
	for (int i = 0; i < WARNINGS_MAX; i++)
		warn_add(&notes, "%d", i % 10);
	for (note = warn_next(&notes, NULL); note; note = warn_next(&notes, note), n++)
		assert_int_equal(note[0], '0' + n % 10);
	assert_int_equal(n, WARNINGS_MAX / 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(next__none__null),
	    cmocka_unit_test(add__several__in_their_order),
	    cmocka_unit_test(add__no_room__dropped_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
