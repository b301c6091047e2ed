/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "err.h"

static void
word__every_code__sorted_and_for_scripts(void **state)
{
	(void)state;
	assert_null(err_word(ERR_NONE));
	for (int code = 1; code < ERR_CODES; code++) {
		const char *word = err_word((enum err_code)code);

		assert_non_null(word);
		if (!*word || strspn(word, "abcdefghijklmnopqrstuvwxyz-") != strlen(word))
			fail_msg("%s", word);
		if (code > 1 && strcmp(err_word((enum err_code)(code - 1)), word) >= 0)
			fail_msg("%s is not sorted", word);
	}
}

static void
set__what_was_there__gone(void **state)
{
	static char long_word[ERR_TEXT_MAX];
	static struct err err;

	(void)state;
	memset(&err, 'x', sizeof(err));
	assert_int_equal(err_set(&err, ERR_LOCK, "no %s", "lock"), -1);
	assert_int_equal(err.code, ERR_LOCK);
	assert_int_equal(err.status, EXIT_FAILED);
	assert_string_equal(err.text, "no lock");
	assert_string_equal(err.fix, "");

	assert_int_equal(err_fix(&err, "wait %d s", 3), -1);
	assert_string_equal(err.fix, "wait 3 s");
	assert_string_equal(err.text, "no lock");

	assert_int_equal(err_unavailable(&err, ERR_AUTOFS, "%d", 7), -1);
	assert_int_equal(err.code, ERR_AUTOFS);
	assert_int_equal(err.status, EXIT_UNAVAILABLE);
	assert_string_equal(err.text, "7");
	assert_string_equal(err.fix, "");

	memset(long_word, 'x', sizeof(long_word) - 1);
	err_fix(&err, "wait");
	err_fix(&err, "remove %s", long_word); /* it would be cut */
	assert_string_equal(err.fix, "");
	err_fix(&err, "remove %s", long_word + 7);
	assert_int_equal(strlen(err.fix), ERR_TEXT_MAX - 1);
	err_fix(&err, "remove 'a\nb'"); /* a screen would show something else */
	assert_string_equal(err.fix, "");
	err_fix(&err, "remove '\xff'");
	assert_string_equal(err.fix, "");

	err_fix(&err, "none");
	err_note(&err, "%s is so", "it");
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(err.status, EXIT_DONE);
	assert_string_equal(err.text, "it is so");
	assert_string_equal(err.fix, "");

	err_set(&err, ERR_LOCK, "text");
	err_fix(&err, "fix");
	err_clear(&err);
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(err.text, "");
	assert_string_equal(err.fix, "");
}

static void
wrap_and_add__text__in_front_and_behind(void **state)
{
	static struct err err;

	(void)state;
	err_unavailable(&err, ERR_READ, "text");
	err_fix(&err, "fix");
	assert_int_equal(err_wrap(&err, "%s", "name"), -1);
	assert_string_equal(err.text, "name: text");
	assert_int_equal(err_add(&err, " (%d)", 1), -1);
	assert_string_equal(err.text, "name: text (1)");
	assert_int_equal(err.code, ERR_READ);
	assert_int_equal(err.status, EXIT_UNAVAILABLE);
	assert_string_equal(err.fix, "fix");
}

/* Every way to fill it, around the length that fits. */
static void
all__longer_than_fits__cut(void **state)
{
	static struct {
		struct err err;
		char after[64];
	} guarded;
	static char text[2 * ERR_TEXT_MAX];
	struct err *err = &guarded.err;

	(void)state;
	memset(guarded.after, 'a', sizeof(guarded.after));
	memset(text, 't', sizeof(text) - 1);
	for (int len = ERR_TEXT_MAX - 6; len < ERR_TEXT_MAX + 6; len++) {
		size_t fits = len < ERR_TEXT_MAX ? (size_t)len : ERR_TEXT_MAX - 1;

		err_set(err, ERR_OPEN, "%.*s", len, text);
		assert_int_equal(strlen(err->text), fits);
		err_fix(err, "%.*s", len, text);
		assert_int_equal(strlen(err->fix), len < ERR_TEXT_MAX ? fits : 0); /* half a command is none */
		err_add(err, "%s", "more");
		assert_int_equal(strlen(err->text), fits + 4 < ERR_TEXT_MAX ? fits + 4 : ERR_TEXT_MAX - 1);
		err_wrap(err, "ab");
		assert_memory_equal(err->text, "ab: tt", 6);
		assert_int_equal(strlen(err->text), ERR_TEXT_MAX - 1);

		err_set(err, ERR_OPEN, "behind");
		err_wrap(err, "%.*s", len, text);
		assert_memory_equal(err->text, text, ERR_TEXT_MAX - 6);
		assert_in_range(strlen(err->text), ERR_TEXT_MAX - 4, ERR_TEXT_MAX - 1);
		assert_int_equal(strlen(err->fix), 0);
	}
	for (size_t i = 0; i < sizeof(guarded.after); i++)
		assert_int_equal(guarded.after[i], 'a');
}

static void
warn_next__none__null(void **state)
{
	struct warnings warnings = {0};

	(void)state;
	assert_null(warn_next(&warnings, NULL));
}

static void
warn_add__several__in_their_order(void **state)
{
	struct warnings warnings = {0};
	const char *warning;

	(void)state;
	warn_add(&warnings, "first %d", 1);
	warn_add(&warnings, "%s", "");
	warn_add(&warnings, "third %s", "of them");
	warning = warn_next(&warnings, NULL);
	assert_string_equal(warning, "first 1");
	warning = warn_next(&warnings, warning);
	assert_string_equal(warning, "");
	warning = warn_next(&warnings, warning);
	assert_string_equal(warning, "third of them");
	assert_null(warn_next(&warnings, warning));
}

static void
warn_add__no_room__dropped_whole(void **state)
{
	static struct warnings warnings;
	static char text[WARNINGS_MAX + 1];
	const char *warning;
	size_t n = 0;

	(void)state;
	memset(text, 't', sizeof(text) - 1);
	warn_add(&warnings, "%s", text); /* as long as the room, and so without its NUL too long */
	assert_null(warn_next(&warnings, NULL));
	warn_add(&warnings, "%.*s", WARNINGS_MAX - 6, text);
	warn_add(&warnings, "too long");
	warn_add(&warnings, "fits");
	warn_add(&warnings, "x");
	warn_add(&warnings, "%s", "");
	assert_int_equal(warnings.len, WARNINGS_MAX);
	warning = warn_next(&warnings, NULL);
	assert_int_equal(strlen(warning), WARNINGS_MAX - 6);
	warning = warn_next(&warnings, warning);
	assert_string_equal(warning, "fits");
	assert_null(warn_next(&warnings, warning));

	warnings.len = 0; /* as session_result empties it */
	for (int i = 0; i < WARNINGS_MAX; i++)
		warn_add(&warnings, "%d", i % 10);
	for (warning = warn_next(&warnings, NULL); warning; warning = warn_next(&warnings, warning), n++)
		assert_int_equal(warning[0], '0' + n % 10);
	assert_int_equal(n, WARNINGS_MAX / 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(word__every_code__sorted_and_for_scripts),
	    cmocka_unit_test(set__what_was_there__gone),
	    cmocka_unit_test(wrap_and_add__text__in_front_and_behind),
	    cmocka_unit_test(all__longer_than_fits__cut),
	    cmocka_unit_test(warn_next__none__null),
	    cmocka_unit_test(warn_add__several__in_their_order),
	    cmocka_unit_test(warn_add__no_room__dropped_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
