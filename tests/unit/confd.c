/* SPDX-License-Identifier: MIT */
/* Lines of binfmt.d in folders that are given; those of the machine are in tests/kernel/confd.c. */
#include "harness.h"

#include <unistd.h>

#include "confd.h"
#include "err.h"
#include "files.h"
#include "rule.h"

static char told[1 << 14];

/* "FILE:NUMBER NAME" or "FILE:NUMBER !REASON", the file without its folder. */
static void
note_line(void *arg, const struct confd_line *line)
{
	size_t len = strlen(told);

	(void)arg;
	snprintf(told + len, sizeof(told) - len, "%s:%u %s%s\n", strrchr(line->file, '/') + 1, line->number,
		 line->rule ? "" : "!", line->rule ? line->rule->name : line->reason);
}

static void
line__endings_comments_blanks__as_they_are_read(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
	    {"", ""},
	    {"\n\n  \t\r\n", ""},
	    {"# :a:E::a::/i:\n; :a:E::a::/i:\n \t# x\n", ""},
	    {":a:E::a::/i:\n", "f.conf:1 a\n"},
	    {":a:E::a::/i:", "f.conf:1 a\n"},
	    {":a:E::a::/i:\r\n", "f.conf:1 a\n"},
	    {"  \t:a:E::a::/i:  \n", "f.conf:1 a\n"},
	    {"\n# x\n:a:E::a::/i:\n:b:E::b::/i:\n", "f.conf:3 a\nf.conf:4 b\n"},
	    {"nonsense\n:b:E::b::/i:\n",
	     "f.conf:1 !fewer than seven fields (name, type, offset, magic, mask, interpreter, flags)\nf.conf:2 b\n"},
	    {":a:E::.a::/i:\n", "f.conf:1 !the extension is given without its dot, with it nothing ever matches\n"},
	    {":a:M::\\x7fELF\\x02::/i:F\n", "f.conf:1 a\n"},
	};
	char *dir = scratch_folder("one"), *file = scratch_file("one/f.conf");
	const char *const dirs[] = {dir, NULL};
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		spill(file, rows[i].text, strlen(rows[i].text), 0644);
		told[0] = '\0';
		assert_int_equal(confd_read(dirs, note_line, NULL, &err), 0);
		expect_text(rows[i].text, told, rows[i].told);
	}
	free(file);
	free(dir);
}

static void
folders__given__in_their_order_and_sorted_by_file(void **state)
{
	char *first = scratch_folder("first"), *second = scratch_folder("second"), *nowhere = scratch_file("nowhere");
	const char *const dirs[] = {first, nowhere, second, NULL}, *const none[] = {NULL};
	struct err err;

	(void)state;
	free(scratch_text("first/b.conf", ":b1:E::b::/i:\n", 0644));
	free(scratch_text("first/c.config", ":no:E::b::/i:\n", 0644));
	free(scratch_text("first/.d.conf", ":no:E::b::/i:\n", 0644));
	free(scratch_text("second/b.conf", ":b2:E::b::/i:\n", 0644));
	free(scratch_text("second/a.conf", ":a2:E::a::/i:\n", 0644));
	told[0] = '\0';
	assert_int_equal(confd_read(dirs, note_line, NULL, &err), 0);
	assert_string_equal(told, "a.conf:1 a2\nb.conf:1 b1\n");
	told[0] = '\0';
	assert_int_equal(confd_read(none, note_line, NULL, &err), 0);
	assert_string_equal(told, "");
	free(nowhere);
	free(second);
	free(first);
}

static void
folder__that_is_none__an_error(void **state)
{
	char *file = scratch_text("file", "", 0644);
	const char *const dirs[] = {file, NULL};
	struct err err;

	(void)state;
	assert_int_equal(confd_read(dirs, note_line, NULL, &err), -1);
	assert_int_equal(err.code, ERR_READ);
	assert_non_null(strstr(err.text, file));
	free(file);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line__endings_comments_blanks__as_they_are_read),
	    cmocka_unit_test(folders__given__in_their_order_and_sorted_by_file),
	    cmocka_unit_test(folder__that_is_none__an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
