/* SPDX-License-Identifier: MIT */
/* First lines of scripts, as fs/binfmt_script.c reads them. */
#include "harness.h"

#include "shebang.h"

#define BYTES(text) (text), sizeof(text) - 1

/* A file's first bytes, what fills the window behind them, and the program's path; NULL: no script to the kernel. */
static const struct {
	const char *bytes;
	size_t count;
	char fill;
	const char *path;
} rows[] = {
    {BYTES("#!/bin/sh\n"), 0, "/bin/sh"},
    {BYTES("#! \t/bin/sh -e \n"), 0, "/bin/sh"},
    {BYTES("#!/bin/sh \t \n"), 0, "/bin/sh"},
    {BYTES("#!/bin/sh\r\n"), 0, "/bin/sh\r"},
    {BYTES("#!a\n"), 'x', "a"},
    {BYTES("#!/bin/sh"), 0, "/bin/sh"},     /* the file ends in its line */
    {BYTES("#!/bin/sh x"), 'x', "/bin/sh"}, /* an argument that is cut off is let pass, */
    {BYTES("#!/bin/sh"), 'x', NULL},        /* a name is not */
    {BYTES("#!/bin/sh "), ' ', "/bin/sh"},
    {BYTES("#!"), ' ', NULL},
    {BYTES("#! /bin/sh\0\n"), 0, "/bin/sh"}, /* a NUL hides the newline */
    {BYTES("#!\0/bin/sh\n"), 0, ""},
    {BYTES("#!"), 0, ""},
    {BYTES("#!\n"), 0, NULL},
    {BYTES("#! \t\n/bin/sh\n"), 0, NULL},
    {BYTES("# /bin/sh\n"), 0, NULL},
    {BYTES("!#/bin/sh\n"), 0, NULL},
    {BYTES(""), 0, NULL},
};

static void
path__each_line__as_the_kernel_reads_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		unsigned char head[PATTERN_WINDOW];
		char path[PATTERN_WINDOW];
		bool script;

		memset(head, rows[i].fill, sizeof(head));
		memcpy(head, rows[i].bytes, rows[i].count);
		script = shebang_path(head, path);
		expect_text(rows[i].bytes, script ? path : NULL, rows[i].path);
	}
}

/* The name's last byte and the one behind it at the end of the window. */
static void
path__up_to_the_end__whole_or_none(void **state)
{
	unsigned char head[PATTERN_WINDOW] = "#!";
	char path[PATTERN_WINDOW];

	(void)state;
	memset(head + 2, 'x', sizeof(head) - 2);
	assert_false(shebang_path(head, path));
	head[PATTERN_WINDOW - 1] = ' ';
	assert_true(shebang_path(head, path));
	assert_int_equal(strlen(path), PATTERN_WINDOW - 3);
	head[PATTERN_WINDOW - 1] = '\n';
	assert_true(shebang_path(head, path));
	assert_int_equal(strlen(path), PATTERN_WINDOW - 3);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(path__each_line__as_the_kernel_reads_it),
	    cmocka_unit_test(path__up_to_the_end__whole_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
