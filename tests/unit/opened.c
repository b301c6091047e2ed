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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(head__read_that_ends_too_early__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
