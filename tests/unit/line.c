/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "arch.h"
#include "hex.h"
#include "limit.h"
#include "line.h"

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

/* A rule, and room for the bytes and texts of its fields. */
struct full {
	struct rule rule;
	char name[RULE_NAME_MAX + 1], extension[RULE_EXTENSION_MAX + 1], interpreter[RULE_LINE_MAX];
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];
};

static void
make(struct full *full, const struct typed *t)
{
	struct rule *rule = &full->rule;
	struct pattern *p = &rule->pattern;
	size_t size = 0, mask_size = 0;

	*rule = (struct rule){.name = t->name, .interpreter = t->bpf ? t->bpf : t->interpreter};
	p->offset = (uint16_t)t->offset;
	p->type = t->magic ? PATTERN_MAGIC : t->bpf ? PATTERN_BPF : PATTERN_EXTENSION;
	p->extension = t->extension;
	if (t->magic) {
		assert_null(hex_parse(t->magic, full->magic, PATTERN_WINDOW, &size));
		p->size = (uint16_t)size;
		p->magic = full->magic;
	}
	if (t->mask) {
		assert_null(hex_parse(t->mask, full->mask, PATTERN_WINDOW, &mask_size));
		assert_int_equal(mask_size, size);
		p->mask = full->mask;
	}
	assert_null(rule_parse_flags(t->flags ? t->flags : "", &rule->flags));
}

/* A copy with one more byte of room, which is no NUL yet, on the heap: the sanitizer sees what goes further. */
static char *
copy_of(const char *line, size_t len)
{
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, line, len);
	copy[len] = 'x';
	return copy;
}

/* Field by field and byte by byte: more than rule_same asks for. */
static bool
equal(const struct rule *a, const struct rule *b)
{
	const struct pattern *p = &a->pattern, *q = &b->pattern;

	if (strcmp(a->name, b->name) != 0 || strcmp(a->interpreter, b->interpreter) != 0 || a->flags != b->flags ||
	    a->more_flags || b->more_flags || p->type != q->type)
		return false;
	if (p->type != PATTERN_EXTENSION && (p->extension || q->extension))
		return false;
	if (p->type != PATTERN_MAGIC && (p->magic || q->magic || p->mask || q->mask || q->size || q->offset))
		return false;
	if (p->type == PATTERN_EXTENSION)
		return strcmp(p->extension, q->extension) == 0;
	return p->offset == q->offset && p->size == q->size && !p->mask == !q->mask &&
	       (!p->size || memcmp(p->magic, q->magic, p->size) == 0) &&
	       (!p->mask || memcmp(p->mask, q->mask, p->size) == 0);
}

static void
expect_round_trip(const char *row, const struct rule *rule, bool file)
{
	char line[RULE_LINE_MAX], *copy;
	struct rule again;
	size_t len = 0;

	expect_text(row, line_format(rule, file, line, &len), NULL);
	copy = copy_of(line, len);
	expect_text(row, line_parse(copy, len, &again), NULL);
	if (!equal(rule, &again) || !rule_same(rule, &again))
		fail_msg("%s: not the same after \"%.*s\"", row, (int)len, line);
	free(copy);
}

static void
format__kinds__as_the_kernel_reads_them(void **state)
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
	struct full full;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (int file = 0; file < 2; file++) {
			make(&full, &t[i].typed);
			expect_text(t[i].line, line_format(&full.rule, file, line, &len), NULL);
			expect_bytes(t[i].line, line, len, t[i].line, strlen(t[i].line));
			expect_text(t[i].line, limit_check(&full.rule), NULL);
			expect_round_trip(t[i].line, &full.rule, file);
		}
}

static void
format__bytes_in_use__another_delimiter(void **state)
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
	char line[RULE_LINE_MAX], all[256];
	struct full full;
	size_t len;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (int file = 0; file < 2; file++) {
			char want = file ? t[i].file : t[i].live;

			make(&full, &t[i].typed);
			expect_text(t[i].typed.name, line_format(&full.rule, file, line, &len), want ? NULL : none);
			if (!want)
				continue;
			assert_int_equal(line[0], want);
			expect_round_trip(t[i].typed.name, &full.rule, file);
		}

	/* Nothing is left. */
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	all[255] = '\0';
	full.rule.interpreter = all;
	expect_text("all bytes", line_format(&full.rule, false, line, &len), none);
	all[254] = '\0';
	expect_text("all but ff", line_format(&full.rule, false, line, &len), NULL);
	assert_int_equal(line[0], '\xff');
}

static void
fill(struct full *full, size_t size, bool has_mask, unsigned char first)
{
	full->rule = (struct rule){.name = "full", .interpreter = "/i"};
	full->rule.pattern = (struct pattern){
	    .type = PATTERN_MAGIC, .size = (uint16_t)size, .magic = full->magic, .mask = has_mask ? full->mask : NULL};
	for (size_t i = 0; i < size; i++) {
		full->magic[i] = (unsigned char)(i + first);
		full->mask[i] = 0xff;
	}
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
format__whole_window_with_mask__raw_but_for_some(void **state)
{
	char line[RULE_LINE_MAX];
	struct full full;
	struct rule *rule = &full.rule;
	size_t len = 0;

	(void)state;
	fill(&full, 256, true, 0); /* every byte value once */
	expect_text("256+256", line_format(rule, true, line, &len), NULL);
	/* ":full:M:0:" + the bytes + ":" + the mask + ":/i:", NUL \n \r : and \ taking four bytes each */
	assert_int_equal(len, 10 + 256 + 5 * 3 + 1 + 256 + 4);
	assert_int_equal(count(line, len, ':'), 7);
	assert_int_equal(count(line, len, '\\'), 5);
	assert_int_equal(count(line, len, '\0') + count(line, len, '\n') + count(line, len, '\r'), 0);
	expect_round_trip("256+256", rule, true);

	/* Without a mask it fits escaped, and is. */
	rule->pattern.mask = NULL;
	expect_text("256", line_format(rule, true, line, &len), NULL);
	assert_int_equal(len, 10 + 256 * 4 + 1 + 4);

	/* With another delimiter that one is escaped, ':' is not. */
	rule->pattern.mask = full.mask;
	rule->name = ":ull";
	expect_text("delimiter", line_format(rule, true, line, &len), NULL);
	assert_int_equal(line[0], '|');
	assert_int_equal(count(line, len, '|'), 7);
	assert_int_equal(count(line, len, ':'), 2);
	expect_round_trip("delimiter", rule, true);

	/* For the kernel alone \r needs no escape. */
	rule->name = "full";
	expect_text("live", line_format(rule, false, line, &len), NULL);
	assert_int_equal(len, 10 + 256 + 4 * 3 + 1 + 256 + 4);
	expect_round_trip("live", rule, false);

	/* Where ':' would have to be escaped too often it does not separate. */
	memset(full.magic, ':', sizeof(full.magic));
	memset(full.mask, ':', sizeof(full.mask));
	expect_text("colons", line_format(rule, true, line, &len), NULL);
	assert_int_equal(line[0], '|');
	assert_int_equal(len, 10 + 256 + 1 + 256 + 4);
	expect_round_trip("colons", rule, true);

	/* Bytes that need their escape do not fit raw. */
	memset(full.magic, 0, sizeof(full.magic));
	memset(full.mask, 0, sizeof(full.mask));
	expect_text("zeros", line_format(rule, true, line, &len),
		    "the register line does not fit in 1920 bytes, the kernel's limit, however it is written");
}

/* Gives it an interpreter of so many bytes. */
static void
lengthen(struct full *full, size_t len)
{
	full->interpreter[0] = '/';
	memset(full->interpreter + 1, 'i', len - 1);
	full->interpreter[len] = '\0';
	full->rule.interpreter = full->interpreter;
}

static void
format__limit__exactly(void **state)
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
	struct full full;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		snprintf(row, sizeof(row), "row %zu", i);
		fill(&full, t[i].size, false, 'A');
		lengthen(&full, t[i].interpreter);
		expect_text(row, line_format(&full.rule, false, line, &len), t[i].len ? NULL : over);
		if (!t[i].len)
			continue;
		if (len != t[i].len)
			fail_msg("%s: %zu bytes, want %zu", row, len, t[i].len);
		expect_round_trip(row, &full.rule, false);
	}
}

static void
parse__unsound__refused(void **state)
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
	    {TEXT(":a:M::x::/i:PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPX"), flag},
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *copy = copy_of(t[i].line, t[i].len);

		expect_text(t[i].line, line_parse(copy, t[i].len, &rule), t[i].reason);
		free(copy);
	}
}

static void
parse__too_long__refused(void **state)
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
	char line[RULE_LINE_MAX + 64], *copy;
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		size_t len = strlen(t[i].front);

		memcpy(line, t[i].front, len);
		memset(line + len, 'n', t[i].letters);
		len += t[i].letters;
		memcpy(line + len, t[i].behind, strlen(t[i].behind));
		len += strlen(t[i].behind);
		copy = copy_of(line, len);
		expect_text(t[i].front, line_parse(copy, len, &rule), t[i].reason);
		free(copy);
	}
}

static void
parse__magic__as_the_kernel_decodes_it(void **state)
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
	    {TEXT(":a:M:256:x::/i:"), TEXT("x"), NULL, 256}, /* limit_check refuses it */
	    {TEXT(":a:M::ab:\\xff\\x0f:/i:"), TEXT("ab"), "\xff\x0f", 0},
	    {TEXT(":a:M::ab:\\x00\\x00:/i:"), TEXT("ab"), "\0\0", 0},
	    {TEXT(":a:M::\\x00\\x3a\\x5c\\x0a::/i:"), TEXT("\0:\\\n"), NULL, 0},
	    {TEXT(":a:M::a\nb::/i:"), TEXT("a\nb"), NULL, 0},
	    {TEXT(":a:M::\xff\x80::/i:"), TEXT("\xff\x80"), NULL, 0},
	    {TEXT(":a:M::a\0b::/i:"), TEXT("a"), NULL, 0},    /* a raw NUL ends the field */
	    {TEXT(":a:M::\0b::/i:"), TEXT(""), NULL, 0},      /* limit_check refuses it */
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
		const struct pattern *p = &rule.pattern;
		char *copy = copy_of(t[i].line, t[i].len);

		expect_text(t[i].line, line_parse(copy, t[i].len, &rule), NULL);
		assert_int_equal(p->type, PATTERN_MAGIC);
		assert_int_equal(rule.flags, 0);
		assert_null(rule.more_flags);
		assert_null(p->extension);
		expect_bytes(t[i].line, p->magic, p->size, t[i].magic, t[i].size);
		assert_int_equal(p->mask != NULL, t[i].mask != NULL);
		if (t[i].mask)
			expect_bytes(t[i].line, p->mask, p->size, t[i].mask, t[i].size);
		assert_int_equal(p->offset, t[i].offset);
		assert_string_equal(rule.name, "a");
		assert_memory_equal(rule.interpreter, "/i", 2); /* with a colon where that does not separate */
		free(copy);
	}
}

static void
parse__other_kinds__their_fields(void **state)
{
	static const char extension[] = "|w|E|x|exe|y|/wine:1|CF\n", bpf[] = ":b:B::::handler:D";
	char *copy = copy_of(extension, sizeof(extension) - 1);
	struct rule rule;

	(void)state;
	expect_text("E", line_parse(copy, sizeof(extension) - 1, &rule), NULL);
	assert_int_equal(rule.pattern.type, PATTERN_EXTENSION);
	assert_string_equal(rule.name, "w");
	assert_string_equal(rule.pattern.extension, "exe");
	assert_null(rule.pattern.magic);
	assert_null(rule.pattern.mask);
	assert_string_equal(rule.interpreter, "/wine:1");
	assert_int_equal(rule.flags, RULE_C | RULE_O | RULE_F);
	free(copy);
	copy = copy_of(bpf, sizeof(bpf) - 1);
	expect_text("B", line_parse(copy, sizeof(bpf) - 1, &rule), NULL);
	assert_int_equal(rule.pattern.type, PATTERN_BPF);
	assert_string_equal(rule.name, "b");
	assert_null(rule.pattern.magic);
	assert_null(rule.pattern.extension);
	assert_string_equal(rule.interpreter, "handler");
	assert_int_equal(rule.flags, RULE_D);
	free(copy);
}

static void
parse__flags_again_and_again__taken(void **state)
{
	static const char line[] =
	    ":a:M::x::/i:PFPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP";
	char *copy = copy_of(line, sizeof(line) - 1);
	struct rule rule;

	(void)state;
	expect_text(line, line_parse(copy, sizeof(line) - 1, &rule), NULL);
	assert_int_equal(rule.flags, RULE_P | RULE_F);
	free(copy);
}

/* Nothing of a rule is anywhere but in the line that it was read from. */
static void
parse__every_kind__points_into_the_line(void **state)
{
	static const char *const lines[] = {":a:M:3:\\x41\\x42:\\xff\\x0f:/i:P", ":a:M::AB::/i:", ":a:E::exe::/i:\n",
					    ":a:B::::handler:D"};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		size_t len = strlen(lines[i]);
		char *copy = copy_of(lines[i], len);
		const char *ends[5];

		expect_text(lines[i], line_parse(copy, len, &rule), NULL);
		ends[0] = rule.name;
		ends[1] = rule.interpreter;
		ends[2] = rule.pattern.extension;
		ends[3] = (const char *)rule.pattern.magic;
		ends[4] = (const char *)rule.pattern.mask;
		for (size_t k = 0; k < LENGTH(ends); k++)
			if (ends[k] && (ends[k] <= copy || ends[k] >= copy + len))
				fail_msg("%s: field %zu is elsewhere", lines[i], k);
		free(copy);
	}
}

static void
round_trip__every_row_of_the_table__same(void **state)
{
	static const char *const flags[] = {"", "PF", "POCF", "OT", "LF", "D"};
	char name[RULE_NAME_MAX + 1], interpreter[64];

	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		struct rule rule = {.name = name, .pattern = arch_pattern(a), .interpreter = interpreter};

		arch_entry_name(a, name);
		snprintf(interpreter, sizeof(interpreter), "/usr/bin/%s-static", a->interpreter);
		for (size_t f = 0; f < LENGTH(flags); f++) {
			assert_null(rule_parse_flags(flags[f], &rule.flags));
			expect_text(a->name, limit_check(&rule), NULL);
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
random_rule(struct full *full)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789qemuPOCF\\x #;\xc3\xa9" EVERY;
	static const char bytes[] = "\0\n\r\t :|,\\x7fELF#!MZ\xff\x80";
	static const char *const flags[] = {"",   "P", "O",  "C", "F",  "PF", "POCF",
					    "CF", "T", "TF", "L", "LF", "D",  "PD"};
	struct rule *rule = &full->rule;
	struct pattern *p = &rule->pattern;

	*rule = (struct rule){.name = full->name, .interpreter = full->interpreter};
	p->type = below(3) ? PATTERN_MAGIC : below(3) ? PATTERN_EXTENSION : PATTERN_BPF;
	random_text(full->name, RULE_NAME_MAX, names);
	random_text(full->interpreter, 1700, names);
	full->interpreter[0] = '/';
	assert_null(rule_parse_flags(flags[below(LENGTH(flags))], &rule->flags));
	if (p->type == PATTERN_BPF)
		rule->flags &= RULE_D;
	if (p->type == PATTERN_EXTENSION) {
		random_text(full->extension, RULE_EXTENSION_MAX, "abcdefgxyz:|,#\\ ~\xc3\xa9");
		p->extension = full->extension;
	}
	if (p->type != PATTERN_MAGIC)
		return;
	p->size = (uint16_t)(1 + below(below(2) ? 40 : PATTERN_WINDOW));
	p->offset = (uint16_t)below(PATTERN_WINDOW - (size_t)p->size + 1);
	p->magic = full->magic;
	p->mask = below(2) ? full->mask : NULL;
	for (size_t i = 0; i < p->size; i++) {
		full->magic[i] =
		    (unsigned char)(below(2) ? bytes[below(sizeof(bytes) - 1)] : (char)(unsigned char)below(256));
		if (p->mask)
			full->mask[i] = (unsigned char)(below(3) ? 0xff : below(256));
	}
}

static void
round_trip__random_rules__same(void **state)
{
	char line[RULE_LINE_MAX], row[64];
	size_t sound = 0, raw = 0, other = 0, len;
	struct full full;

	(void)state;
	for (size_t i = 0; i < RANDOM_RULES; i++) {
		const struct rule *rule = &full.rule;
		const struct pattern *p = &rule->pattern;
		bool file = below(2);

		random_rule(&full);
		snprintf(row, sizeof(row), "rule %zu", i);
		if (limit_check(rule) || line_format(rule, file, line, &len))
			continue;
		sound++;
		raw += p->type == PATTERN_MAGIC && len < (size_t)p->size * (p->mask ? 8 : 4);
		other += line[0] != ':';
		if (file && strchr("#; \t\n", line[0]))
			fail_msg("%s: delimiter %d in a file", row, line[0]);
		if (count(line, len, '\n') || count(line, len, '\0'))
			fail_msg("%s: a raw newline or NUL", row);
		expect_round_trip(row, rule, file);
	}
	print_message("%zu of %d rules sound, %zu of them raw, %zu with another delimiter than ':'\n", sound,
		      RANDOM_RULES, raw, other);
	assert_true(sound > RANDOM_RULES / 2);
	assert_true(raw > RANDOM_RULES / 100);
	assert_true(other > RANDOM_RULES / 10);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(format__kinds__as_the_kernel_reads_them),
	    cmocka_unit_test(format__bytes_in_use__another_delimiter),
	    cmocka_unit_test(format__whole_window_with_mask__raw_but_for_some),
	    cmocka_unit_test(format__limit__exactly),
	    cmocka_unit_test(parse__unsound__refused),
	    cmocka_unit_test(parse__too_long__refused),
	    cmocka_unit_test(parse__magic__as_the_kernel_decodes_it),
	    cmocka_unit_test(parse__other_kinds__their_fields),
	    cmocka_unit_test(parse__flags_again_and_again__taken),
	    cmocka_unit_test(parse__every_kind__points_into_the_line),
	    cmocka_unit_test(round_trip__every_row_of_the_table__same),
	    cmocka_unit_test(round_trip__random_rules__same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
