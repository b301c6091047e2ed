/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "arch.h"
#include "rule.h"

enum { RANDOM_RULES = 20000 };

#define TEXT(literal) literal, sizeof(literal) - 1

static const char forged[] =
    "the entry's lines are not in the kernel's order: a newline in its path or extension forges them";

static void
expect_reason(const char *row, const char *got, const char *want)
{
	if (got && want ? strcmp(got, want) != 0 : got != want)
		fail_msg("%s: got \"%s\", want \"%s\"", row, got ? got : "(none)", want ? want : "(none)");
}

/* As Linux 6.18 shows them; those with T, L, bpf or unknown letters and lines as later ones would. */
static const struct shown {
	const char *text;
	enum rule_type type;
	bool enabled;
	const char *interpreter, *extension, *magic, *mask; /* hex */
	unsigned flags;
	size_t offset;
	const char *more_flags, *more_lines;
} shown[] = {
    {"enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: PF\noffset 0\n"
     "magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff000000000000000000feffffff\n",
     RULE_MAGIC, true, "/usr/bin/qemu-aarch64-static", "", "7f454c460201010000000000000000000200b700",
     "ffffffffffffff000000000000000000feffffff", RULE_P | RULE_F, 0, "", ""},
    {"disabled\ninterpreter /i\nflags: POCF\noffset 255\nmagic 00\n", RULE_MAGIC, false, "/i", "", "00", NULL,
     RULE_P | RULE_O | RULE_C | RULE_F, 255, "", ""},
    {"enabled\ninterpreter /usr/bin/jexec\nflags: \noffset 0\nmagic 504b0304\n", RULE_MAGIC, true, "/usr/bin/jexec", "",
     "504b0304", NULL, 0, 0, "", ""},
    {"enabled\ninterpreter /usr/bin/wine --x\nflags: O\nextension .exe\n", RULE_EXTENSION, true, "/usr/bin/wine --x",
     "exe", NULL, NULL, RULE_O, 0, "", ""},
    {"disabled\ninterpreter i\nflags: \nextension ..txt\n", RULE_EXTENSION, false, "i", ".txt", NULL, NULL, 0, 0, "",
     ""},
    {"enabled\ninterpreter /i\nflags: OFT\noffset 3\nmagic 41\n", RULE_MAGIC, true, "/i", "", "41", NULL,
     RULE_O | RULE_F | RULE_T, 3, "", ""},
    {"enabled\ninterpreter /i\nflags: FL\noffset 3\nmagic 41\n", RULE_MAGIC, true, "/i", "", "41", NULL,
     RULE_F | RULE_L, 3, "", ""},
    {"enabled\nbpf handler\nflags: \n", RULE_BPF, true, "handler", "", NULL, NULL, 0, 0, "", ""},
    {"disabled\nbpf handler\nflags: \nprogram 17\n", RULE_BPF, false, "handler", "", NULL, NULL, 0, 0, "",
     "program 17\n"},
    {"enabled\nbpf handler\nflags: \nextension .exe\noffset 1\n", RULE_BPF, true, "handler", "", NULL, NULL, 0, 0, "",
     "extension .exe\noffset 1\n"},
    {"enabled\ninterpreter /i\nflags: PFXyz9\nextension .e\n", RULE_EXTENSION, true, "/i", "e", NULL, NULL,
     RULE_P | RULE_F, 0, "Xyz9", ""},
    {"enabled\ninterpreter /i\nflags: P\noffset 0\nmagic 41\nmask ff\ncount 12\n\nmagicwords\n", RULE_MAGIC, true, "/i",
     "", "41", "ff", RULE_P, 0, "", "count 12\n\nmagicwords\n"},
    {"enabled\ninterpreter /\xff\x1b[2J \nflags: \nextension .\xc3\xa9\n", RULE_EXTENSION, true, "/\xff\x1b[2J ",
     "\xc3\xa9", NULL, NULL, 0, 0, "", ""},
};

static void
parse__texts_of_the_kernel__their_fields(void **state)
{
	struct rule rule;
	char hex[RULE_WINDOW * 2 + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(shown); i++) {
		const struct shown *s = &shown[i];

		expect_reason(s->text, rule_parse_entry(&rule, "name", s->text, strlen(s->text)), NULL);
		assert_string_equal(rule.name, "name");
		assert_int_equal(rule.type, s->type);
		assert_int_equal(rule.enabled, s->enabled);
		assert_string_equal(rule.interpreter, s->interpreter);
		assert_string_equal(rule.extension, s->extension);
		assert_int_equal(rule.flags, s->flags);
		assert_int_equal(rule.offset, s->offset);
		assert_string_equal(rule.more_flags, s->more_flags);
		assert_string_equal(rule.more_lines, s->more_lines);
		assert_int_equal(rule.has_mask, s->mask != NULL);
		rule_format_hex(rule.magic, rule.size, hex);
		assert_string_equal(hex, s->magic ? s->magic : "");
		rule_format_hex(rule.mask, s->mask ? rule.size : 0, hex);
		assert_string_equal(hex, s->mask ? s->mask : "");
	}
}

static void
format__of_what_was_parsed__same_text(void **state)
{
	char text[RULE_TEXT_MAX];
	struct rule rule;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(shown); i++) {
		expect_reason(shown[i].text, rule_parse_entry(&rule, "n", shown[i].text, strlen(shown[i].text)), NULL);
		len = rule_format_entry(&rule, text);
		if (len != strlen(shown[i].text) || memcmp(text, shown[i].text, len) != 0)
			fail_msg("%s became %.*s", shown[i].text, (int)len, text);
	}
}

static void
parse__truncated_anywhere__refused_or_a_whole_line_less(void **state)
{
	struct rule rule, whole;

	(void)state;
	for (size_t i = 0; i < LENGTH(shown); i++) {
		const char *text = shown[i].text;

		assert_null(rule_parse_entry(&whole, "n", text, strlen(text)));
		for (size_t len = 0; len < strlen(text); len++) {
			const char *reason = rule_parse_entry(&rule, "n", text, len);

			if (len && text[len - 1] != '\n')
				expect_reason(text, reason, "the entry's text ends in the middle of a line");
			else if (!reason && rule_same(&rule, &whole) && strcmp(rule.more_lines, whole.more_lines) == 0)
				fail_msg("%.*s is taken for all of %s", (int)len, text, text);
		}
	}
}

static void
parse__unsound__refused(void **state)
{
	static const char begin[] = "the entry does not begin with enabled or disabled";
	static const char handler[] = "the entry has no interpreter line";
	static const char neither[] = "the entry has neither magic nor extension";
	static const char offset[] = "the entry's offset is not a number up to 256";
	static const char odd[] = "not an even number of hex digits (7f454c46 or \\x7fELF)";
	static const char differ[] = "the entry's magic and mask differ in length";
	static const char past[] = "the entry's magic reaches past byte 256";
	static const char nul[] = "an entry line is too long or has a NUL byte";
	static const struct {
		const char *text;
		size_t len;
		const char *reason;
	} t[] = {
	    {TEXT(""), handler},
	    {TEXT("\n"), begin},
	    {TEXT("enabled"), "the entry's text ends in the middle of a line"},
	    {TEXT("Enabled\n"), begin},
	    {TEXT("enabled \n"), begin},
	    {TEXT("interpreter /i\nenabled\n"), begin},
	    {TEXT("enabled\n"), handler},
	    {TEXT("enabled\nflags: \nextension .e\n"), handler},
	    {TEXT("enabled\nInterpreter /i\nflags: \nextension .e\n"), handler},
	    {TEXT("enabled\ninterpreter \nflags: \nextension .e\n"), handler},
	    {TEXT("enabled\nbpf \nflags: \n"), handler},
	    {TEXT("enabled\ninterpreter /i\n"), "the entry has no flags line"},
	    {TEXT("enabled\ninterpreter /i\nextension .e\n"), "the entry has no flags line"},
	    {TEXT("enabled\ninterpreter /i\nflags: \n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \nextension .\n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \nextension e\n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \nmagic 41\n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic \n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmask ff\n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset \nmagic 41\n"), offset},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset x\nmagic 41\n"), offset},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset -1\nmagic 41\n"), offset},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0 \nmagic 41\n"), offset},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 257\nmagic 41\n"), offset},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 18446744073709551616\nmagic 41\n"), offset},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 256\nmagic 41\n"), past},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 255\nmagic 4142\n"), past},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 4\n"), odd},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 4x\n"), odd},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 41\nmask f\n"), odd},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic \\x41\n"), "the entry's magic is not hex"},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 41\nmask \\xff\n"),
	     "the entry's magic is not hex"},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 41\nmask \n"), differ},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 41\nmask ffff\n"), differ},
	    {TEXT("enabled\ninterpreter /i\nflags: \noffset 0\nmagic 4142\nmask ff\n"), differ},
	    {TEXT("enabled\0\ninterpreter /i\nflags: \nextension .e\n"), nul},
	    {TEXT("enabled\ninterpreter /i\0\nflags: \nextension .e\n"), nul},
	    {TEXT("enabled\ninterpreter /i\nflags: \nextension .e\n\0\n"), nul},
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_reason(t[i].text, rule_parse_entry(&rule, "n", t[i].text, t[i].len), t[i].reason);
}

/* The kernel takes newlines in an interpreter's path and in an extension, and shows them as they are. */
static void
parse__lines_forged_by_a_newline__refused(void **state)
{
	static const char *const interpreters[] = {
	    "/bin/sh\ninterpreter /usr/bin/qemu",
	    "/bin/sh\nbpf h",
	    "/bin/sh\nflags: PF",
	    "/bin/sh\nflags: ",
	    "/bin/sh\nextension .e",
	    "/bin/sh\noffset 0",
	    "/bin/sh\nmagic 41",
	    "/bin/sh\nmask ff",
	    "/bin/sh\nflags: \nextension .e",
	    "/bin/sh\nflags: \noffset 0\nmagic 41\nmask ff",
	};
	static const char *const extensions[] = {
	    "e\ninterpreter /i", "e\nbpf h",    "e\nflags: ", "e\nextension .f",
	    "e\noffset 0",       "e\nmagic 41", "e\nmask ff", "e\noffset 0\nmagic 41\nmask ff",
	};
	static const char *const kinds[] = {"extension .x\n", "offset 0\nmagic 41\n", "offset 0\nmagic 41\nmask ff\n"};
	struct rule rule;
	char text[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(interpreters); i++)
		for (size_t k = 0; k < LENGTH(kinds); k++) {
			snprintf(text, sizeof(text), "enabled\ninterpreter %s\nflags: \n%s", interpreters[i], kinds[k]);
			expect_reason(text, rule_parse_entry(&rule, "n", text, strlen(text)), forged);
		}
	for (size_t i = 0; i < LENGTH(extensions); i++) {
		snprintf(text, sizeof(text), "enabled\ninterpreter /i\nflags: \nextension .%s\n", extensions[i]);
		expect_reason(text, rule_parse_entry(&rule, "n", text, strlen(text)), forged);
	}
}

static void
parse__fields_too_long__refused(void **state)
{
	static const char line[] = "an entry line is too long";
	static const char flags[] = "more flags than this program can keep";
	static const char lines[] = "more unknown lines than this program can keep";
	static const struct {
		const char *front;
		size_t letters;
		const char *behind, *reason;
	} t[] = {
	    {"enabled\ninterpreter ", 1919, "\nflags: \nextension .e\n", NULL},
	    {"enabled\ninterpreter ", 1920, "\nflags: \nextension .e\n", line},
	    {"enabled\nbpf ", 1919, "\nflags: \n", NULL},
	    {"enabled\nbpf ", 1920, "\nflags: \n", line},
	    {"enabled\ninterpreter /i\nflags: \nextension .", 1919, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: \nextension .", 1920, "\n", line},
	    {"enabled\ninterpreter /i\nflags: ", 31, "\nextension .e\n", NULL},
	    {"enabled\ninterpreter /i\nflags: ", 32, "\nextension .e\n", flags},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 254, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 255, "\n", lines},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\nmore\n", 249, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\nmore\n", 250, "\n", lines},
	    {"enabled\ninterpreter /i\nflags: \noffset 0\nmagic ", 512, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: \noffset 0\nmagic ", 514, "\n", "longer than 256 bytes"},
	    {"enabled\ninterpreter /i\nflags: \noffset 0\nmagic 41\nmask ", 514, "\n", "longer than 256 bytes"},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 4096, "\n",
	     "an entry line is too long or has a NUL byte"},
	};
	char text[RULE_TEXT_MAX * 2];
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		size_t len = strlen(t[i].front);

		memcpy(text, t[i].front, len);
		memset(text + len, 'a', t[i].letters);
		len += t[i].letters;
		memcpy(text + len, t[i].behind, strlen(t[i].behind));
		len += strlen(t[i].behind);
		expect_reason(t[i].front, rule_parse_entry(&rule, "n", text, len), t[i].reason);
	}
}

static void
parse__name_too_long__refused(void **state)
{
	const char *text = shown[0].text;
	struct rule rule;
	char name[257];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	expect_reason("255", rule_parse_entry(&rule, name, text, strlen(text)), NULL);
	assert_string_equal(rule.name, name);
	name[255] = 'n';
	name[256] = '\0';
	expect_reason("256", rule_parse_entry(&rule, name, text, strlen(text)), "an entry line is too long");
}

static void
format__flags__as_the_kernel_shows_them(void **state)
{
	static const struct {
		unsigned flags;
		const char *text;
	} t[] = {
	    {0, "enabled\ninterpreter /i\nflags: \nextension .e\n"},
	    {RULE_C, "enabled\ninterpreter /i\nflags: OC\nextension .e\n"},
	    {RULE_D | RULE_F, "enabled\ninterpreter /i\nflags: F\nextension .e\n"}, /* D is never read back */
	    {RULE_T, "enabled\ninterpreter /i\nflags: OT\nextension .e\n"},
	};
	struct rule rule = {.type = RULE_EXTENSION, .enabled = true, .extension = "e", .interpreter = "/i"};
	char text[RULE_TEXT_MAX];
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		rule.flags = t[i].flags;
		len = rule_format_entry(&rule, text);
		assert_int_equal(len, strlen(t[i].text));
		assert_memory_equal(text, t[i].text, len);
	}
}

static void
expect_round_trip(const char *row, const struct rule *rule)
{
	char text[RULE_TEXT_MAX], second[RULE_TEXT_MAX];
	size_t len = rule_format_entry(rule, text);
	struct rule again;

	expect_reason(row, rule_parse_entry(&again, rule->name, text, len), NULL);
	if (!rule_same(rule, &again) || again.enabled != rule->enabled || strcmp(again.name, rule->name) != 0)
		fail_msg("%s: not the same after %.*s", row, (int)len, text);
	if (rule_format_entry(&again, second) != len || memcmp(text, second, len) != 0)
		fail_msg("%s: another text than %.*s", row, (int)len, text);
}

static void
round_trip__every_row_of_the_table__same(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		struct rule rule = {.size = a->size, .has_mask = true, .flags = RULE_P | RULE_F, .enabled = i % 2};

		memcpy(rule.magic, a->magic, a->size);
		memcpy(rule.mask, a->mask, a->size);
		snprintf(rule.name, sizeof(rule.name), "qemu-%s", a->name);
		snprintf(rule.interpreter, sizeof(rule.interpreter), "/usr/bin/%s", a->interpreter);
		expect_round_trip(a->name, &rule);
	}
}

/* xorshift64, so that a failure can be had again. */
static uint64_t seed = 0x2545f4914f6cdd1dU;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed >> 11) % n;
}

static void
random_text(char *text, size_t max)
{
	size_t len = 1 + below(below(5) ? 30 : max);

	for (size_t i = 0; i < len; i++) {
		text[i] = (char)(1 + below(255));
		if (text[i] == '\n')
			text[i] = ' ';
	}
	text[len] = '\0';
}

static void
round_trip__random_rules__same(void **state)
{
	static const char *const flags[] = {"", "P", "POCF", "C", "OT", "FL", "F"};
	struct rule rule;
	char row[32];

	(void)state;
	for (size_t i = 0; i < RANDOM_RULES; i++) {
		memset(&rule, 0, sizeof(rule));
		rule.type = (enum rule_type)below(3);
		rule.enabled = below(2);
		random_text(rule.name, RULE_NAME_MAX);
		random_text(rule.interpreter, RULE_LINE_MAX - 1);
		assert_null(rule_parse_flags(flags[below(LENGTH(flags))], &rule.flags));
		if (!below(4))
			memcpy(rule.more_flags, "XYZ", 4);
		if (!below(4))
			memcpy(rule.more_lines, "since 7\n", 9);
		if (rule.type == RULE_EXTENSION)
			random_text(rule.extension, RULE_NAME_MAX);
		if (rule.type == RULE_MAGIC) {
			rule.size = 1 + below(RULE_WINDOW);
			rule.offset = below(RULE_WINDOW - rule.size + 1);
			rule.has_mask = below(2);
			for (size_t k = 0; k < rule.size; k++) {
				rule.magic[k] = (unsigned char)below(256);
				rule.mask[k] = rule.has_mask ? (unsigned char)below(256) : 0;
			}
		}
		snprintf(row, sizeof(row), "rule %zu", i);
		expect_round_trip(row, &rule);
	}
}

/* Half of a text of the kernel and half of another, with bytes changed: never more than a reason. */
static void
parse__spliced_texts__sound_or_refused(void **state)
{
	char text[1024], again[RULE_TEXT_MAX];
	size_t taken = 0, total = 50000;
	struct rule rule, second;

	(void)state;
	for (size_t i = 0; i < total; i++) {
		const char *a = shown[below(LENGTH(shown))].text, *b = shown[below(LENGTH(shown))].text;
		size_t head = below(3) ? strlen(a) : below(strlen(a) + 1),
		       tail = head == strlen(a) ? 0 : below(strlen(b));
		size_t len = head + tail, changes = below(3);

		memcpy(text, a, head);
		memcpy(text + head, b + strlen(b) - tail, tail);
		while (changes--)
			if (len)
				text[below(len)] = "\n\0 0fPx"[below(7)];
		if (rule_parse_entry(&rule, "n", text, len))
			continue;
		taken++;
		assert_true(rule.offset + rule.size <= RULE_WINDOW);
		assert_true(rule.interpreter[0] != '\0');
		len = rule_format_entry(&rule, again);
		expect_reason("again", rule_parse_entry(&second, "n", again, len), NULL);
		assert_true(rule_same(&rule, &second));
		assert_string_equal(rule.more_lines, second.more_lines);
	}
	print_message("%zu of %zu texts taken\n", taken, total);
	assert_true(taken > total / 5 && taken < total * 4 / 5);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse__texts_of_the_kernel__their_fields),
	    cmocka_unit_test(format__of_what_was_parsed__same_text),
	    cmocka_unit_test(parse__truncated_anywhere__refused_or_a_whole_line_less),
	    cmocka_unit_test(parse__unsound__refused),
	    cmocka_unit_test(parse__lines_forged_by_a_newline__refused),
	    cmocka_unit_test(parse__fields_too_long__refused),
	    cmocka_unit_test(parse__name_too_long__refused),
	    cmocka_unit_test(format__flags__as_the_kernel_shows_them),
	    cmocka_unit_test(round_trip__every_row_of_the_table__same),
	    cmocka_unit_test(round_trip__random_rules__same),
	    cmocka_unit_test(parse__spliced_texts__sound_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
