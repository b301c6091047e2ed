/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "rule.h"

static void
expect_reason(const char *row, const char *got, const char *want)
{
	if (got && want ? strcmp(got, want) != 0 : got != want)
		fail_msg("%s: got \"%s\", want \"%s\"", row, got ? got : "(none)", want ? want : "(none)");
}

/* Every limit of a field, and beside it what is still within it. */
static const struct limit {
	const char *row;
	struct rule rule;
	const char *reason;
} limits[] = {
    {"magic", {.name = "a", .size = 1, .interpreter = "/i"}, NULL},
    {"extension", {.name = "a", .type = RULE_EXTENSION, .extension = "e", .interpreter = "/i"}, NULL},
    {"bpf", {.name = "ab", .type = RULE_BPF, .interpreter = "h"}, NULL},

    {"no name", {.size = 1, .interpreter = "/i"}, "the entry's name is empty"},
    {"name .", {.name = ".", .size = 1, .interpreter = "/i"}, "an entry cannot be named . or .."},
    {"name ..", {.name = "..", .size = 1, .interpreter = "/i"}, "an entry cannot be named . or .."},
    {"name ...", {.name = "...", .size = 1, .interpreter = "/i"}, NULL},
    {"name register",
     {.name = "register", .size = 1, .interpreter = "/i"},
     "register and status are files of binfmt_misc itself, not names for an entry"},
    {"name status",
     {.name = "status", .size = 1, .interpreter = "/i"},
     "register and status are files of binfmt_misc itself, not names for an entry"},
    {"name Status", {.name = "Status", .size = 1, .interpreter = "/i"}, NULL},
    {"name a/b", {.name = "a/b", .size = 1, .interpreter = "/i"}, "the entry's name has a slash"},
    {"name with newline", {.name = "a\nb", .size = 1, .interpreter = "/i"}, "the entry's name has a control byte"},
    {"name with escape", {.name = "\x1b[", .size = 1, .interpreter = "/i"}, "the entry's name has a control byte"},
    {"name with del", {.name = "\x7f", .size = 1, .interpreter = "/i"}, "the entry's name has a control byte"},
    {"name in UTF-8", {.name = "\xc3\xa9 \xff", .size = 1, .interpreter = "/i"}, NULL},

    {"no magic", {.name = "a", .interpreter = "/i"}, "the magic is empty"},
    {"magic of 257", {.name = "a", .size = 257, .interpreter = "/i"}, "the magic is longer than 256 bytes"},
    {"offset 255", {.name = "a", .offset = 255, .size = 1, .interpreter = "/i"}, NULL},
    {"offset 256",
     {.name = "a", .offset = 256, .size = 1, .interpreter = "/i"},
     "offset and magic reach past byte 256, the last that the kernel looks at"},
    {"offset 254, two bytes", {.name = "a", .offset = 254, .size = 2, .interpreter = "/i"}, NULL},
    {"offset 254, three bytes",
     {.name = "a", .offset = 254, .size = 3, .interpreter = "/i"},
     "offset and magic reach past byte 256, the last that the kernel looks at"},
    {"offset that wraps",
     {.name = "a", .offset = SIZE_MAX, .size = 2, .interpreter = "/i"},
     "offset and magic reach past byte 256, the last that the kernel looks at"},
    {"all of the window", {.name = "a", .size = 256, .interpreter = "/i"}, NULL},

    {"no extension", {.name = "a", .type = RULE_EXTENSION, .interpreter = "/i"}, "the extension is empty"},
    {"extension .txt",
     {.name = "a", .type = RULE_EXTENSION, .extension = ".txt", .interpreter = "/i"},
     "the extension is given without its dot, with it nothing ever matches"},
    {"extension tar.gz",
     {.name = "a", .type = RULE_EXTENSION, .extension = "tar.gz", .interpreter = "/i"},
     "the extension has a dot: only what follows a file's last dot is compared"},
    {"extension a/b",
     {.name = "a", .type = RULE_EXTENSION, .extension = "a/b", .interpreter = "/i"},
     "the extension has a slash"},
    {"extension with newline",
     {.name = "a", .type = RULE_EXTENSION, .extension = "a\nb", .interpreter = "/i"},
     "the extension has a control byte"},

    {"no handler", {.name = "ab", .type = RULE_BPF}, "the BPF handler's name is empty"},
    {"handler with newline",
     {.name = "ab", .type = RULE_BPF, .interpreter = "h\n"},
     "the BPF handler's name has a control byte"},
    {"handler with D", {.name = "a", .type = RULE_BPF, .interpreter = "h", .flags = RULE_D}, NULL},
    {"handler with F",
     {.name = "ab", .type = RULE_BPF, .interpreter = "h", .flags = RULE_F},
     "a BPF handler takes no flag but D"},
    {"handler with D and T",
     {.name = "ab", .type = RULE_BPF, .interpreter = "h", .flags = RULE_D | RULE_T},
     "a BPF handler takes no flag but D"},
    {"ten bytes",
     {.name = "a", .type = RULE_BPF, .interpreter = "h"},
     "the register line is shorter than 11 bytes, the kernel takes none: use a longer name"},

    {"no interpreter", {.name = "a", .size = 1}, "the interpreter is empty"},
    {"interpreter with newline",
     {.name = "a", .size = 1, .interpreter = "/i\nflags: F"},
     "the interpreter's path has a control byte"},
    {"interpreter with tab",
     {.name = "a", .type = RULE_EXTENSION, .extension = "e", .interpreter = "/\t"},
     "the interpreter's path has a control byte"},
    {"relative interpreter", {.name = "a", .size = 1, .interpreter = "i"}, NULL}, /* check.h's */

    {"flags T and P",
     {.name = "a", .size = 1, .interpreter = "/i", .flags = RULE_T | RULE_P},
     "flags T and P exclude each other"},
    {"flags L and C",
     {.name = "a", .size = 1, .interpreter = "/i", .flags = RULE_L | RULE_C},
     "flag L excludes T, P, O and C"},
};

static void
check__limits__each_with_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(limits); i++)
		expect_reason(limits[i].row, rule_check(&limits[i].rule), limits[i].reason);
}

static void
check__lengths__exactly(void **state)
{
	static const struct {
		enum rule_type type;
		size_t name, extension, interpreter;
		const char *reason;
	} t[] = {
	    {RULE_EXTENSION, 255, 1, 2, NULL},
	    {RULE_EXTENSION, 1, 254, 2, NULL},
	    {RULE_EXTENSION, 1, 255, 2, "the extension is longer than 254 bytes, no file name can have it"},
	    {RULE_EXTENSION, 1, 254, 1920 - 254 - 9, NULL},
	    {RULE_EXTENSION, 1, 254, 1921 - 254 - 9,
	     "the register line does not fit in 1920 bytes, the kernel's limit, however it is written"},
	    {RULE_BPF, 1, 0, 1919 - 9, NULL},
	    {RULE_BPF, 1, 0, 1920 - 9, NULL},
	    {RULE_BPF, 1, 0, 1921 - 9,
	     "the register line does not fit in 1920 bytes, the kernel's limit, however it is written"},
	};
	struct rule rule;
	char row[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		rule = (struct rule){.type = t[i].type};
		memset(rule.name, 'n', t[i].name);
		memset(rule.extension, 'e', t[i].extension);
		memset(rule.interpreter, 'i', t[i].interpreter);
		snprintf(row, sizeof(row), "row %zu", i);
		expect_reason(row, rule_check(&rule), t[i].reason);
	}
}

/* What the kernel makes of the seven letters, told apart from how field.c does it. */
static const char *
exclusion(const char *letters)
{
	bool t = strchr(letters, 'T'), p = strchr(letters, 'P');

	if (t && p)
		return "flags T and P exclude each other";
	if (strchr(letters, 'L') && (t || p || strchr(letters, 'O') || strchr(letters, 'C')))
		return "flag L excludes T, P, O and C";
	return NULL;
}

static void
flags__all_combinations__as_documented(void **state)
{
	static const char order[] = "POCFTLD";
	static const unsigned bit[] = {RULE_P, RULE_O, RULE_C, RULE_F, RULE_T, RULE_L, RULE_D};
	size_t taken = 0;

	(void)state;
	for (unsigned set = 0; set < 1U << 7; set++) {
		char forward[8] = "", backward[8] = "", twice[16], formatted[RULE_FLAGS_MAX * 2], want[8] = "";
		unsigned bits = 0, flags;
		const char *reason;
		size_t n = 0, w = 0;

		for (size_t i = 0; i < 7; i++)
			if (set & 1U << i) {
				forward[n++] = order[i];
				bits |= bit[i];
			}
		for (size_t i = 0; i < n; i++)
			backward[i] = forward[n - 1 - i];
		snprintf(twice, sizeof(twice), "%s%s", backward, forward);
		if (bits & (RULE_C | RULE_T))
			bits |= RULE_O;
		for (size_t i = 0; i < 7; i++)
			if (bits & bit[i])
				want[w++] = order[i];

		reason = exclusion(forward);
		taken += !reason;
		for (size_t i = 0; i < 3; i++) {
			const char *letters = i == 0 ? forward : i == 1 ? backward : twice;

			flags = 0xdead;
			expect_reason(letters, rule_parse_flags(letters, &flags), reason);
			assert_int_equal(flags, reason ? 0xdead : bits);
			if (reason)
				continue;
			rule_format_flags(flags, "", formatted);
			assert_string_equal(formatted, want);
		}
	}
	assert_int_equal(taken, 52); /* 4 with L (F, D free), of the 64 without it 48 */
}

static void
flags__other_bytes__refused(void **state)
{
	char letters[3] = "F";
	size_t known = 0;
	unsigned flags;

	(void)state;
	for (int c = 1; c < 256; c++) {
		if (strchr("POCFTLD", c)) {
			known++;
			continue;
		}
		letters[1] = (char)c;
		flags = 0xdead;
		expect_reason(letters, rule_parse_flags(letters, &flags),
			      "unknown flag; the flags are P O C F, and T L D on kernels that have them");
		assert_int_equal(flags, 0xdead);
	}
	assert_int_equal(known, 7);
}

static void
format_flags__letters_of_later_kernels__behind(void **state)
{
	char letters[RULE_FLAGS_MAX * 2];

	(void)state;
	rule_format_flags(RULE_F | RULE_P, "XZ", letters);
	assert_string_equal(letters, "PFXZ");
	rule_format_flags(0, "", letters);
	assert_string_equal(letters, "");
	rule_format_flags(0x7f, "", letters);
	assert_string_equal(letters, "POCFTLD");
}

static void
implied__flags__o_for_c_and_t(void **state)
{
	(void)state;
	assert_int_equal(rule_implied(0), 0);
	assert_int_equal(rule_implied(RULE_P | RULE_F | RULE_L | RULE_D), RULE_P | RULE_F | RULE_L | RULE_D);
	assert_int_equal(rule_implied(RULE_C), RULE_C | RULE_O);
	assert_int_equal(rule_implied(RULE_T), RULE_T | RULE_O);
}

static void
parse_bytes__both_forms__decoded(void **state)
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
	for (size_t i = 0; i < LENGTH(t); i++) {
		len = 99;
		expect_reason(t[i].word, rule_parse_bytes(t[i].word, bytes, sizeof(bytes), &len), NULL);
		assert_int_equal(len, t[i].len);
		assert_memory_equal(bytes, t[i].bytes, len);
	}
}

static void
parse_bytes__unsound__refused(void **state)
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
		expect_reason(t[i].word, rule_parse_bytes(t[i].word, bytes, sizeof(bytes), &len), t[i].reason);
}

static void
format_hex__every_byte__read_back(void **state)
{
	unsigned char all[256], again[256];
	char hex[256 * 2 + 1], escaped[256 * 4 + 1] = "";
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++) {
		all[i] = (unsigned char)i;
		snprintf(escaped + i * 4, 5, "\\x%02zx", i);
	}
	rule_format_hex(all, sizeof(all), hex);
	assert_int_equal(strlen(hex), 512);
	assert_memory_equal(hex, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_null(rule_parse_bytes(hex, again, sizeof(again), &len));
	assert_int_equal(len, sizeof(all));
	assert_memory_equal(again, all, sizeof(all));
	assert_null(rule_parse_bytes(escaped, again, sizeof(again), &len));
	assert_int_equal(len, sizeof(all));
	assert_memory_equal(again, all, sizeof(all));
	rule_format_hex(all, 0, hex);
	assert_string_equal(hex, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check__limits__each_with_its_reason),
	    cmocka_unit_test(check__lengths__exactly),
	    cmocka_unit_test(flags__all_combinations__as_documented),
	    cmocka_unit_test(flags__other_bytes__refused),
	    cmocka_unit_test(format_flags__letters_of_later_kernels__behind),
	    cmocka_unit_test(implied__flags__o_for_c_and_t),
	    cmocka_unit_test(parse_bytes__both_forms__decoded),
	    cmocka_unit_test(parse_bytes__unsound__refused),
	    cmocka_unit_test(format_hex__every_byte__read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
