/* SPDX-License-Identifier: MIT */
#include "printed.h"

#include "print.h"
#include "text.h"

enum { TEXT_MAX = 16384 };

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
	expect_text("stderr", printed_errors(say_error),
		    "binfmtctl: a\\x0ab: no such entry\\x1b\n"
		    "binfmtctl: plain\n"
		    "binfmtctl: qemu: warning: odd\n"
		    "binfmtctl: qemu: seen\n");
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
