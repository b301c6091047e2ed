/* SPDX-License-Identifier: MIT */
/* Lines of binfmt.d in folders that are given; those of the machine are in tests/kernel/confd.c. */
#include "harness.h"

#include <time.h>
#include <unistd.h>

#include "confd.h"
#include "err.h"
#include "files.h"
#include "rule.h"

static char told[1 << 14];

/* Reads as this kernel: "FILE:NUMBER NAME" or "FILE:NUMBER !REASON", a line each, the file without its folder. */
static const char *
read_as(struct host_kernel kernel, const char *const *dirs)
{
	struct confd confd;
	struct err err;
	size_t len = 0;

	told[0] = '\0';
	assert_int_equal(confd_read(&confd, dirs, kernel, &err), 0);
	for (size_t i = 0; i < confd.count; i++) {
		const struct confd_line *line = &confd.lines[i];
		bool registered = line->fate == CONFD_REGISTERED;

		assert_true(registered == (line->reason == NULL));
		len +=
		    (size_t)snprintf(told + len, sizeof(told) - len, "%s:%u %s%s\n", strrchr(line->file, '/') + 1,
				     line->number, registered ? "" : "!", registered ? line->rule.name : line->reason);
	}
	confd_free(&confd);
	return told;
}

static const char *
read_dirs(const char *const *dirs)
{
	return read_as((struct host_kernel){6, 18}, dirs);
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
	    {":a:E::.a::/i:\n", "f.conf:1 a\n"}, /* it never matches, but gets registered */
	    {":a:E::a::/i:\r:b:E::b::/i:", "f.conf:1 a\nf.conf:2 b\n"},
	    {":/:E::a::/i:\n", "f.conf:1 !what stands between the first two delimiters is no name for an entry\n"},
	    {":a:M:+4:a::/i:\n", "f.conf:1 a\n"},
	    {":a:M::\\x7fELF\\x02::/i:F\n", "f.conf:1 a\n"},
	};
	char *dir = scratch_folder("one"), *file = scratch_file("one/f.conf");
	const char *const dirs[] = {dir, NULL};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		spill(file, rows[i].text, strlen(rows[i].text), 0644);
		expect_text(rows[i].text, read_dirs(dirs), rows[i].told);
	}
	free(file);
	free(dir);
}

static void
folders__given__in_their_order_and_sorted_by_file(void **state)
{
	char *first = scratch_folder("first"), *second = scratch_folder("second"), *nowhere = scratch_file("nowhere");
	const char *const dirs[] = {first, nowhere, second, NULL}, *const none[] = {NULL};

	(void)state;
	free(scratch_text("first/b.conf", ":b1:E::b::/i:\n", 0644));
	free(scratch_text("first/c.config", ":no:E::b::/i:\n", 0644));
	free(scratch_text("first/.d.conf", ":no:E::b::/i:\n", 0644));
	free(scratch_text("second/b.conf", ":b2:E::b::/i:\n", 0644));
	free(scratch_text("second/a.conf", ":a2:E::a::/i:\n", 0644));
	assert_string_equal(read_dirs(dirs), "a.conf:1 a2\nb.conf:1 b1\n");
	assert_string_equal(read_dirs(none), "");
	free(nowhere);
	free(second);
	free(first);
}

static void
folder__that_is_none__told_and_the_others_are_read(void **state)
{
	char *file = scratch_text("file", "", 0644), *dir = scratch_folder("behind");
	const char *const dirs[] = {file, dir, NULL};

	(void)state;
	free(scratch_text("behind/a.conf", ":a:E::a::/i:\n", 0644));
	assert_string_equal(read_dirs(dirs), "file:0 !Not a directory\na.conf:1 a\n");
	free(dir);
	free(file);
}

static void
kernel__older_or_newer__decides(void **state)
{
	static const struct {
		const char *line;
		unsigned major, minor; /* the first kernel that takes it */
	} rows[] = {
	    {":a:E::a::/i:F", 4, 8}, {":a:M:120:123456789::/i:", 5, 1}, {":a:E::a::/i:L", 7, 3},
	    {":a:E::a::/i:D", 7, 3}, {":a:E::a::/i:T", 7, 3},           {":a:B::::h:", 7, 3},
	    {":a:E::a::/i:", 3, 10}, {":a:M:120:12345678::/i:", 3, 10},
	};
	char *dir = scratch_folder("kernels"), *file = scratch_file("kernels/f.conf");
	const char *const dirs[] = {dir, NULL};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct host_kernel kernel = {rows[i].major, rows[i].minor};

		spill(file, rows[i].line, strlen(rows[i].line), 0644);
		expect_text(rows[i].line, read_as(kernel, dirs), "f.conf:1 a\n");
		expect_text(rows[i].line, read_as((struct host_kernel){0, 0}, dirs), "f.conf:1 a\n");
		kernel.minor--;
		if (kernel.major > 3 && !strstr(read_as(kernel, dirs), "f.conf:1 !"))
			fail_msg("%s on %u.%u: %s", rows[i].line, kernel.major, kernel.minor, told);
	}
	free(file);
	free(dir);
}

static void
find__name_in_several_lines__the_last_decides(void **state)
{
	char *dir = scratch_folder("find");
	const char *const dirs[] = {dir, NULL};
	const struct confd_line *line;
	const char *reason;
	struct confd confd;
	struct err err;

	(void)state;
	free(scratch_text("find/a.conf", ":a:E::a::/i:\n:b:E::b::/i:\n:a:E::a::/j:\n", 0644));
	free(scratch_text("find/b.conf", "# c\n:b:E::b::\n", 0644));
	assert_int_equal(confd_read(&confd, dirs, (struct host_kernel){6, 18}, &err), 0);
	line = confd_find(&confd, "a");
	assert_int_equal(line->number, 3);
	assert_string_equal(line->rule.interpreter, "/j");
	assert_true(confd_decides(&confd, line));
	assert_false(confd_decides(&confd, &confd.lines[0]));
	line = confd_find(&confd, "b"); /* it is removed before its bad line is refused */
	assert_int_equal(line->number, 2);
	assert_int_equal(line->fate, CONFD_REFUSED);
	assert_int_equal(confd_registers(line, &reason).is, LOOK_NO);
	assert_non_null(reason);
	assert_null(confd_find(&confd, "c"));
	assert_null(confd_find(&confd, ""));
	assert_null(confd_find(&confd, "aa"));
	confd_free(&confd);
	free(dir);
}

static void
counted__until_another_program_would_count_otherwise(void **state)
{
	char *dir = scratch_folder("counted"), *file = scratch_file("counted/f.conf");
	const char *const dirs[] = {dir, NULL};
	static const char text[] = "bad\nbad\r\nbad\rbad\nbad\n";
	static const bool counted[] = {true, true, false, false, false};
	struct confd confd;
	struct err err;

	(void)state;
	spill(file, text, sizeof(text) - 1, 0644);
	assert_int_equal(confd_read(&confd, dirs, (struct host_kernel){6, 18}, &err), 0);
	assert_int_equal(confd.count, LENGTH(counted));
	for (size_t i = 0; i < LENGTH(counted); i++)
		assert_true(confd.lines[i].counted == counted[i]);
	confd_free(&confd);
	free(file);
	free(dir);
}

/* The time for two looks at each of many lines. */
static void
look_for_each(const struct confd *confd, clock_t *find, clock_t *hidden)
{
	clock_t begin = clock();
	char name[64];

	for (size_t i = 0; i < confd->count; i++)
		assert_non_null(confd_find(confd, confd->lines[i].name));
	*find = clock() - begin;
	begin = clock();
	for (size_t i = 0; i < confd->count; i++) {
		snprintf(name, sizeof(name), "%s.conf", confd->lines[i].name);
		assert_null(confd_hidden(confd, name, confd->lines[i].name));
	}
	*hidden = clock() - begin;
}

/* Ten thousand lines in reverse order of names, and two thousand files: no square of either. */
static void
many_lines_and_files__read_in_no_time(void **state)
{
	char *dir = scratch_folder("many"), *text = malloc(1 << 20), name[64];
	const char *const dirs[] = {dir, dir, dir, NULL};
	clock_t find, hidden;
	struct confd confd;
	struct err err;
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	for (int i = 10000; i > 0; i--)
		len += (size_t)sprintf(text + len, ":n%d:E::x%d::/bin/true:F\n", i, i);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "many/%d.conf", i);
		free(scratch_text(name, i ? "" : text, 0644));
	}
	assert_int_equal(confd_read(&confd, dirs, (struct host_kernel){6, 18}, &err), 0);
	assert_int_equal(confd.count, 10000);
	for (int i = 1; i <= 10000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_non_null(confd_find(&confd, name));
	}
	look_for_each(&confd, &find, &hidden);
	if (hidden > 20 * find + CLOCKS_PER_SEC / 50)
		fail_msg("what a file hides: %ld for all, where to find a name took %ld", (long)hidden, (long)find);
	confd_free(&confd);
	free(text);
	free(dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line__endings_comments_blanks__as_they_are_read),
	    cmocka_unit_test(folders__given__in_their_order_and_sorted_by_file),
	    cmocka_unit_test(folder__that_is_none__told_and_the_others_are_read),
	    cmocka_unit_test(kernel__older_or_newer__decides),
	    cmocka_unit_test(find__name_in_several_lines__the_last_decides),
	    cmocka_unit_test(counted__until_another_program_would_count_otherwise),
	    cmocka_unit_test(many_lines_and_files__read_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
