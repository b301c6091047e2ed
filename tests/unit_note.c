/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "note.h"

static void
next__none__null(void **state)
{
	struct notes notes = {0};

	(void)state;
	assert_null(note_next(&notes, NULL));
}

static void
add__several__in_their_order(void **state)
{
	struct notes notes = {0};
	const char *note;

	(void)state;
	note_add(&notes, "first %d", 1);
	note_add(&notes, "%s", "");
	note_add(&notes, "third %s", "of them");
	note = note_next(&notes, NULL);
	assert_string_equal(note, "first 1");
	note = note_next(&notes, note);
	assert_string_equal(note, "");
	note = note_next(&notes, note);
	assert_string_equal(note, "third of them");
	assert_null(note_next(&notes, note));
}

static void
add__no_room__dropped_whole(void **state)
{
	static struct notes notes;
	static char text[NOTES_MAX + 1];
	const char *note;
	size_t n = 0;

	(void)state;
	memset(text, 't', sizeof(text) - 1);
	note_add(&notes, "%s", text); /* as long as the room, and so without its NUL too long */
	assert_null(note_next(&notes, NULL));
	note_add(&notes, "%.*s", NOTES_MAX - 6, text);
	note_add(&notes, "too long");
	note_add(&notes, "fits");
	note_add(&notes, "x");
	note_add(&notes, "%s", "");
	assert_int_equal(notes.len, NOTES_MAX);
	note = note_next(&notes, NULL);
	assert_int_equal(strlen(note), NOTES_MAX - 6);
	note = note_next(&notes, note);
	assert_string_equal(note, "fits");
	assert_null(note_next(&notes, note));

	notes.len = 0; /* as change_result empties it */
	for (int i = 0; i < NOTES_MAX; i++)
		note_add(&notes, "%d", i % 10);
	for (note = note_next(&notes, NULL); note; note = note_next(&notes, note), n++)
		assert_int_equal(note[0], '0' + n % 10);
	assert_int_equal(n, NOTES_MAX / 2);
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
