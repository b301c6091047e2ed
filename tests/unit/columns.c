/* SPDX-License-Identifier: MIT */
#include "printed.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"
#include "print.h"

enum { TEXT_MAX = 16384 };

static void
table_of(const char *const *rows, size_t count, const enum tint *tints)
{
	static const char *const headings[] = {"NAME", "STATE", "INTERPRETER", NULL};
	struct columns table;

	columns_start(&table, headings);
	table.marked = 1;
	for (size_t i = 0; i < count; i++)
		columns_row(&table, tints[i], rows + 3 * i);
	columns_print(&table);
}

static const char *const rows[] = {
    "a", "enabled", "/usr/bin/qemu", "long-name-\xc3\xa9", "off", "/\xff\x1b", "n\n", "", "",
};

static const enum tint tints[] = {TINT_NONE, TINT_FAIL, TINT_WARN};

static void
table_three(void)
{
	table_of(rows, 3, tints);
}

static void
table_none(void)
{
	table_of(rows, 0, tints);
}

static void
table_quiet(void)
{
	print_quiet(true);
	table_three();
	print_quiet(false);
}

static void
table_one_column(void)
{
	static const char *const headings[] = {"N", NULL}, *const cells[] = {"longer", NULL};
	struct columns table;

	columns_start(&table, headings);
	columns_row(&table, TINT_FAIL, cells);
	columns_print(&table);
}

static void
table__columns__as_wide_as_the_widest_cell(void **state)
{
	(void)state;
	/* not a terminal: nothing is cut or coloured */
	expect_text("three", printed(table_three),
		    "NAME         STATE    INTERPRETER\n"
		    "a            enabled  /usr/bin/qemu\n"
		    "long-name-\xc3\xa9  off      /\\xff\\x1b\n"
		    "n\\x0a                 \n");
	expect_text("one", printed(table_one_column), "N\nlonger\n");
}

static void
table__nothing_to_say__nothing_printed(void **state)
{
	(void)state;
	expect_text("no rows", printed(table_none), "");
	expect_text("quiet", printed(table_quiet), "");
}

/* As many rows as make the cells move in memory, each found whole. */
static void
table_thousand(void)
{
	static const char *const headings[] = {"N", "REST", NULL};
	struct columns table;
	char number[16];

	columns_start(&table, headings);
	for (int i = 0; i < 1000; i++) {
		const char *const cells[] = {number, "r", NULL};

		snprintf(number, sizeof(number), "%d", i);
		columns_row(&table, TINT_FAIL, cells);
	}
	columns_print(&table);
}

static void
table__thousand_rows__all_printed(void **state)
{
	const char *at = printed(table_thousand);
	char line[32];

	(void)state;
	assert_memory_equal(at, "N    REST\n", 10);
	at += 10;
	for (int i = 0; i < 1000; i++) {
		size_t len = (size_t)snprintf(line, sizeof(line), "%-3d  r\n", i);

		assert_memory_equal(at, line, len);
		at += len;
	}
	assert_int_equal(*at, '\0');
}

static int terminal;

/* On a terminal of `columns`; what it got, without the carriage returns that it adds. */
static const char *
shown(unsigned short columns, void (*print)(void))
{
	static char text[TEXT_MAX];
	struct winsize size = {.ws_row = 25, .ws_col = columns};
	int saved = dup(STDOUT_FILENO);
	size_t len = 0, kept = 0;
	ssize_t n;
	char *name = ptsname(terminal);
	int fd = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;

	assert_true(fd >= 0 && saved >= 0);
	assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	print();
	puts("END");
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	for (text[0] = '\0'; !strstr(text, "END"); text[len] = '\0') {
		n = read(terminal, text + len, sizeof(text) - 1 - len);
		assert_true(n > 0);
		len += (size_t)n;
	}
	close(fd);
	*strstr(text, "END") = '\0';
	for (size_t i = 0; text[i]; i++)
		if (text[i] != '\r')
			text[kept++] = text[i];
	text[kept] = '\0';
	return text;
}

static void
table_two_paths(void)
{
	static const char *const cells[] = {"a", "ok",  "/usr/local/lib/qemu/qemu-aarch64",
					    "b", "bad", "/\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9/x\xff/0123456789",
					    "c", "old", "/c"};

	table_of(cells, 3, tints);
}

/* Opens the terminal; the environment is that of a terminal with colours. */
static void
needs_terminal(void)
{
	assert_int_equal(setenv("TERM", "xterm", 1) | unsetenv("NO_COLOR"), 0);
	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		skip_because("this machine has no pseudo-terminals");
}

#define BAD "b     \033[31mbad\033[0m    "
#define OLD "c     \033[33mold\033[0m    /c\n"

static void
table__terminal__last_cell_cut_at_its_start_or_left_out(void **state)
{
	(void)state;
	needs_terminal();
	expect_text("80 columns", shown(80, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     /usr/local/lib/qemu/qemu-aarch64\n" BAD
		    "/\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9/x\\xff/0123456789\n" OLD);
	/* 13 are taken */
	expect_text("30 columns", shown(30, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     \xe2\x80\xa6"
		    "emu/qemu-aarch64\n" BAD "\xe2\x80\xa6"
		    "x\\xff/0123456789\n" OLD);
	expect_text("27 columns", shown(27, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     \xe2\x80\xa6"
		    "/qemu-aarch64\n" BAD "\xe2\x80\xa6/0123456789\n" OLD); /* an escape is not cut in two */
	expect_text("no room for the last", shown(20, table_two_paths),
		    "NAME  STATE\n"
		    "a     ok\n"
		    "b     \033[31mbad\033[0m\n"
		    "c     \033[33mold\033[0m\n");
	close(terminal);
}

static void
table_long_name(void)
{
	static const char *const cells[] = {
	    "a", "ok", "/usr/bin/qemu-aarch64", "0123456789012345678901234567\x01-", "ok", "/usr/bin/env"};

	table_of(cells, 2, (const enum tint[]){TINT_NONE, TINT_NONE});
}

/* One wide name does not take the room of all the paths. */
static void
table__terminal__wide_name_cut_at_its_end(void **state)
{
	(void)state;
	needs_terminal();
	expect_text("60 columns", shown(60, table_long_name),
		    "NAME                             STATE  INTERPRETER\n"
		    "a                                ok     \xe2\x80\xa6sr/bin/qemu-aarch64\n"
		    "0123456789012345678901234567\xe2\x80\xa6    ok     /usr/bin/env\n");
	expect_text("50 columns", shown(50, table_long_name),
		    "NAME                       STATE  INTERPRETER\n"
		    "a                          ok     \xe2\x80\xa6in/qemu-aarch64\n"
		    "012345678901234567890123\xe2\x80\xa6  ok     /usr/bin/env\n");
	expect_text("15 columns", shown(15, table_long_name),
		    "NAME      STATE\n"
		    "a         ok\n"
		    "0123456\xe2\x80\xa6  ok\n");
	close(terminal);
}

/* Whether a tint is shown with this in the environment. */
static bool
coloured(const char *name, const char *value)
{
	bool is;

	needs_terminal();
	assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
	is = strchr(shown(80, table_two_paths), '\033') != NULL;
	close(terminal);
	return is;
}

static void
table__no_color_or_dumb_terminal__no_colours(void **state)
{
	(void)state;
	assert_true(coloured("TERM", "xterm-256color"));
	assert_true(coloured("NO_COLOR", ""));
	assert_true(coloured("COLUMNS", "10"));
	assert_false(coloured("NO_COLOR", "1"));
	assert_false(coloured("NO_COLOR", "0"));
	assert_false(coloured("TERM", "dumb"));
	assert_false(coloured("TERM", NULL));
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	assert_null(strchr(printed(table_two_paths), '\033'));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table__columns__as_wide_as_the_widest_cell),
	    cmocka_unit_test(table__nothing_to_say__nothing_printed),
	    cmocka_unit_test(table__thousand_rows__all_printed),
	    cmocka_unit_test(table__terminal__last_cell_cut_at_its_start_or_left_out),
	    cmocka_unit_test(table__terminal__wide_name_cut_at_its_end),
	    cmocka_unit_test(table__no_color_or_dumb_terminal__no_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
