/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "arch.h"
#include "arena.h"
#include "entry.h"
#include "hex.h"

enum { RANDOM_RULES = 20000 };

#define TEXT(literal) literal, sizeof(literal) - 1

static const char forged[] =
    "the entry's lines are not in the kernel's order: a newline in its path or extension forges them";

/* A copy with one more byte of room, which is no NUL yet, on the heap: the sanitizer sees what goes further. */
static char *
copy_of(const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = 'x';
	return copy;
}

static const char unknown_line[] =
    "the entry has a line that is not known: its path or extension holds a newline, or this "
    "kernel is newer than binfmtctl";

/* Parses a copy, which the entry points into; for the caller to free. */
static char *
parse(struct entry *entry, const char *text, size_t len, const char *reason)
{
	char *copy = copy_of(text, len);

	memset(entry, 0xa5, sizeof(*entry));
	expect_text(text, entry_parse(entry, "name", copy, len), reason);
	expect_text(text, entry->reason, reason);
	return copy;
}

/* What a refused text leaves: a name, whether it is enabled, and nothing that takes a file or leads anywhere. */
static void
expect_unknown(const char *row, const struct entry *entry, bool enabled)
{
	const struct rule *rule = &entry->rule;
	const struct pattern *p = &rule->pattern;
	struct subject subject = {.path = "a.e", .head = "A"};

	if (!entry->reason || strcmp(rule->name, "name") != 0 || p->type != PATTERN_UNKNOWN ||
	    strcmp(rule->interpreter, "") != 0 || rule->flags || rule->more_flags || p->magic || p->mask ||
	    p->extension || p->size || p->offset)
		fail_msg("%s: left something", row);
	if (entry->enabled != enabled)
		fail_msg("%s: enabled is %d", row, entry->enabled);
	assert_false(pattern_takes(p, &subject));
	assert_false(pattern_same(p, p));
	assert_false(pattern_overlap(p, p));
}

/* As Linux 6.18 shows them; those with T, L, bpf or unknown letters as later ones would. */
static const struct shown {
	const char *text;
	enum pattern_type type;
	bool enabled;
	const char *interpreter, *extension, *magic, *mask; /* hex */
	unsigned flags;
	size_t offset;
	const char *more_flags, *more_lines;
} shown[] = {
    {"enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: PF\noffset 0\n"
     "magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff000000000000000000feffffff\n",
     PATTERN_MAGIC, true, "/usr/bin/qemu-aarch64-static", "", "7f454c460201010000000000000000000200b700",
     "ffffffffffffff000000000000000000feffffff", RULE_P | RULE_F, 0, "", ""},
    {"disabled\ninterpreter /i\nflags: POCF\noffset 255\nmagic 00\n", PATTERN_MAGIC, false, "/i", "", "00", NULL,
     RULE_P | RULE_O | RULE_C | RULE_F, 255, "", ""},
    {"enabled\ninterpreter /usr/bin/jexec\nflags: \noffset 0\nmagic 504b0304\n", PATTERN_MAGIC, true, "/usr/bin/jexec",
     "", "504b0304", NULL, 0, 0, "", ""},
    {"enabled\ninterpreter /usr/bin/wine --x\nflags: O\nextension .exe\n", PATTERN_EXTENSION, true, "/usr/bin/wine --x",
     "exe", NULL, NULL, RULE_O, 0, "", ""},
    {"disabled\ninterpreter i\nflags: \nextension ..txt\n", PATTERN_EXTENSION, false, "i", ".txt", NULL, NULL, 0, 0, "",
     ""},
    {"enabled\ninterpreter /i\nflags: OFT\noffset 3\nmagic 41\n", PATTERN_MAGIC, true, "/i", "", "41", NULL,
     RULE_O | RULE_F | RULE_T, 3, "", ""},
    {"enabled\ninterpreter /i\nflags: FL\noffset 3\nmagic 41\n", PATTERN_MAGIC, true, "/i", "", "41", NULL,
     RULE_F | RULE_L, 3, "", ""},
    {"enabled\nbpf handler\nflags: \n", PATTERN_BPF, true, "handler", "", NULL, NULL, 0, 0, "", ""},
    {"disabled\nbpf handler\nflags: \nbpf-interpreter a /a\n", PATTERN_BPF, false, "handler", "", NULL, NULL, 0, 0, "",
     "bpf-interpreter a /a\n"},
    {"enabled\ninterpreter /i\nflags: PFXyz9\nextension .e\n", PATTERN_EXTENSION, true, "/i", "e", NULL, NULL,
     RULE_P | RULE_F, 0, "Xyz9", ""},
    {"enabled\ninterpreter /\xff\x1b[2J \nflags: \nextension .\xc3\xa9\n", PATTERN_EXTENSION, true, "/\xff\x1b[2J ",
     "\xc3\xa9", NULL, NULL, 0, 0, "", ""},
};

static void
parse__texts_of_the_kernel__their_fields(void **state)
{
	struct entry entry;
	char hex[PATTERN_WINDOW * 2 + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(shown); i++) {
		const struct shown *s = &shown[i];
		const struct rule *rule = &entry.rule;
		const struct pattern *p = &rule->pattern;
		char *text = parse(&entry, s->text, strlen(s->text), NULL);

		assert_string_equal(rule->name, "name");
		assert_int_equal(p->type, s->type);
		assert_int_equal(entry.enabled, s->enabled);
		assert_string_equal(rule->interpreter, s->interpreter);
		assert_string_equal(p->extension ? p->extension : "", s->extension);
		assert_int_equal(p->extension != NULL, p->type == PATTERN_EXTENSION);
		assert_int_equal(rule->flags, s->flags);
		assert_int_equal(p->offset, s->offset);
		assert_string_equal(rule->more_flags ? rule->more_flags : "", s->more_flags);
		assert_string_equal(entry.more, s->more_lines);
		assert_int_equal(p->magic != NULL, s->magic != NULL);
		assert_int_equal(p->mask != NULL, s->mask != NULL);
		hex_format(p->magic, p->size, hex);
		assert_string_equal(hex, s->magic ? s->magic : "");
		hex_format(p->mask, p->mask ? p->size : 0, hex);
		assert_string_equal(hex, s->mask ? s->mask : "");
		free(text);
	}
}

static void
format__of_what_was_parsed__same_text(void **state)
{
	char text[ENTRY_TEXT_MAX];
	struct entry entry;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(shown); i++) {
		char *copy = parse(&entry, shown[i].text, strlen(shown[i].text), NULL);

		len = entry_format(&entry, text);
		if (len != strlen(shown[i].text) || memcmp(text, shown[i].text, len) != 0)
			fail_msg("%s became %.*s", shown[i].text, (int)len, text);
		free(copy);
	}
}

static void
parse__truncated_anywhere__refused_or_a_whole_line_less(void **state)
{
	static const char cut[] = "the entry's text ends in the middle of a line";
	struct entry entry, whole;

	(void)state;
	for (size_t i = 0; i < LENGTH(shown); i++) {
		const char *text = shown[i].text;
		char *whole_copy = parse(&whole, text, strlen(text), NULL);

		for (size_t len = 0; len < strlen(text); len++) {
			char *copy = copy_of(text, len);
			const char *reason = entry_parse(&entry, "n", copy, len);

			if (len && text[len - 1] != '\n')
				expect_text(text, reason, cut);
			else if (!reason && rule_same(&entry.rule, &whole.rule) && strcmp(entry.more, whole.more) == 0)
				fail_msg("%.*s is taken for all of %s", (int)len, text, text);
			free(copy);
		}
		free(whole_copy);
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
	static const char cut[] = "the entry's text ends in the middle of a line";
	static const struct {
		const char *text;
		size_t len;
		const char *reason;
	} t[] = {
	    {TEXT(""), begin},
	    {TEXT("\n"), begin},
	    {TEXT("enabled"), cut},
	    {TEXT("Enabled\n"), begin},
	    {TEXT("enabled \n"), begin},
	    {TEXT("interpreter /i\nenabled\n"), begin},
	    {TEXT("enabled\n"), handler},
	    {TEXT("enabled\nflags: \nextension .e\n"), handler},
	    {TEXT("enabled\nInterpreter /i\nflags: \nextension .e\n"), unknown_line},
	    {TEXT("enabled\ninterpreter \nflags: \nextension .e\n"), handler},
	    {TEXT("enabled\nbpf \nflags: \n"), handler},
	    {TEXT("enabled\ninterpreter /i\n"), "the entry has no flags line"},
	    {TEXT("enabled\ninterpreter /i\nextension .e\n"), "the entry has no flags line"},
	    {TEXT("enabled\ninterpreter /i\nflags: \n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \nextension .\n"), neither},
	    {TEXT("enabled\ninterpreter /i\nflags: \nextension e\n"), unknown_line},
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
	struct entry entry;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *copy = parse(&entry, t[i].text, t[i].len, t[i].reason);

		if (t[i].reason != nul && t[i].reason != cut)
			expect_unknown(t[i].text, &entry, strncmp(t[i].text, "enabled\n", 8) == 0);
		free(copy);
	}
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
	struct entry entry;
	char text[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(interpreters); i++)
		for (size_t k = 0; k < LENGTH(kinds); k++) {
			snprintf(text, sizeof(text), "enabled\ninterpreter %s\nflags: \n%s", interpreters[i], kinds[k]);
			free(parse(&entry, text, strlen(text), forged));
			expect_unknown(text, &entry, true);
		}
	for (size_t i = 0; i < LENGTH(extensions); i++) {
		snprintf(text, sizeof(text), "enabled\ninterpreter /i\nflags: \nextension .%s\n", extensions[i]);
		free(parse(&entry, text, strlen(text), forged));
		expect_unknown(text, &entry, true);
	}
}

static void
parse__long_fields__as_much_as_a_page_holds(void **state)
{
	static const char flags[] = "more flags than this program can keep";
	static const char page[] = "an entry line is too long or has a NUL byte";
	static const struct {
		const char *front;
		size_t letters;
		const char *behind, *reason;
	} t[] = {
	    {"enabled\ninterpreter ", 1919, "\nflags: \nextension .e\n", NULL},
	    {"enabled\ninterpreter ", 1920, "\nflags: \nextension .e\n", NULL},
	    {"enabled\ninterpreter ", 4096 - 20 - 22, "\nflags: \nextension .e\n", NULL},
	    {"enabled\ninterpreter ", 4097 - 20 - 22, "\nflags: \nextension .e\n", page},
	    {"enabled\nbpf ", 1919, "\nflags: \n", NULL},
	    {"enabled\nbpf ", 1920, "\nflags: \n", NULL},
	    {"enabled\nbpf ", 4096 - 12 - 9, "\nflags: \n", NULL},
	    {"enabled\nbpf ", 4097 - 12 - 9, "\nflags: \n", page},
	    {"enabled\ninterpreter /i\nflags: \nextension .", 1919, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: \nextension .", 1920, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: ", 31, "\nextension .e\n", NULL},
	    {"enabled\ninterpreter /i\nflags: ", 32, "\nextension .e\n", flags},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 254, "\n", unknown_line},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 255, "\n", unknown_line},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 4096 - 45, "\n", unknown_line},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 4097 - 45, "\n", page},
	    {"enabled\nbpf h\nflags: \nbpf-interpreter ", 4096 - 39, "\n", NULL},
	    {"enabled\nbpf h\nflags: \nbpf-interpreter ", 4097 - 39, "\n", page},
	    {"enabled\ninterpreter /i\nflags: \noffset 0\nmagic ", 512, "\n", NULL},
	    {"enabled\ninterpreter /i\nflags: \noffset 0\nmagic ", 514, "\n", "longer than 256 bytes"},
	    {"enabled\ninterpreter /i\nflags: \noffset 0\nmagic 41\nmask ", 514, "\n", "longer than 256 bytes"},
	    {"enabled\ninterpreter /i\nflags: \nextension .e\n", 4096, "\n", page},
	};
	char text[ENTRY_TEXT_MAX * 2], again[ENTRY_TEXT_MAX], row[32];
	struct entry entry;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		size_t len = strlen(t[i].front);
		char *copy;

		snprintf(row, sizeof(row), "row %zu", i);
		memcpy(text, t[i].front, len);
		memset(text + len, 'a', t[i].letters);
		len += t[i].letters;
		memcpy(text + len, t[i].behind, strlen(t[i].behind));
		len += strlen(t[i].behind);
		copy = copy_of(text, len);
		expect_text(row, entry_parse(&entry, "n", copy, len), t[i].reason);
		if (!t[i].reason && len < ENTRY_TEXT_MAX)
			if (entry_format(&entry, again) != len || memcmp(again, text, len) != 0)
				fail_msg("%s: another text than it was", row);
		free(copy);
	}
}

/* Names are those of files, whose length the kernel has seen to. */
static void
parse__any_name__kept(void **state)
{
	const char *text = shown[0].text;
	struct entry entry;
	char name[257];

	(void)state;
	memset(name, 'n', sizeof(name));
	for (size_t len = 255; len <= 256; len++) {
		char *copy = copy_of(text, strlen(text));

		memset(name, 'n', sizeof(name));
		name[len] = '\0';
		expect_text("name", entry_parse(&entry, name, copy, strlen(text)), NULL);
		assert_ptr_equal(entry.rule.name, name);
		free(copy);
	}
}

/* What a newline in a path or extension makes where it forges no known line, and what a later kernel may show. */
static void
parse__unknown_line_anywhere__not_understood(void **state)
{
	static const char *const texts[] = {
	    "enabled\nfront\ninterpreter /i\nflags: P\nextension .e\n",
	    "enabled\nenabled\ninterpreter /i\nflags: P\nextension .e\n",
	    "enabled\ninterpreter /i\nbetween 1\nflags: P\nextension .e\n",
	    "enabled\ninterpreter /i\n\nflags: P\nextension .e\n",
	    "enabled\ninterpreter /i\nflags: P\nx\nextension .e\n",
	    "enabled\ninterpreter /i\nflags: P\nextension .e\nbehind\n",
	    "enabled\ninterpreter /i\nflags: P\nextension .e\n\n",
	    "enabled\ninterpreter /i\nflags: P\nextension .e\nbpf-interpreter a /a\n",
	    "enabled\ninterpreter /i\nflags: \noffset 3\ny\nmagic 41\nmask ff\n",
	    "enabled\ninterpreter /i\nflags: \noffset 3\nmagic 41\nmask ff\nz\n",
	    "enabled\nbpf h\nbpf-interpreter a /a\nflags: \n",
	    "enabled\nbpf h\nflags: \nextension .e\n",
	    "enabled\nbpf h\nflags: \nbpf-interpreter a /a\nprogram 17\n",
	};
	struct entry entry;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		free(parse(&entry, texts[i], strlen(texts[i]), unknown_line));
		expect_unknown(texts[i], &entry, true);
	}
}

static void
parse__unknown_flags_anywhere__kept_in_order(void **state)
{
	static const struct {
		const char *letters;
		unsigned flags;
		const char *more, *formatted;
	} t[] = {
	    {"", 0, NULL, ""},
	    {"P", RULE_P, NULL, "P"},
	    {"X", 0, "X", "X"},
	    {"XP", RULE_P, "X", "PX"},
	    {"zPyFx", RULE_P | RULE_F, "zyx", "PFzyx"},
	    {"aFCbOPc", RULE_P | RULE_O | RULE_C | RULE_F, "abc", "POCFabc"},
	    {"XX", 0, "XX", "XX"},
	    {"pf", 0, "pf", "pf"},
	    {"P \xff\x1b", RULE_P, " \xff\x1b", "P \xff\x1b"},
	    {"TP", RULE_T | RULE_O | RULE_P, NULL, "POT"}, /* the kernel may know better than we do */
	};
	char line[ENTRY_TEXT_MAX], formatted[ENTRY_TEXT_MAX];
	struct entry entry;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *text;

		snprintf(line, sizeof(line), "enabled\ninterpreter /i\nflags: %s\nextension .e\n", t[i].letters);
		text = parse(&entry, line, strlen(line), NULL);
		assert_int_equal(entry.rule.flags, t[i].flags);
		if (t[i].more)
			assert_string_equal(entry.rule.more_flags, t[i].more);
		else
			assert_null(entry.rule.more_flags);
		len = entry_format(&entry, formatted);
		snprintf(line, sizeof(line), "enabled\ninterpreter /i\nflags: %s\nextension .e\n", t[i].formatted);
		assert_int_equal(len, strlen(line));
		assert_memory_equal(formatted, line, len);
		free(text);
	}
}

/* The text is written over and freed: what still led into it would not format as before, and the sanitizer sees it. */
static void
keep__texts__all_that_they_said_without_them(void **state)
{
	static const char *const more[] = {
	    "enabled\ninterpreter /i\nflags: zPyFx\noffset 3\nmagic 4142\nmask ff00\n",
	    "disabled\ninterpreter /a b\nflags: X\nextension .e\n",
	    "enabled\nbpf handler\nflags: \nbpf-interpreter a /a\n",
	};
	char before[ENTRY_TEXT_MAX], after[ENTRY_TEXT_MAX];
	struct arena arena = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(shown) + LENGTH(more); i++) {
		const char *text = i < LENGTH(shown) ? shown[i].text : more[i - LENGTH(shown)];
		struct entry entry, kept;
		char *room = parse(&entry, text, strlen(text), NULL);
		size_t len = entry_format(&entry, before);

		entry.registered = (struct timespec){17, 4};
		kept = entry;
		assert_int_equal(entry_keep(&kept, &arena), 0);
		assert_true(rule_same(&kept.rule, &entry.rule));
		memset(room, '#', strlen(text) + 1);
		free(room);
		assert_ptr_equal(kept.rule.name, entry.rule.name); /* the name stays */
		assert_null(kept.reason);
		assert_memory_equal(&kept.registered, &entry.registered, sizeof(entry.registered));
		assert_int_equal(!kept.rule.more_flags, !entry.rule.more_flags);
		assert_int_equal(!kept.rule.pattern.magic, !entry.rule.pattern.magic);
		assert_int_equal(!kept.rule.pattern.mask, !entry.rule.pattern.mask);
		assert_int_equal(!kept.rule.pattern.extension, !entry.rule.pattern.extension);
		expect_bytes(text, after, entry_format(&kept, after), before, len);
	}
	arena_free(&arena);
}

/* Of one that is not understood there is a name, the reason, and whether it is enabled. */
static void
keep__not_understood__as_it_was(void **state)
{
	static const char text[] = "enabled\nnonsense\n";
	struct arena arena = {0};
	struct entry entry;
	const char *reason;
	char *room = copy_of(TEXT(text));

	(void)state;
	reason = entry_parse(&entry, "name", room, sizeof(text) - 1);
	assert_non_null(reason);
	assert_int_equal(entry_keep(&entry, &arena), 0);
	memset(room, '#', sizeof(text));
	free(room);
	expect_unknown(text, &entry, true);
	assert_string_equal(entry.reason, reason);
	arena_free(&arena);
}

/* As a handler shows them that has a hundred programs of its own: a page may end in the middle of the list. */
static void
parse__interpreters_of_bpf__as_many_whole_lines_as_fit(void **state)
{
	static const char front[] = "enabled\nbpf handler\nflags: \n";
	static char text[ENTRY_TEXT_MAX * 10];
	char formatted[ENTRY_TEXT_MAX], *copy;
	size_t len = sizeof(front) - 1, whole = len;
	struct entry entry;

	(void)state;
	memcpy(text, front, len);
	for (int i = 0; i < 100; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "bpf-interpreter n%d /usr/bin/%0200d\n", i, i);
		if (len < ENTRY_TEXT_MAX)
			whole = len;
	}
	assert_true(whole < ENTRY_TEXT_MAX && len > ENTRY_TEXT_MAX);
	for (size_t i = 0; i < 2; i++) {
		copy = parse(&entry, text, i ? ENTRY_TEXT_MAX : whole, NULL);
		assert_int_equal(entry.rule.pattern.type, PATTERN_BPF);
		assert_string_equal(entry.rule.interpreter, "handler");
		expect_bytes("list", entry.more, strlen(entry.more), text + sizeof(front) - 1,
			     whole - sizeof(front) + 1);
		expect_bytes("text", formatted, entry_format(&entry, formatted), text, whole);
		free(copy);
	}
	/* No other entry's text is so long. */
	memset(text, 'a', ENTRY_TEXT_MAX);
	memcpy(text, "enabled\ninterpreter /i\nflags: \nextension .", 42);
	free(parse(&entry, text, ENTRY_TEXT_MAX, "the entry does not end within a page"));
	expect_unknown("a page", &entry, true);
}

/* Whether it is enabled is known from the first line, the rest may be cut off or hold anything. */
static void
parse__cut_or_no_text__enabled_by_its_first_line(void **state)
{
	static const char cut[] = "the entry's text ends in the middle of a line";
	static const char nul[] = "an entry line is too long or has a NUL byte";
	static const struct {
		const char *text;
		size_t len;
		const char *reason;
		bool enabled;
	} t[] = {
	    {TEXT("disabled\nbpf h\nflags: \nbpf-interpreter a /us"), cut, false},
	    {TEXT("disabled\ninterpreter /i\0\nflags: \nextension .e\n"), nul, false},
	    {TEXT("enabled"), cut, false}, /* that could be anything */
	    {TEXT("enable\0\n"), nul, false},
	    {TEXT("enabled\nbpf h\nflags: \nbpf-interpreter a /us"), cut, true},
	    {TEXT("enabled\nb"), cut, true},
	    {TEXT("enabled\ninterpreter /i\0\nflags: \nextension .e\n"), nul, true},
	    {TEXT("enabled\n\0"), nul, true},
	};
	char line[ENTRY_TEXT_MAX * 2];
	struct entry entry;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		free(parse(&entry, t[i].text, t[i].len, t[i].reason));
		expect_unknown(t[i].text, &entry, t[i].enabled);
	}
	memset(line, 'a', sizeof(line));
	memcpy(line, "enabled\n", 8);
	line[sizeof(line) - 1] = '\n';
	free(parse(&entry, line, sizeof(line), nul));
	expect_unknown("two pages", &entry, true);
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
	struct entry entry = {
	    .rule = {.name = "n", .pattern = {.type = PATTERN_EXTENSION, .extension = "e"}, .interpreter = "/i"},
	    .enabled = true};
	char text[ENTRY_TEXT_MAX];
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (size_t k = 0; k < 2; k++) {
			entry.rule.flags = t[i].flags;
			entry.rule.more_flags = k ? "" : NULL; /* none, either way */
			entry.more = k ? "" : NULL;
			len = entry_format(&entry, text);
			assert_int_equal(len, strlen(t[i].text));
			assert_memory_equal(text, t[i].text, len);
		}
}

static void
expect_round_trip(const char *row, const struct entry *entry)
{
	char text[ENTRY_TEXT_MAX], second[ENTRY_TEXT_MAX];
	size_t len = entry_format(entry, text);
	char *copy = copy_of(text, len);
	struct entry again;

	expect_text(row, entry_parse(&again, entry->rule.name, copy, len), NULL);
	if (!rule_same(&entry->rule, &again.rule) || again.enabled != entry->enabled ||
	    strcmp(again.rule.name, entry->rule.name) != 0 || strcmp(again.more, entry->more ? entry->more : "") != 0)
		fail_msg("%s: not the same after %.*s", row, (int)len, text);
	if (entry_format(&again, second) != len || memcmp(text, second, len) != 0)
		fail_msg("%s: another text than %.*s", row, (int)len, text);
	free(copy);
}

static void
round_trip__every_row_of_the_table__same(void **state)
{
	char name[RULE_NAME_MAX + 1], interpreter[64];

	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		struct entry entry = {.rule = {.name = name,
					       .pattern = arch_pattern(a),
					       .interpreter = interpreter,
					       .flags = RULE_P | RULE_F},
				      .enabled = i % 2};

		arch_entry_name(a, name);
		snprintf(interpreter, sizeof(interpreter), "/usr/bin/%s", a->interpreter);
		expect_round_trip(a->name, &entry);
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
	char name[RULE_NAME_MAX + 1], interpreter[RULE_LINE_MAX], extension[RULE_NAME_MAX + 1], row[32];
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];

	(void)state;
	for (size_t i = 0; i < RANDOM_RULES; i++) {
		struct entry entry = {.rule = {.name = name, .interpreter = interpreter}};
		struct rule *rule = &entry.rule;
		struct pattern *p = &rule->pattern;

		p->type = (enum pattern_type)below(3);
		entry.enabled = below(2);
		random_text(name, RULE_NAME_MAX);
		random_text(interpreter, RULE_LINE_MAX - 1);
		assert_null(rule_parse_flags(flags[below(LENGTH(flags))], &rule->flags));
		if (!below(4))
			rule->more_flags = "XYZ";
		if (p->type == PATTERN_BPF && !below(4))
			entry.more = "bpf-interpreter a /a\n";
		if (p->type == PATTERN_EXTENSION) {
			random_text(extension, RULE_NAME_MAX);
			p->extension = extension;
		}
		if (p->type == PATTERN_MAGIC) {
			p->size = (uint16_t)(1 + below(PATTERN_WINDOW));
			p->offset = (uint16_t)below(PATTERN_WINDOW - (size_t)p->size + 1);
			p->magic = magic;
			p->mask = below(2) ? mask : NULL;
			for (size_t k = 0; k < p->size; k++) {
				magic[k] = (unsigned char)below(256);
				mask[k] = p->mask ? (unsigned char)below(256) : 0;
			}
		}
		snprintf(row, sizeof(row), "rule %zu", i);
		expect_round_trip(row, &entry);
	}
}

/* Half of a text of the kernel and half of another, with bytes changed: never more than a reason. */
static void
parse__spliced_texts__sound_or_refused(void **state)
{
	char text[1024], again[ENTRY_TEXT_MAX];
	size_t taken = 0, total = 50000;
	struct entry entry, second;

	(void)state;
	for (size_t i = 0; i < total; i++) {
		const char *a = shown[below(LENGTH(shown))].text, *b = shown[below(LENGTH(shown))].text;
		size_t head = below(3) ? strlen(a) : below(strlen(a) + 1),
		       tail = head == strlen(a) ? 0 : below(strlen(b));
		size_t len = head + tail, changes = below(3);
		char *copy, *second_copy;

		memcpy(text, a, head);
		memcpy(text + head, b + strlen(b) - tail, tail);
		while (changes--)
			if (len)
				text[below(len)] = "\n\0 0fPx"[below(7)];
		copy = copy_of(text, len);
		if (!entry_parse(&entry, "n", copy, len)) {
			const struct pattern *p = &entry.rule.pattern;

			taken++;
			assert_true(p->offset + p->size <= PATTERN_WINDOW);
			assert_true(entry.rule.interpreter[0] != '\0');
			len = entry_format(&entry, again);
			second_copy = copy_of(again, len);
			expect_text("again", entry_parse(&second, "n", second_copy, len), NULL);
			assert_true(rule_same(&entry.rule, &second.rule));
			assert_string_equal(entry.more, second.more);
			free(second_copy);
		}
		free(copy);
	}
	print_message("%zu of %zu texts taken\n", taken, total);
	assert_true(taken > total / 5 && taken < total * 4 / 5);
}

/* Only other programs can make such an entry; what is cut off is cut within the page. */
static void
format__longer_than_a_page__cut(void **state)
{
	static const struct {
		size_t interpreter;
		const char *extension, *more;
	} t[] = {
	    {4096, NULL, NULL}, {4096, NULL, ""}, {4096, "e", "more\n"}, {4058, "e", "more\n"}, {10000, "e", ""},
	};
	char *text = malloc(ENTRY_TEXT_MAX); /* no byte behind it */

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *interpreter = malloc(t[i].interpreter + 1);
		struct entry entry = {.rule = {.name = "n", .interpreter = interpreter}, .more = t[i].more};

		assert_non_null(interpreter);
		memset(interpreter, 'i', t[i].interpreter);
		interpreter[t[i].interpreter] = '\0';
		entry.rule.pattern.type = t[i].extension ? PATTERN_EXTENSION : PATTERN_BPF;
		entry.rule.pattern.extension = t[i].extension;
		assert_int_equal(entry_format(&entry, text), ENTRY_TEXT_MAX - 1);
		assert_memory_equal(text, t[i].extension ? "disabled\ninterpreter ii" : "disabled\nbpf ii", 15);
		free(interpreter);
	}
	free(text);
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
	    cmocka_unit_test(parse__long_fields__as_much_as_a_page_holds),
	    cmocka_unit_test(parse__any_name__kept),
	    cmocka_unit_test(parse__unknown_line_anywhere__not_understood),
	    cmocka_unit_test(parse__unknown_flags_anywhere__kept_in_order),
	    cmocka_unit_test(keep__texts__all_that_they_said_without_them),
	    cmocka_unit_test(keep__not_understood__as_it_was),
	    cmocka_unit_test(parse__interpreters_of_bpf__as_many_whole_lines_as_fit),
	    cmocka_unit_test(parse__cut_or_no_text__enabled_by_its_first_line),
	    cmocka_unit_test(format__flags__as_the_kernel_shows_them),
	    cmocka_unit_test(round_trip__every_row_of_the_table__same),
	    cmocka_unit_test(round_trip__random_rules__same),
	    cmocka_unit_test(parse__spliced_texts__sound_or_refused),
	    cmocka_unit_test(format__longer_than_a_page__cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
