/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "hex.h"
#include "pattern.h"

/* On a copy without a byte behind its NUL, which the bytes go over. */
static const char *
parse_in_place(const char *word, unsigned char *bytes, size_t max, size_t *len)
{
	char *copy = strdup(word);
	const char *reason;

	assert_non_null(copy);
	reason = hex_parse(copy, (unsigned char *)copy, max, len);
	if (!reason)
		memcpy(bytes, copy, *len);
	free(copy);
	return reason;
}

static const char *(*const ways[])(const char *, unsigned char *, size_t, size_t *) = {hex_parse, parse_in_place};

static void
parse__both_forms__decoded(void **state)
{
	static const struct {
		const char *word, *bytes;
		size_t len;
	} t[] = {
	    {"", "", 0},
	    {"7f454c46",
	     "\x7f"
	     "ELF",
	     4},
	    {"7F454C46",
	     "\x7f"
	     "ELF",
	     4},
	    {"00", "\0", 1},
	    {"\\x7fELF",
	     "\x7f"
	     "ELF",
	     4},
	    {"\\x7f\\x45\\x4C\\x46",
	     "\x7f"
	     "ELF",
	     4},
	    {"\\x00", "\0", 1},
	    {"MZ\\x00\\xFF", "MZ\0\xff", 4},
	    {"#!\\x20/", "#! /", 4},
	    {"\\x5cx41", "\\x41", 4},
	    {"\\x414", "A4", 2},
	    {"\xc3\xa9\\x0a\n", "\xc3\xa9\n\n", 4},
	};
	unsigned char bytes[8];
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (size_t w = 0; w < LENGTH(ways); w++) {
			len = 99;
			expect_text(t[i].word, ways[w](t[i].word, bytes, sizeof(bytes), &len), NULL);
			assert_int_equal(len, t[i].len);
			assert_memory_equal(bytes, t[i].bytes, len);
		}
}

static void
parse__unsound__refused(void **state)
{
	static const char odd[] = "not an even number of hex digits (7f454c46 or \\x7fELF)";
	static const char digits[] = "\\x must be followed by two hex digits";
	static const char start[] = "a backslash must start \\xHH (a backslash itself is \\x5c)";
	static const struct {
		const char *word, *reason;
	} t[] = {
	    {"7", odd},
	    {"7f4", odd},
	    {"7g", odd},
	    {"g7", odd},
	    {"7f 45", odd},
	    {"0x7f", odd},
	    {"MZ", odd}, /* bare text could be hex by chance, so it needs an escape somewhere */
	    {"\xff\xff", odd},
	    {"\\", start},
	    {"\\\\x41", start},
	    {"\\n", start},
	    {"\\X41", start},
	    {"\\x41\\", start},
	    {"\\x", digits},
	    {"\\x4", digits},
	    {"\\x4g", digits},
	    {"\\xg4", digits},
	    {"\\x41\\x", digits},
	    {"\\x\\x41", digits},
	    {"7f454c46414243444546", "longer than 256 bytes"}, /* ten for a room of eight */
	    {"ELF\\x7f45678", "longer than 256 bytes"},
	};
	unsigned char bytes[8];
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (size_t w = 0; w < LENGTH(ways); w++)
			expect_text(t[i].word, ways[w](t[i].word, bytes, sizeof(bytes), &len), t[i].reason);
}

/* Who asks for both sees by the lengths that magic and mask do not fit together. */
static void
parse__magic_and_mask_of_a_user__taken_or_refused(void **state)
{
	static const char odd[] = "not an even number of hex digits (7f454c46 or \\x7fELF)";
	static const struct {
		const char *magic, *mask, *reason;
		size_t size, mask_size;
	} t[] = {
	    {"4d5a", NULL, NULL, 2, 0},
	    {"MZ\\x90", NULL, NULL, 3, 0}, /* raw bytes beside an escape */
	    {"4d5a", "ffff", NULL, 2, 2},
	    {"\\x4d\\x5a", "fff0", NULL, 2, 2}, /* the two forms do not have to be the same */
	    {"4d5a", "ff", NULL, 2, 1},
	    {"4d5a", "ffffff", NULL, 2, 3},
	    {"4d5a", "", NULL, 2, 0},
	    {"4d5", NULL, odd, 0, 0},
	    {"4d5a", "fff", odd, 2, 0},
	    {"4d5a", "fffg", odd, 2, 0},
	    {"\\y4d", NULL, "a backslash must start \\xHH (a backslash itself is \\x5c)", 0, 0},
	    {"4d5a", "\\xff\\xf", "\\x must be followed by two hex digits", 2, 0},
	};
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (size_t w = 0; w < LENGTH(ways); w++) {
			size_t size = 0, mask_size = 0;
			const char *reason = ways[w](t[i].magic, magic, PATTERN_WINDOW, &size);

			if (!reason && t[i].mask)
				reason = ways[w](t[i].mask, mask, PATTERN_WINDOW, &mask_size);
			expect_text(t[i].magic, reason, t[i].reason);
			assert_int_equal(size, t[i].size);
			assert_int_equal(mask_size, t[i].mask_size);
		}
	for (size_t w = 0; w < LENGTH(ways); w++) {
		size_t size = 0, mask_size = 0;

		assert_null(ways[w]("7f454c46", magic, PATTERN_WINDOW, &size));
		assert_null(ways[w]("fffefdfc", mask, PATTERN_WINDOW, &mask_size));
		assert_int_equal(size, 4);
		assert_memory_equal(magic,
				    "\x7f"
				    "ELF",
				    4);
		assert_int_equal(mask_size, 4);
		assert_memory_equal(mask, "\xff\xfe\xfd\xfc", 4);
	}
}

static void
parse__longer_than_the_window__refused(void **state)
{
	unsigned char bytes[PATTERN_WINDOW];
	char hex[257 * 2 + 1];
	size_t size = 0;

	(void)state;
	for (size_t w = 0; w < LENGTH(ways); w++) {
		memset(hex, 'a', sizeof(hex));
		hex[512] = '\0';
		expect_text("256", ways[w](hex, bytes, PATTERN_WINDOW, &size), NULL);
		assert_int_equal(size, 256);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0xaa);
		hex[512] = 'a';
		hex[514] = '\0';
		expect_text("257", ways[w](hex, bytes, PATTERN_WINDOW, &size), "longer than 256 bytes");
	}
}

static void
format__every_byte__read_back(void **state)
{
	unsigned char all[256], again[256];
	char hex[256 * 2 + 1], escaped[256 * 4 + 1] = "";
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++) {
		all[i] = (unsigned char)i;
		snprintf(escaped + i * 4, 5, "\\x%02zx", i);
	}
	hex_format(all, sizeof(all), hex);
	assert_int_equal(strlen(hex), 512);
	assert_memory_equal(hex, "000102030405060708090a0b0c0d0e0f10", 34);
	for (size_t w = 0; w < LENGTH(ways); w++) {
		assert_null(ways[w](hex, again, sizeof(again), &len));
		assert_int_equal(len, sizeof(all));
		assert_memory_equal(again, all, sizeof(all));
		assert_null(ways[w](escaped, again, sizeof(again), &len));
		assert_int_equal(len, sizeof(all));
		assert_memory_equal(again, all, sizeof(all));
	}
	hex_format(all, 0, hex);
	assert_string_equal(hex, "");
}

static void
meant__no_hex__digits_or_letters(void **state)
{
	static const struct {
		const char *word, *meant;
		bool letters;
	} t[] = {
	    {"0x7f45", "7f45", false},
	    {"0X7f45", "7f45", false},
	    {"0x7f 0x45", "7f45", false},
	    {"7f 45", "7f45", false},
	    {"7f:45,4c\t46", "7f454c46", false},
	    {"MZ", "\\x4dZ", true},
	    {"#!", "\\x23!", true},
	    {"M", "\\x4d", true},
	    {"\x7f"
	     "ELF",
	     "\\x7fELF", true},
	    {"0xMZ", "\\x30xMZ", true},
	    {"", "", false},
	    {"0x", "\\x30x", true},
	    {"7f45", "", false}, /* it is hex */
	    {"\\x4d", "", false},
	    {"a\\b", "", false},
	};
	char meant[HEX_MEANT_MAX], word[2 * HEX_MEANT_MAX] = "";
	unsigned char bytes[HEX_MEANT_MAX];
	bool letters;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		expect_text(t[i].word, hex_meant(t[i].word, meant, &letters), t[i].meant);
		assert_int_equal(letters, t[i].letters);
		if (*meant)
			assert_null(hex_parse(meant, bytes, sizeof(bytes), &len));
		if (letters)
			expect_bytes(t[i].word, bytes, len, t[i].word, strlen(t[i].word));
	}
	for (len = 0; len < sizeof(word) - 1; len++) {
		word[len] = 'z';
		assert_true(strlen(hex_meant(word, meant, &letters)) < HEX_MEANT_MAX);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse__both_forms__decoded),
	    cmocka_unit_test(parse__unsound__refused),
	    cmocka_unit_test(parse__magic_and_mask_of_a_user__taken_or_refused),
	    cmocka_unit_test(parse__longer_than_the_window__refused),
	    cmocka_unit_test(format__every_byte__read_back),
	    cmocka_unit_test(meant__no_hex__digits_or_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
