/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "arch.h"
#include "rule.h"

enum { RANDOM_RULES = 20000 };

#define EVERY ":|,!%@^~+=&*?$_-'\"`(){}[]<>." /* all that can separate fields in a file */
#define LOW "\x01\x02\x03\x04\x05\x06\x07\x08"
#define MIDDLE "\t\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
#define TEXT(literal) literal, sizeof(literal) - 1

/* What a user would type; NULL and 0 mean that a field is not used. */
struct typed {
	const char *name, *magic, *mask, *extension, *bpf, *interpreter, *flags;
	size_t offset;
};

static void
expect_reason(const char *row, const char *got, const char *want)
{
	if (got && want ? strcmp(got, want) != 0 : got != want)
		fail_msg("%s: got \"%s\", want \"%s\"", row, got ? got : "(none)", want ? want : "(none)");
}

static void
expect_bytes(const char *row, const void *got, size_t got_len, const void *want, size_t want_len)
{
	if (got_len != want_len || memcmp(got, want, want_len) != 0)
		fail_msg("%s: got %zu bytes \"%.*s\"", row, got_len, (int)got_len, (const char *)got);
}

static void
make(struct rule *rule, const struct typed *t)
{
	*rule = (struct rule){.enabled = true, .offset = t->offset};
	assert_null(rule_set_name(rule, t->name));
	if (t->magic)
		assert_null(rule_set_magic(rule, t->magic, t->mask));
	if (t->extension)
		assert_null(rule_set_extension(rule, t->extension));
	if (t->bpf)
		rule->type = RULE_BPF;
	assert_null(rule_set_interpreter(rule, t->bpf ? t->bpf : t->interpreter));
	assert_null(rule_parse_flags(t->flags ? t->flags : "", &rule->flags));
	rule->enabled = !(rule->flags & RULE_D);
}

/* Field by field and byte by byte: more than rule_same asks for. */
static bool
equal(const struct rule *a, const struct rule *b)
{
	return strcmp(a->name, b->name) == 0 && a->type == b->type && a->enabled == b->enabled &&
	       a->has_mask == b->has_mask && a->flags == b->flags && a->offset == b->offset && a->size == b->size &&
	       memcmp(a->magic, b->magic, a->size) == 0 && (!a->has_mask || memcmp(a->mask, b->mask, a->size) == 0) &&
	       strcmp(a->extension, b->extension) == 0 && strcmp(a->interpreter, b->interpreter) == 0 &&
	       strcmp(a->more_flags, b->more_flags) == 0;
}

static void
expect_round_trip(const char *row, const struct rule *rule, bool file)
{
	char line[RULE_LINE_MAX];
	struct rule again;
	size_t len = 0;

	expect_reason(row, rule_format_line(rule, file, line, &len), NULL);
	expect_reason(row, rule_parse_line(&again, line, len), NULL);
	if (!equal(rule, &again) || !rule_same(rule, &again))
		fail_msg("%s: not the same after \"%.*s\"", row, (int)len, line);
}

static void
set_name__too_long__refused(void **state)
{
	struct rule rule = {0};
	char name[258];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	expect_reason("255", rule_set_name(&rule, name), NULL);
	assert_string_equal(rule.name, name);
	name[255] = 'n';
	name[256] = '\0';
	expect_reason("256", rule_set_name(&rule, name), "the entry's name is longer than 255 bytes");
}

static void
set_interpreter__too_long__refused(void **state)
{
	struct rule rule = {0};
	char path[1922];

	(void)state;
	memset(path, '/', sizeof(path));
	path[1919] = '\0';
	expect_reason("1919", rule_set_interpreter(&rule, path), NULL);
	assert_string_equal(rule.interpreter, path);
	path[1919] = '/';
	path[1920] = '\0';
	expect_reason("1920", rule_set_interpreter(&rule, path),
		      "the interpreter's path does not fit in a register line (1920 bytes in all)");
}

static void
set_extension__too_long__refused(void **state)
{
	struct rule rule = {0};
	char extension[257];

	(void)state;
	memset(extension, 'e', sizeof(extension));
	extension[254] = '\0';
	expect_reason("254", rule_set_extension(&rule, extension), NULL);
	assert_int_equal(rule.type, RULE_EXTENSION);
	assert_string_equal(rule.extension, extension);
	extension[254] = 'e';
	extension[255] = '\0';
	expect_reason("255", rule_set_extension(&rule, extension),
		      "the extension is longer than 254 bytes, no file name can have it");
}

static void
set_magic__words__taken_or_refused(void **state)
{
	static const char odd[] = "not an even number of hex digits (7f454c46 or \\x7fELF)";
	static const struct {
		const char *magic, *mask, *reason;
	} t[] = {
	    {"4d5a", NULL, NULL},
	    {"MZ\\x90", NULL, NULL}, /* raw bytes beside an escape */
	    {"4d5a", "ffff", NULL},
	    {"\\x4d\\x5a", "fff0", NULL}, /* the two forms do not have to be the same */
	    {"4d5a", "ff", "magic and mask differ in length"},
	    {"4d5a", "ffffff", "magic and mask differ in length"},
	    {"4d5a", "", "magic and mask differ in length"},
	    {"4d5", NULL, odd},
	    {"4d5a", "fff", odd},
	    {"4d5a", "fffg", odd},
	    {"\\y4d", NULL, "a backslash must start \\xHH (a backslash itself is \\x5c)"},
	    {"4d5a", "\\xff\\xf", "\\x must be followed by two hex digits"},
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		rule = (struct rule){.type = RULE_EXTENSION};
		expect_reason(t[i].magic, rule_set_magic(&rule, t[i].magic, t[i].mask), t[i].reason);
		assert_int_equal(rule.type, RULE_MAGIC);
		assert_int_equal(rule.has_mask, t[i].mask != NULL);
	}
	assert_null(rule_set_magic(&rule, "7f454c46", "fffefdfc"));
	expect_bytes("magic", rule.magic, rule.size,
		     "\x7f"
		     "ELF",
		     4);
	expect_bytes("mask", rule.mask, rule.size, "\xff\xfe\xfd\xfc", 4);
}

static void
set_magic__longer_than_the_window__refused(void **state)
{
	char hex[257 * 2 + 1];
	struct rule rule = {0};

	(void)state;
	memset(hex, 'a', sizeof(hex));
	hex[512] = '\0';
	expect_reason("256", rule_set_magic(&rule, hex, hex), NULL);
	assert_int_equal(rule.size, 256);
	hex[512] = 'a';
	hex[514] = '\0';
	expect_reason("257", rule_set_magic(&rule, hex, NULL), "longer than 256 bytes");
	expect_reason("mask of 257", rule_set_magic(&rule, "aa", hex), "longer than 256 bytes");
}

static void
format_line__kinds__as_the_kernel_reads_them(void **state)
{
	static const struct {
		struct typed typed;
		const char *line;
	} t[] = {
	    {{.name = "a", .magic = "4d5a", .interpreter = "/i"}, ":a:M:0:\\x4d\\x5a::/i:"},
	    {{.name = "a", .magic = "4d5a", .mask = "ff0f", .interpreter = "/i"}, ":a:M:0:\\x4d\\x5a:\\xff\\x0f:/i:"},
	    {{.name = "a", .magic = "0a00", .offset = 254, .interpreter = "/i", .flags = "FCOP"},
	     ":a:M:254:\\x0a\\x00::/i:POCF"},
	    {{.name = "a", .magic = "3a5c", .interpreter = "/i", .flags = "C"}, ":a:M:0:\\x3a\\x5c::/i:OC"},
	    {{.name = "a", .magic = "41", .interpreter = "/i", .flags = "T"}, ":a:M:0:\\x41::/i:OT"},
	    {{.name = "a", .magic = "41", .interpreter = "/i", .flags = "DLF"}, ":a:M:0:\\x41::/i:FLD"},
	    {{.name = "w", .extension = "exe", .interpreter = "/usr/bin/wine", .flags = "P"},
	     ":w:E::exe::/usr/bin/wine:P"},
	    {{.name = "w", .extension = "\xc3\xa9", .interpreter = "/\xc3\xa9"}, ":w:E::\xc3\xa9::/\xc3\xa9:"},
	    {{.name = "ab", .bpf = "handler", .flags = "D"}, ":ab:B::::handler:D"},
	};
	char line[RULE_LINE_MAX];
	struct rule rule;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (int file = 0; file < 2; file++) {
			make(&rule, &t[i].typed);
			expect_reason(t[i].line, rule_format_line(&rule, file, line, &len), NULL);
			expect_bytes(t[i].line, line, len, t[i].line, strlen(t[i].line));
			expect_reason(t[i].line, rule_check(&rule), NULL);
			expect_round_trip(t[i].line, &rule, file);
		}
}

static void
format_line__bytes_in_use__another_delimiter(void **state)
{
	static const struct {
		struct typed typed;
		char live, file; /* delimiters, 0: refused */
	} t[] = {
	    {{.name = "a", .magic = "41", .interpreter = "/i"}, ':', ':'},
	    {{.name = "a", .magic = "3a7c", .interpreter = "/i"}, ':', ':'}, /* the magic is escaped anyway */
	    {{.name = "a", .magic = "41", .interpreter = "/i:x"}, '|', '|'},
	    {{.name = "a:", .magic = "41", .interpreter = "/i"}, '|', '|'},
	    {{.name = "a", .extension = "x:y", .interpreter = "/i"}, '|', '|'},
	    {{.name = "a|", .extension = "x:y", .interpreter = "/i,"}, '!', '!'},
	    {{.name = "a", .bpf = "x:y"}, '|', '|'},
	    {{.name = ":|,!%@^~+=&*?", .magic = "41", .interpreter = "/i"}, '$', '$'},
	    {{.name = ":|,!%@^~+=&*?$_-'\"`(){}[]<>", .magic = "41", .interpreter = "/i"}, '.', '.'},
	    {{.name = EVERY, .magic = "41", .interpreter = "/i"}, '\x01', 0},
	    {{.name = "a", .magic = "41", .interpreter = "/" EVERY "\x01"}, '\x02', 0},
	    {{.name = EVERY, .magic = "41", .interpreter = "/" LOW}, '\t', 0},
	    {{.name = EVERY, .magic = "41", .interpreter = "/" LOW "\t"}, '\v', 0}, /* not a newline */
	    {{.name = EVERY, .magic = "41", .interpreter = "/" LOW MIDDLE}, ' ', 0},
	    {{.name = EVERY, .extension = LOW, .interpreter = "/" MIDDLE " "}, '#', 0},
	    {{.name = EVERY, .extension = LOW, .interpreter = "/" MIDDLE " #"}, ';', 0},
	    /* not a letter, a digit, a slash or a backslash */
	    {{.name = EVERY, .extension = LOW, .interpreter = "/" MIDDLE " #;"}, '\x7f', 0},
	    {{.name = EVERY, .extension = LOW, .interpreter = "/" MIDDLE " #;\x7f"}, '\x80', 0},
	};
	static const char none[] = "name and interpreter use every byte that could separate the fields";
	char line[RULE_LINE_MAX];
	struct rule rule;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (int file = 0; file < 2; file++) {
			char want = file ? t[i].file : t[i].live;

			make(&rule, &t[i].typed);
			expect_reason(t[i].typed.name, rule_format_line(&rule, file, line, &len), want ? NULL : none);
			if (!want)
				continue;
			assert_int_equal(line[0], want);
			expect_round_trip(t[i].typed.name, &rule, file);
		}

	/* Nothing is left. */
	for (int c = 1; c < 256; c++)
		rule.interpreter[c - 1] = (char)c;
	rule.interpreter[255] = '\0';
	expect_reason("all bytes", rule_format_line(&rule, false, line, &len), none);
	rule.interpreter[254] = '\0';
	expect_reason("all but ff", rule_format_line(&rule, false, line, &len), NULL);
	assert_int_equal(line[0], '\xff');
}

static void
fill(struct rule *rule, size_t size, bool has_mask, unsigned char first)
{
	*rule = (struct rule){.name = "full", .enabled = true, .size = size, .has_mask = has_mask};
	for (size_t i = 0; i < size; i++) {
		rule->magic[i] = (unsigned char)(i + first);
		rule->mask[i] = 0xff;
	}
	memcpy(rule->interpreter, "/i", 3);
}

static size_t
count(const char *line, size_t len, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += line[i] == c;
	return n;
}

static void
format_line__whole_window_with_mask__raw_but_for_some(void **state)
{
	char line[RULE_LINE_MAX];
	struct rule rule;
	size_t len = 0;

	(void)state;
	fill(&rule, 256, true, 0); /* every byte value once */
	expect_reason("256+256", rule_format_line(&rule, true, line, &len), NULL);
	/* ":full:M:0:" + the bytes + ":" + the mask + ":/i:", NUL \n \r : and \ taking four bytes each */
	assert_int_equal(len, 10 + 256 + 5 * 3 + 1 + 256 + 4);
	assert_int_equal(count(line, len, ':'), 7);
	assert_int_equal(count(line, len, '\\'), 5);
	assert_int_equal(count(line, len, '\0') + count(line, len, '\n') + count(line, len, '\r'), 0);
	expect_round_trip("256+256", &rule, true);

	/* Without a mask it fits escaped, and is. */
	rule.has_mask = false;
	expect_reason("256", rule_format_line(&rule, true, line, &len), NULL);
	assert_int_equal(len, 10 + 256 * 4 + 1 + 4);

	/* With another delimiter that one is escaped, ':' is not. */
	rule.has_mask = true;
	rule.name[0] = ':';
	expect_reason("delimiter", rule_format_line(&rule, true, line, &len), NULL);
	assert_int_equal(line[0], '|');
	assert_int_equal(count(line, len, '|'), 7);
	assert_int_equal(count(line, len, ':'), 2);
	expect_round_trip("delimiter", &rule, true);

	/* For the kernel alone \r needs no escape. */
	memcpy(rule.name, "full", 5);
	expect_reason("live", rule_format_line(&rule, false, line, &len), NULL);
	assert_int_equal(len, 10 + 256 + 4 * 3 + 1 + 256 + 4);
	expect_round_trip("live", &rule, false);

	/* Where ':' would have to be escaped too often it does not separate. */
	memset(rule.magic, ':', sizeof(rule.magic));
	memset(rule.mask, ':', sizeof(rule.mask));
	expect_reason("colons", rule_format_line(&rule, true, line, &len), NULL);
	assert_int_equal(line[0], '|');
	assert_int_equal(len, 10 + 256 + 1 + 256 + 4);
	expect_round_trip("colons", &rule, true);

	/* Bytes that need their escape do not fit raw. */
	memset(rule.magic, 0, sizeof(rule.magic));
	memset(rule.mask, 0, sizeof(rule.mask));
	expect_reason("zeros", rule_format_line(&rule, true, line, &len),
		      "the register line does not fit in 1920 bytes, the kernel's limit, however it is written");
}

/* Gives it an interpreter of so many bytes. */
static void
lengthen(struct rule *rule, size_t len)
{
	rule->interpreter[0] = '/';
	memset(rule->interpreter + 1, 'i', len - 1);
	rule->interpreter[len] = '\0';
}

static void
format_line__limit__exactly(void **state)
{
	static const char over[] =
	    "the register line does not fit in 1920 bytes, the kernel's limit, however it is written";
	enum { FRAME = sizeof(":full:M:0:::") }; /* with the delimiter behind the interpreter */
	static const struct {
		size_t size, interpreter, len; /* len 0: refused */
	} t[] = {
	    {0, 1919 - FRAME, 1919},       {0, 1920 - FRAME, 1920},
	    {0, 1921 - FRAME, 0},          {10, 1920 - FRAME - 40, 1920}, /* escaped */
	    {10, 1921 - FRAME - 40, 1891},                                /* raw */
	    {10, 1920 - FRAME - 10, 1920}, {10, 1921 - FRAME - 10, 0},
	};
	char line[RULE_LINE_MAX], row[32];
	struct rule rule;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		snprintf(row, sizeof(row), "row %zu", i);
		fill(&rule, t[i].size, false, 'A');
		lengthen(&rule, t[i].interpreter);
		expect_reason(row, rule_format_line(&rule, false, line, &len), t[i].len ? NULL : over);
		if (!t[i].len)
			continue;
		if (len != t[i].len)
			fail_msg("%s: %zu bytes, want %zu", row, len, t[i].len);
		expect_round_trip(row, &rule, false);
	}
}

static void
parse_line__unsound__refused(void **state)
{
	static const char fields[] = "fewer than seven fields (name, type, offset, magic, mask, interpreter, flags)";
	static const char type[] = "the type is not M, E or B";
	static const char nul[] = "a field has a NUL byte";
	static const char number[] = "the offset is not a number";
	static const char large[] = "the offset is larger than 256";
	static const char escape[] = "\\x must be followed by two hex digits";
	static const char differ[] = "magic and mask differ in length";
	static const char flag[] = "unknown flag; the flags are P O C F, and T L D on kernels that have them";
	static const char separate[] = "a flag letter or newline cannot separate the fields";
	static const struct {
		const char *line;
		size_t len;
		const char *reason;
	} t[] = {
	    {TEXT(""), "the line is empty"},
	    {TEXT("\n"), "the line is empty"},
	    {TEXT(":"), fields},
	    {TEXT("::::::"), fields},
	    {TEXT(":a"), fields},
	    {TEXT(":a:M::x::/i"), fields},
	    {TEXT(":a:M::x::/i\n"), fields},
	    {TEXT(":a:M::x:/i:F"), fields},
	    {TEXT("a:M::x::/i:"), fields},
	    {TEXT("PaPEPPbPPPiP"), separate},
	    {TEXT("OaOEOObOOOiO"), separate},
	    {TEXT("CaCECCbCCCiC"), separate},
	    {TEXT("FaFEFFbFFFiF"), separate},
	    {TEXT("\na\nE\n\nb\n\n/i\nP"), separate},
	    {TEXT(":a:X::x::/i:"), type},
	    {TEXT(":a:m::x::/i:"), type},
	    {TEXT(":a:MM::x::/i:"), type},
	    {TEXT(":a:::x::/i:"), type},
	    {TEXT(":a:\0::x::/i:"), type},
	    {TEXT(":a\0b:M::x::/i:"), nul},
	    {TEXT(":a:M::x::/i\0:"), nul},
	    {TEXT(":a:M::x::/i:P\0"), nul},
	    {TEXT(":a:E::x\0::/i:"), nul},
	    {TEXT(":a:E:\0:x::/i:"), nul},
	    {TEXT(":a:E::x:\0:/i:"), nul},
	    {TEXT(":a:B:\0::::h:"), nul},
	    {TEXT(":a:M:x:x::/i:"), number},
	    {TEXT(":a:M:-1:x::/i:"), number},
	    {TEXT(":a:M:+1:x::/i:"), number}, /* the kernel takes this and "1\n" */
	    {TEXT(":a:M: 1:x::/i:"), number},
	    {TEXT(":a:M:1 :x::/i:"), number},
	    {TEXT(":a:M:0x1:x::/i:"), number},
	    {TEXT(":a:M:1\0:x::/i:"), number},
	    {TEXT(":a:M:257:x::/i:"), large},
	    {TEXT(":a:M:2560:x::/i:"), large},
	    {TEXT(":a:M:18446744073709551616:x::/i:"), large},
	    {TEXT(":a:M::\\x4::/i:"), escape},
	    {TEXT(":a:M::\\x::/i:"), escape},
	    {TEXT(":a:M::\\xg0::/i:"), escape},
	    {TEXT(":a:M::\\x0g::/i:"), escape},
	    {TEXT(":a:M::\\x4\0::/i:"), escape},
	    {TEXT(":a:M::\\\\xzz::/i:"), escape},
	    {TEXT(":a:M::a\0\\x::/i:"), escape},
	    {TEXT(":a:M::a:\\xf:/i:"), escape},
	    {TEXT(":a:M::ab:\\xff:/i:"), differ},
	    {TEXT(":a:M::a:\\xff\\xff:/i:"), differ},
	    {TEXT(":a:M::ab:a\0b:/i:"), differ},
	    {TEXT(":a:M::x::/i:X"), flag},
	    {TEXT(":a:M::x::/i:p"), flag},
	    {TEXT(":a:M::x::/i:P "), flag},
	    {TEXT(":a:M::x::/i::"), flag},
	    {TEXT(":a:M::x::/i:\n\n"), flag},
	    {TEXT(":a:M::x::/i:\r\n"), flag},
	    {TEXT(":a:M::x::/i:TP"), "flags T and P exclude each other"},
	    {TEXT(":a:M::x::/i:LO"), "flag L excludes T, P, O and C"},
	    {TEXT(":a:M::x::/i:PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"), "a field is too long"},
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_reason(t[i].line, rule_parse_line(&rule, t[i].line, t[i].len), t[i].reason);
}

static void
parse_line__too_long__refused(void **state)
{
	static const struct {
		const char *front;
		size_t letters;
		const char *behind, *reason;
	} t[] = {
	    {":", 255, ":E::x::/i:", NULL},
	    {":", 256, ":E::x::/i:", "a field is too long"},
	    {":a:M::", 256, "::/i:", NULL},
	    {":a:M::", 257, "::/i:", "longer than 256 bytes"},
	    {":a:M::x:", 257, ":/i:", "longer than 256 bytes"},
	    {":a:E::x::/", 1920 - 11, ":", NULL},
	    {":a:E::x::/", 1920 - 11, ":P", "the line is longer than 1920 bytes"},
	    {":a:E::x::/", 1920 - 11, ":\n", "the line is longer than 1920 bytes"}, /* as the kernel counts */
	    {":a:E::x::/", 1920 - 12, ":\n", NULL},
	    {":a:E::", 1920 - 11, "::i:", NULL},
	};
	char line[RULE_LINE_MAX + 64];
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		size_t len = strlen(t[i].front);

		memcpy(line, t[i].front, len);
		memset(line + len, 'n', t[i].letters);
		len += t[i].letters;
		memcpy(line + len, t[i].behind, strlen(t[i].behind));
		len += strlen(t[i].behind);
		expect_reason(t[i].front, rule_parse_line(&rule, line, len), t[i].reason);
	}
}

static void
parse_line__magic__as_the_kernel_decodes_it(void **state)
{
	static const struct {
		const char *line;
		size_t len;
		const char *magic;
		size_t size;
		const char *mask; /* NULL: none */
		size_t offset;
	} t[] = {
	    {TEXT(":a:M::MZ::/i:"), TEXT("MZ"), NULL, 0},
	    {TEXT(":a:M::MZ::/i:\n"), TEXT("MZ"), NULL, 0},
	    {TEXT(":a:M:0:\\x7fELF::/i:"),
	     TEXT("\x7f"
		  "ELF"),
	     NULL, 0},
	    {TEXT(":a:M:007:\\x7FELF::/i:"),
	     TEXT("\x7f"
		  "ELF"),
	     NULL, 7},
	    {TEXT(":a:M:256:x::/i:"), TEXT("x"), NULL, 256}, /* rule_check refuses it */
	    {TEXT(":a:M::ab:\\xff\\x0f:/i:"), TEXT("ab"), "\xff\x0f", 0},
	    {TEXT(":a:M::ab:\\x00\\x00:/i:"), TEXT("ab"), "\0\0", 0},
	    {TEXT(":a:M::\\x00\\x3a\\x5c\\x0a::/i:"), TEXT("\0:\\\n"), NULL, 0},
	    {TEXT(":a:M::a\nb::/i:"), TEXT("a\nb"), NULL, 0},
	    {TEXT(":a:M::\xff\x80::/i:"), TEXT("\xff\x80"), NULL, 0},
	    {TEXT(":a:M::a\0b::/i:"), TEXT("a"), NULL, 0},    /* a raw NUL ends the field */
	    {TEXT(":a:M::\0b::/i:"), TEXT(""), NULL, 0},      /* rule_check refuses it */
	    {TEXT(":a:M::ab:\0x:/i:"), TEXT("ab"), NULL, 0},  /* no mask at all */
	    {TEXT(":a:M::a\\b::/i:"), TEXT("a\\b"), NULL, 0}, /* other escapes are none */
	    {TEXT(":a:M::\\n\\101::/i:"), TEXT("\\n\\101"), NULL, 0},
	    {TEXT(":a:M::a\\::/i:"), TEXT("a\\"), NULL, 0},
	    {TEXT(":a:M::\\\\x41::/i:"), TEXT("\\\\x41"), NULL, 0}, /* the first backslash takes the second along */
	    {TEXT(":a:M::\\\\\\x41::/i:"), TEXT("\\\\A"), NULL, 0},
	    {TEXT(":a:M::a:\\x41:/i:"), TEXT("a"), "A", 0},
	    {TEXT(",a,M,1,:,,/i:,"), TEXT(":"), NULL, 1},
	    {TEXT("\x01"
		  "a\x01M\x01"
		  "1\x01:\x01\x01/i\x01"),
	     TEXT(":"), NULL, 1},
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		expect_reason(t[i].line, rule_parse_line(&rule, t[i].line, t[i].len), NULL);
		assert_int_equal(rule.type, RULE_MAGIC);
		assert_true(rule.enabled);
		expect_bytes(t[i].line, rule.magic, rule.size, t[i].magic, t[i].size);
		assert_int_equal(rule.has_mask, t[i].mask != NULL);
		if (t[i].mask)
			expect_bytes(t[i].line, rule.mask, rule.size, t[i].mask, t[i].size);
		assert_int_equal(rule.offset, t[i].offset);
		assert_string_equal(rule.name, "a");
	}
}

static void
parse_line__other_kinds__their_fields(void **state)
{
	struct rule rule;

	(void)state;
	expect_reason("E", rule_parse_line(&rule, TEXT("|w|E|x|exe|y|/wine:1|CF\n")), NULL);
	assert_int_equal(rule.type, RULE_EXTENSION);
	assert_string_equal(rule.extension, "exe");
	assert_string_equal(rule.interpreter, "/wine:1");
	assert_int_equal(rule.flags, RULE_C | RULE_O | RULE_F);
	assert_true(rule.enabled);
	expect_reason("B", rule_parse_line(&rule, TEXT(":b:B::::handler:D")), NULL);
	assert_int_equal(rule.type, RULE_BPF);
	assert_string_equal(rule.interpreter, "handler");
	assert_false(rule.enabled);
}

static void
round_trip__every_row_of_the_table__same(void **state)
{
	static const char *const flags[] = {"", "PF", "POCF", "OT", "LF", "D"};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];

		rule = (struct rule){.type = RULE_MAGIC, .size = a->size, .has_mask = true};
		memcpy(rule.magic, a->magic, a->size);
		memcpy(rule.mask, a->mask, a->size);
		snprintf(rule.name, sizeof(rule.name), "qemu-%s", a->name);
		snprintf(rule.interpreter, sizeof(rule.interpreter), "/usr/bin/%s-static", a->interpreter);
		for (size_t f = 0; f < LENGTH(flags); f++) {
			assert_null(rule_parse_flags(flags[f], &rule.flags));
			rule.enabled = !(rule.flags & RULE_D);
			expect_reason(a->name, rule_check(&rule), NULL);
			expect_round_trip(a->name, &rule, false);
			expect_round_trip(a->name, &rule, true);
		}
	}
	assert_true(arch_count > 30);
}

/* xorshift64, so that a failure can be had again. */
static uint64_t seed = 0x9e3779b97f4a7c15U;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed >> 11) % n;
}

static void
random_text(char *text, size_t max, const char *alphabet)
{
	size_t len = 1 + below(below(5) ? (max < 40 ? max : 40) : max);

	for (size_t i = 0; i < len; i++)
		text[i] = alphabet[below(strlen(alphabet))];
	text[len] = '\0';
}

static void
random_rule(struct rule *rule)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789qemuPOCF\\x #;\xc3\xa9" EVERY;
	static const char bytes[] = "\0\n\r\t :|,\\x7fELF#!MZ\xff\x80";
	static const char *const flags[] = {"",   "P", "O",  "C", "F",  "PF", "POCF",
					    "CF", "T", "TF", "L", "LF", "D",  "PD"};

	memset(rule, 0, sizeof(*rule));
	rule->type = below(3) ? RULE_MAGIC : below(3) ? RULE_EXTENSION : RULE_BPF;
	random_text(rule->name, RULE_NAME_MAX, names);
	random_text(rule->interpreter, 1700, names);
	rule->interpreter[0] = '/';
	assert_null(rule_parse_flags(flags[below(LENGTH(flags))], &rule->flags));
	if (rule->type == RULE_BPF)
		rule->flags &= RULE_D;
	rule->enabled = !(rule->flags & RULE_D);
	if (rule->type == RULE_EXTENSION)
		random_text(rule->extension, RULE_EXTENSION_MAX, "abcdefgxyz:|,#\\ ~\xc3\xa9");
	if (rule->type != RULE_MAGIC)
		return;
	rule->size = 1 + below(below(2) ? 40 : RULE_WINDOW);
	rule->offset = below(RULE_WINDOW - rule->size + 1);
	rule->has_mask = below(2);
	for (size_t i = 0; i < rule->size; i++) {
		rule->magic[i] =
		    (unsigned char)(below(2) ? bytes[below(sizeof(bytes) - 1)] : (char)(unsigned char)below(256));
		if (rule->has_mask)
			rule->mask[i] = (unsigned char)(below(3) ? 0xff : below(256));
	}
}

static void
round_trip__random_rules__same(void **state)
{
	char line[RULE_LINE_MAX], row[64];
	size_t sound = 0, raw = 0, other = 0, len;
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < RANDOM_RULES; i++) {
		bool file = below(2);

		random_rule(&rule);
		snprintf(row, sizeof(row), "rule %zu", i);
		if (rule_check(&rule) || rule_format_line(&rule, file, line, &len))
			continue;
		sound++;
		raw += rule.type == RULE_MAGIC && len < rule.size * (rule.has_mask ? 8 : 4);
		other += line[0] != ':';
		if (file && strchr("#; \t\n", line[0]))
			fail_msg("%s: delimiter %d in a file", row, line[0]);
		if (count(line, len, '\n') || count(line, len, '\0'))
			fail_msg("%s: a raw newline or NUL", row);
		expect_round_trip(row, &rule, file);
	}
	print_message("%zu of %d rules sound, %zu of them raw, %zu with another delimiter than ':'\n", sound,
		      RANDOM_RULES, raw, other);
	assert_true(sound > RANDOM_RULES / 2);
	assert_true(raw > RANDOM_RULES / 100);
	assert_true(other > RANDOM_RULES / 10);
}

static void
same__pairs__as_the_kernel_would_act(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} t[] = {
	    {":a:M:0:MZ::/i:P", ":a:M:0:MZ::/i:P", true},
	    {":a:M:0:MZ::/i:P", ":b:M:0:MZ::/i:P", true}, /* the name aside */
	    {":a:M:0:MZ::/i:P", ":a:M:0:MZ::/i:PD", true},
	    {":a:M:0:MZ::/i:P", ":a:M:0:MZ::/i:", false},
	    {":a:M:0:MZ::/i:C", ":a:M:0:MZ::/i:OC", true},
	    {":a:M:0:MZ::/i:O", ":a:M:0:MZ::/i:C", false},
	    {":a:M:0:MZ::/i:T", ":a:M:0:MZ::/i:O", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ::/j:", false},
	    {":a:M:0:MZ::/i:", ":a:M:1:MZ::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MX::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZZ::/i:", false},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ:\\xff\\xff:/i:", true},
	    {":a:M:0:MZ:\\xff\\xff:/i:", ":a:M:0:MZ::/i:", true},
	    {":a:M:0:MZ::/i:", ":a:M:0:MZ:\\xff\\xfe:/i:", false},
	    {":a:M:0:MZ:\\xff\\xfe:/i:", ":a:M:0:M[:\\xff\\xfe:/i:", true}, /* 5a and 5b */
	    {":a:M:0:MZ:\\xff\\xfe:/i:", ":a:M:0:MY:\\xff\\xfe:/i:", false},
	    {":a:M:0:MZ:\\xff\\x00:/i:", ":a:M:0:M0:\\xff\\x00:/i:", true},
	    {":a:M:0:exe::/i:", ":a:E::exe::/i:", false},
	    {":a:E::exe::/i:", ":a:E::exe::/i:", true},
	    {":a:E:1:exe:x:/i:", ":a:E::exe::/i:", true}, /* skipped fields */
	    {":a:E::exe::/i:", ":a:E::EXE::/i:", false},
	    {":a:B::::h:", ":a:B::::h:D", true},
	    {":a:B::::h:", ":a:B::::g:", false},
	    {":a:B::::h:", ":a:E::h::h:", false},
	};
	struct rule a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		expect_reason(t[i].a, rule_parse_line(&a, t[i].a, strlen(t[i].a)), NULL);
		expect_reason(t[i].b, rule_parse_line(&b, t[i].b, strlen(t[i].b)), NULL);
		if (rule_same(&a, &b) != t[i].same || rule_same(&b, &a) != t[i].same)
			fail_msg("%s and %s", t[i].a, t[i].b);
	}
}

static void
same__flags_of_later_kernels__compared(void **state)
{
	struct rule a = {.more_flags = "Z"}, b = {.more_flags = "Z"};

	(void)state;
	assert_true(rule_same(&a, &b));
	b.more_flags[0] = 'Y';
	assert_false(rule_same(&a, &b));
	b.more_flags[0] = '\0';
	assert_false(rule_same(&a, &b));
}

static void
mask__absent__all_ones(void **state)
{
	struct rule rule = {.size = 2, .mask = {0x0f, 0xf0}};

	(void)state;
	assert_int_equal(rule_mask(&rule, 0), 0xff);
	rule.has_mask = true;
	assert_int_equal(rule_mask(&rule, 0), 0x0f);
	assert_int_equal(rule_mask(&rule, 1), 0xf0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(set_name__too_long__refused),
	    cmocka_unit_test(set_interpreter__too_long__refused),
	    cmocka_unit_test(set_extension__too_long__refused),
	    cmocka_unit_test(set_magic__words__taken_or_refused),
	    cmocka_unit_test(set_magic__longer_than_the_window__refused),
	    cmocka_unit_test(format_line__kinds__as_the_kernel_reads_them),
	    cmocka_unit_test(format_line__bytes_in_use__another_delimiter),
	    cmocka_unit_test(format_line__whole_window_with_mask__raw_but_for_some),
	    cmocka_unit_test(format_line__limit__exactly),
	    cmocka_unit_test(parse_line__unsound__refused),
	    cmocka_unit_test(parse_line__too_long__refused),
	    cmocka_unit_test(parse_line__magic__as_the_kernel_decodes_it),
	    cmocka_unit_test(parse_line__other_kinds__their_fields),
	    cmocka_unit_test(round_trip__every_row_of_the_table__same),
	    cmocka_unit_test(round_trip__random_rules__same),
	    cmocka_unit_test(same__pairs__as_the_kernel_would_act),
	    cmocka_unit_test(same__flags_of_later_kernels__compared),
	    cmocka_unit_test(mask__absent__all_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
