/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <fcntl.h>
#include <unistd.h>

#include "opened.h"

/* A file that gives fewer bytes than it has was not looked at: zeros in their place would pass for another file. */
static void
head__read_that_ends_too_early__is_none(void **state)
{
	static const struct {
		off_t said;
		bool whole;
	} rows[] = {{4, true}, {3, true}, {0, true}, {5, false}, {4096, false}};
	char *path;
	unsigned char head[PATTERN_WINDOW];
	struct opened file = {.fd = -1};

	(void)state;
	path = scratch_text("four", "four", 0644);
	file.fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(file.fd >= 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		file.st.st_size = rows[i].said;
		assert_int_equal(opened_head(&file, head), rows[i].whole);
	}
	opened_close(&file);
	free(path);
}

/* Wherever it stands, across the pieces that are read too. */
static void
contains__a_text_anywhere__seen(void **state)
{
	enum { SIZE = 70000 };
	static const char text[] = "split-string";
	char *bytes = calloc(1, SIZE), *path = scratch_file("bytes");

	(void)state;
	assert_non_null(bytes);
	for (size_t at = 16384 - sizeof(text); at + sizeof(text) < SIZE; at += at % 16384 < 16380 ? 1 : 16384 - 32) {
		struct opened file = {.fd = -1};

		memset(bytes, 's', SIZE);
		memcpy(bytes + at, text, strlen(text));
		spill(path, bytes, SIZE, 0644);
		file.fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(file.fd >= 0);
		assert_int_equal(opened_contains(&file, text).is, LOOK_YES);
		assert_int_equal(opened_contains(&file, "split-strings ").is, LOOK_NO);
		opened_close(&file);
		assert_int_equal(opened_contains(&file, text).is, LOOK_UNKNOWN);
	}
	free(path);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(head__read_that_ends_too_early__is_none),
	    cmocka_unit_test(contains__a_text_anywhere__seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
