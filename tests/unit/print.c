/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"
#include "json.h"
#include "text.h"

enum { TEXT_MAX = 16384 };

static void
expect_text(const char *row, const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		fail_msg("%s: got \"%s\", want \"%s\"", row, got, want);
}

/* What `print` writes to a descriptor; nothing may fail in it, as messages would go there too. */
static const char *
caught(int fd, FILE *stream, void (*print)(void))
{
	static char text[TEXT_MAX];
	FILE *file = tmpfile();
	int saved = dup(fd);
	size_t len;

	assert_non_null(file);
	assert_true(saved >= 0);
	fflush(stream);
	dup2(fileno(file), fd);
	print();
	fflush(stream);
	dup2(saved, fd);
	close(saved);
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static const char *
printed(void (*print)(void))
{
	return caught(STDOUT_FILENO, stdout, print);
}

static void
utf8__sequences__their_length_and_code_point(void **state)
{
	static const struct {
		const char *s;
		size_t len, want;
		unsigned point;
	} t[] = {
	    {"", 1, 1, 0},
	    {"a", 1, 1, 'a'},
	    {"\x7f", 1, 1, 0x7f},
	    {"\xc2\x80", 2, 2, 0x80},
	    {"\xc3\xa9x", 3, 2, 0xe9},
	    {"\xdf\xbf", 2, 2, 0x7ff},
	    {"\xe0\xa0\x80", 3, 3, 0x800},
	    {"\xed\x9f\xbf", 3, 3, 0xd7ff},
	    {"\xee\x80\x80", 3, 3, 0xe000},
	    {"\xef\xbf\xbf", 3, 3, 0xffff},
	    {"\xf0\x90\x80\x80", 4, 4, 0x10000},
	    {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
	    {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
	    /* none */
	    {"a", 0, 0, 0},
	    {"\x80", 1, 0, 0},
	    {"\xbf\x80", 2, 0, 0},
	    {"\xff", 1, 0, 0},
	    {"\xfe\x80\x80\x80", 4, 0, 0},
	    {"\xc3", 1, 0, 0},
	    {"\xc3\xa9", 1, 0, 0},
	    {"\xe2\x82\xac", 2, 0, 0},
	    {"\xf0\x9f\x98\x80", 3, 0, 0},
	    {"\xc3z", 2, 0, 0},
	    {"\xe2\x82z", 3, 0, 0},
	    {"\xe2z\xac", 3, 0, 0},
	    {"\xf0\x9f\x98z", 4, 0, 0},
	    {"\xc3\xc3", 2, 0, 0},
	    /* overlong, surrogates, too large */
	    {"\xc0\x80", 2, 0, 0},
	    {"\xc1\xbf", 2, 0, 0},
	    {"\xe0\x9f\xbf", 3, 0, 0},
	    {"\xf0\x8f\xbf\xbf", 4, 0, 0},
	    {"\xed\xa0\x80", 3, 0, 0},
	    {"\xed\xbf\xbf", 3, 0, 0},
	    {"\xf4\x90\x80\x80", 4, 0, 0},
	    {"\xf5\x80\x80\x80", 4, 0, 0},
	    {"\xf8\x88\x80\x80\x80", 5, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		unsigned point = 0;
		size_t n = text_utf8(t[i].s, t[i].len, &point);

		if (n != t[i].want || (n && point != t[i].point))
			fail_msg("row %zu: %zu bytes, U+%04X", i, n, point);
	}
}

static size_t
encode(unsigned point, char utf8[static 5])
{
	size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = n; i-- > 0; point >>= 6)
		utf8[i] = (char)(i ? 0x80 | (point & 0x3f) : lead[n] | point);
	utf8[n] = '\0';
	return n;
}

static void
utf8__every_code_point__decoded_unless_a_surrogate(void **state)
{
	char s[5];

	(void)state;
	for (unsigned c = 0; c <= 0x10ffff; c++) {
		unsigned point = ~0U;
		bool surrogate = c >= 0xd800 && c < 0xe000;
		size_t n = encode(c, s);

		if (text_utf8(s, n, &point) != (surrogate ? 0 : n) || (!surrogate && point != c))
			fail_msg("U+%04X", c);
	}
}

static const char *
safe(const char *bytes, size_t len)
{
	static char text[TEXT_MAX];
	char *memory = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&memory, &size);

	assert_non_null(f);
	print_bytes(f, bytes, len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(strlen(memory), size);
	snprintf(text, sizeof(text), "%s", memory);
	free(memory);
	return text;
}

static void
bytes__hostile__escaped(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} t[] = {
	    {"", 0, ""},
	    {"/usr/bin/qemu ~", 15, "/usr/bin/qemu ~"},
	    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
	    {"a\nb", 3, "a\\x0ab"},
	    {"a\r\tb", 4, "a\\x0d\\x09b"},
	    {"a\0b", 3, "a\\x00b"},
	    {"\x1b[2J", 4, "\\x1b[2J"},
	    {"\x7f", 1, "\\x7f"},
	    {"\xc2\x9b"
	     "2J",
	     4, "\\xc2\\x9b2J"}, /* C1: CSI */
	    {"\xc2\x80\xc2\x9f\xc2\xa0", 6, "\\xc2\\x80\\xc2\\x9f\xc2\xa0"},
	    {"\xe2\x80\xae"
	     "fdp",
	     6, "\\xe2\\x80\\xaefdp"},                                         /* right-to-left override */
	    {"\xe2\x80\x8e", 3, "\\xe2\\x80\\x8e"},                            /* left-to-right mark */
	    {"\xd8\x9c", 2, "\\xd8\\x9c"},                                     /* Arabic letter mark */
	    {"\xe2\x81\xa6", 3, "\\xe2\\x81\\xa6"},                            /* isolate */
	    {"\xe2\x80\xa8\xe2\x80\xa9", 6, "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"}, /* line and paragraph separator */
	    {"\xe2\x80\x8b", 3, "\\xe2\\x80\\x8b"},                            /* zero width space */
	    {"\xc2\xad", 2, "\\xc2\\xad"},                                     /* soft hyphen */
	    {"\xef\xbb\xbf", 3, "\\xef\\xbb\\xbf"},                            /* byte order mark */
	    {"\xf3\xa0\x81\x81", 4, "\\xf3\\xa0\\x81\\x81"},                   /* a tag */
	    {"\xff\xfe", 2, "\\xff\\xfe"},
	    {"\xc3(", 2, "\\xc3("},
	    {"\xc3", 1, "\\xc3"},
	    {"\xed\xa0\x80", 3, "\\xed\\xa0\\x80"},
	    {"\xc3\xa9", 1, "\\xc3"}, /* cut by its length */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		expect_text(t[i].text, safe(t[i].bytes, t[i].len), t[i].text);
		if (strlen(t[i].bytes) != t[i].len)
			continue;
		for (size_t n = 0, columns = 0; t[i].text[n]; n++) {
			columns += (t[i].text[n] & 0xc0) != 0x80;
			if (!t[i].text[n + 1])
				assert_int_equal(text_width(t[i].bytes), columns);
		}
	}
	assert_int_equal(text_width(""), 0);
}

/* The controls of Unicode's bidirectional algorithm, and what Default_Ignorable_Code_Point lists. */
static void
bytes__code_points_that_hide_or_reorder__escaped(void **state)
{
	static const unsigned ranges[][2] = {
	    {0x061c, 0x061c}, {0x200e, 0x200f},   {0x202a, 0x202e},   {0x2066, 0x2069},   {0x00ad, 0x00ad},
	    {0x034f, 0x034f}, {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200d},
	    {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
	    {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	};
	char s[5];

	(void)state;
	for (size_t i = 0; i < LENGTH(ranges); i++)
		for (unsigned c = ranges[i][0]; c <= ranges[i][1]; c++) {
			size_t n = encode(c, s);

			if (safe(s, n)[0] != '\\' || text_width(s) != 4 * n)
				fail_msg("U+%04X", c);
		}
	/* their neighbours are not */
	for (size_t i = 0; i < LENGTH(ranges); i++)
		if (ranges[i][1] == 0x061c || ranges[i][1] == 0x3164 || ranges[i][1] == 0xfe0f) {
			encode(ranges[i][1] + 1, s);
			assert_string_equal(safe(s, strlen(s)), s);
			assert_int_equal(text_width(s), 1);
		}
}

static void
say_error(void)
{
	print_err("a\nb", "no such %s", "entry\x1b");
	print_err(NULL, "plain");
	print_warning("qemu", "odd");
	print_quiet(true);
	print_warning("qemu", "not seen");
	print_err("qemu", "seen");
	print_quiet(false);
}

static void
error__object_and_cause__on_one_line_each(void **state)
{
	(void)state;
	expect_text("stderr", caught(STDERR_FILENO, stderr, say_error),
		    "binfmtctl: a\\x0ab: no such entry\\x1b\n"
		    "binfmtctl: plain\n"
		    "binfmtctl: qemu: warning: odd\n"
		    "binfmtctl: qemu: seen\n");
}

static void
json_empty(void)
{
	json_object(NULL);
	json_array("entries");
	json_end();
	json_object("o");
	json_end();
	json_end();
}

static void
json_nested(void)
{
	static const unsigned char bytes[] = {0x00, 0x7f, 0xff};

	json_object(NULL);
	json_string("a", "x");
	json_string("none", NULL);
	json_null("null");
	json_bool("yes", true);
	json_bool("no", false);
	json_number("n", -12);
	json_hex("hex", bytes, sizeof(bytes));
	json_hex("nothing", bytes, 0);
	json_array("list");
	json_string(NULL, "1");
	json_string(NULL, NULL);
	json_number(NULL, 2);
	json_object(NULL);
	json_bool("in", true);
	json_end();
	json_array(NULL);
	json_end();
	json_end();
	json_bool("after", false);
	json_end();
}

static void
json_twice(void)
{
	json_array(NULL);
	json_end();
	json_object(NULL);
	json_end();
}

static void
json_strings(void)
{
	json_array(NULL);
	json_string(NULL, "");
	json_string(NULL, "\"\\/");
	json_string(NULL, "\b\f\n\r\t\x01\x1f\x7f ~");
	json_string(NULL, "\xc3\xa9\xe2\x80\xae\xf0\x9f\x98\x80");
	json_string(NULL, "\xc2\x9b\xf3\xa0\x81\x81\xf3\xa0\xbf\xbf"); /* CSI, tags */
	json_string(NULL, "a\xff"
			  "b");
	json_end();
}

static void
json_broken(void)
{
	json_object(NULL);
	json_string("path", "/\xff\xc3(");
	json_string("sound", "\xc3\xa9");
	json_string("cut", "\xe2\x82");
	json_string("a\"b\n", "k");
	json_end();
}

static void
json_deep(void)
{
	for (int i = 0; i < 16; i++)
		json_array(NULL);
	for (int i = 0; i < 16; i++)
		json_end();
}

static void
json__documents__as_rfc_8259_wants(void **state)
{
	static const struct {
		void (*print)(void);
		const char *text;
	} t[] = {
	    {json_empty, "{\"entries\":[],\"o\":{}}\n"},
	    {json_nested, "{\"a\":\"x\",\"none\":null,\"null\":null,\"yes\":true,\"no\":false,\"n\":-12,"
			  "\"hex\":\"007fff\",\"nothing\":\"\",\"list\":[\"1\",null,2,{\"in\":true},[]],"
			  "\"after\":false}\n"},
	    {json_twice, "[]\n{}\n"},
	    {json_strings, "[\"\",\"\\\"\\\\/\",\"\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f\\u007f ~\","
			   "\"\xc3\xa9\\u202e\xf0\x9f\x98\x80\",\"\\u009b\\udb40\\udc41\\udb43\\udfff\",\"a\xef\xbf\xbd"
			   "b\"]\n"},
	    {json_broken, "{\"path\":\"/\xef\xbf\xbd\xef\xbf\xbd(\",\"path_hex\":\"2fffc328\","
			  "\"sound\":\"\xc3\xa9\",\"cut\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"cut_hex\":\"e282\","
			  "\"a\\\"b\\u000a\":\"k\"}\n"},
	    {json_deep, "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_text("json", printed(t[i].print), t[i].text);
}

/* A path as long as a rule can hold, of bytes that are all no UTF-8: its twin is whole. */
static char long_path[1920];

static void
json_long(void)
{
	json_object(NULL);
	json_string("interpreter", long_path);
	json_end();
}

static void
json__longest_path__twin_is_whole(void **state)
{
	const char *text, *twin;

	(void)state;
	memset(long_path, 0xff, sizeof(long_path) - 1);
	text = printed(json_long);
	twin = strstr(text, "\"interpreter_hex\":\"");
	assert_non_null(twin);
	assert_int_equal(strspn(twin + 19, "f"), 2 * 1919);
	assert_string_equal(twin + 19 + 2 * 1919, "\"}\n");
}

static void
table_of(const char *const *rows, size_t count, size_t marked, const char *good)
{
	static const char *const headings[] = {"NAME", "STATE", "INTERPRETER", NULL};
	struct columns table;

	columns_start(&table, headings);
	table.marked = marked;
	table.good = good;
	for (size_t i = 0; i < count; i++)
		columns_row(&table, rows + 3 * i);
	columns_print(&table);
}

static const char *const rows[] = {
    "a", "enabled", "/usr/bin/qemu", "long-name-\xc3\xa9", "off", "/\xff\x1b", "n\n", "", "",
};

static void
table_three(void)
{
	table_of(rows, 3, 1, "enabled");
}

static void
table_none(void)
{
	table_of(rows, 0, 1, NULL);
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
	columns_row(&table, cells);
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
		columns_row(&table, cells);
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
					    "b", "bad", "/\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9/x\xff/0123456789"};

	table_of(cells, 2, 1, "ok");
}

static void
table__terminal__marked_and_cut_at_its_start(void **state)
{
	(void)state;
	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0) {
		fprintf(stderr, "skipped: there are no pseudo-terminals here\n");
		skip();
	}
	expect_text("80 columns", shown(80, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     /usr/local/lib/qemu/qemu-aarch64\n"
		    "b     \033[31mbad\033[0m    /\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9/x\\xff/0123456789\n");
	/* 13 are taken */
	expect_text("30 columns", shown(30, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     \xe2\x80\xa6"
		    "emu/qemu-aarch64\n"
		    "b     \033[31mbad\033[0m    \xe2\x80\xa6"
		    "x\\xff/0123456789\n");
	expect_text("27 columns", shown(27, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     \xe2\x80\xa6"
		    "/qemu-aarch64\n"
		    "b     \033[31mbad\033[0m    \xe2\x80\xa6/0123456789\n"); /* an escape is not cut in two */
	expect_text("too narrow", shown(20, table_two_paths),
		    "NAME  STATE  INTERPRETER\n"
		    "a     ok     /usr/local/lib/qemu/qemu-aarch64\n"
		    "b     \033[31mbad\033[0m    /\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9/x\\xff/0123456789\n");
	close(terminal);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(utf8__sequences__their_length_and_code_point),
	    cmocka_unit_test(utf8__every_code_point__decoded_unless_a_surrogate),
	    cmocka_unit_test(bytes__hostile__escaped),
	    cmocka_unit_test(bytes__code_points_that_hide_or_reorder__escaped),
	    cmocka_unit_test(error__object_and_cause__on_one_line_each),
	    cmocka_unit_test(json__documents__as_rfc_8259_wants),
	    cmocka_unit_test(json__longest_path__twin_is_whole),
	    cmocka_unit_test(table__columns__as_wide_as_the_widest_cell),
	    cmocka_unit_test(table__nothing_to_say__nothing_printed),
	    cmocka_unit_test(table__thousand_rows__all_printed),
	    cmocka_unit_test(table__terminal__marked_and_cut_at_its_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
