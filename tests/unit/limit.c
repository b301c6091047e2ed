/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "limit.h"
#include "rule.h"

static const unsigned char zeros[PATTERN_WINDOW];

#define MAGIC(at, bytes)                                                                                               \
	{                                                                                                              \
		.type = PATTERN_MAGIC, .offset = at, .size = bytes, .magic = zeros                                     \
	}
#define EXTENSION(text)                                                                                                \
	{                                                                                                              \
		.type = PATTERN_EXTENSION, .extension = text                                                           \
	}

/* So many letters, and a NUL, on the heap. */
static char *
repeat(char letter, size_t count)
{
	char *text = malloc(count + 1);

	assert_non_null(text);
	memset(text, letter, count);
	text[count] = '\0';
	return text;
}

/* Every limit of a field, and beside it what is still within it. */
static const struct limit {
	const char *row;
	struct rule rule;
	const char *reason;
} limits[] = {
    {"magic", {.name = "a", .pattern = MAGIC(0, 1), .interpreter = "/i"}, NULL},
    {"extension", {.name = "a", .pattern = EXTENSION("e"), .interpreter = "/i"}, NULL},
    {"bpf", {.name = "ab", .pattern = {.type = PATTERN_BPF}, .interpreter = "h"}, NULL},

    {"no name", {.name = "", .pattern = MAGIC(0, 1), .interpreter = "/i"}, "the entry's name is empty"},
    {"name .", {.name = ".", .pattern = MAGIC(0, 1), .interpreter = "/i"}, "an entry cannot be named . or .."},
    {"name ..", {.name = "..", .pattern = MAGIC(0, 1), .interpreter = "/i"}, "an entry cannot be named . or .."},
    {"name ...", {.name = "...", .pattern = MAGIC(0, 1), .interpreter = "/i"}, NULL},
    {"name register",
     {.name = "register", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "register and status are files of binfmt_misc itself, not names for an entry"},
    {"name status",
     {.name = "status", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "register and status are files of binfmt_misc itself, not names for an entry"},
    {"name Status", {.name = "Status", .pattern = MAGIC(0, 1), .interpreter = "/i"}, NULL},
    {"name a/b", {.name = "a/b", .pattern = MAGIC(0, 1), .interpreter = "/i"}, "the entry's name has a slash"},
    {"name with newline",
     {.name = "a\nb", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "the entry's name has a control byte"},
    {"name with escape",
     {.name = "\x1b[", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "the entry's name has a control byte"},
    {"name with del",
     {.name = "\x7f", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "the entry's name has a control byte"},
    {"name in UTF-8", {.name = "\xc3\xa9 \xff", .pattern = MAGIC(0, 1), .interpreter = "/i"}, NULL},
    {"name of a temporary",
     {.name = ".binfmtctl~a", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "names that begin with .binfmtctl~ or .binfmtctl# are binfmtctl's own, for changes under way"},
    {"name of a hashed temporary",
     {.name = ".binfmtctl#a", .pattern = MAGIC(0, 1), .interpreter = "/i"},
     "names that begin with .binfmtctl~ or .binfmtctl# are binfmtctl's own, for changes under way"},
    {"name .binfmtctl", {.name = ".binfmtctl", .pattern = MAGIC(0, 1), .interpreter = "/i"}, NULL},

    {"no magic", {.name = "a", .pattern = MAGIC(0, 0), .interpreter = "/i"}, "the magic is empty"},
    {"magic of 257",
     {.name = "a", .pattern = MAGIC(0, 257), .interpreter = "/i"},
     "the magic is longer than 256 bytes"},
    {"offset 255", {.name = "a", .pattern = MAGIC(255, 1), .interpreter = "/i"}, NULL},
    {"offset 256",
     {.name = "a", .pattern = MAGIC(256, 1), .interpreter = "/i"},
     "offset and magic reach past byte 256, the last that the kernel looks at"},
    {"offset 254, two bytes", {.name = "a", .pattern = MAGIC(254, 2), .interpreter = "/i"}, NULL},
    {"offset 254, three bytes",
     {.name = "a", .pattern = MAGIC(254, 3), .interpreter = "/i"},
     "offset and magic reach past byte 256, the last that the kernel looks at"},
    {"offset that wraps",
     {.name = "a", .pattern = MAGIC(UINT16_MAX, 2), .interpreter = "/i"},
     "offset and magic reach past byte 256, the last that the kernel looks at"},
    {"all of the window", {.name = "a", .pattern = MAGIC(0, 256), .interpreter = "/i"}, NULL},

    {"no extension", {.name = "a", .pattern = EXTENSION(""), .interpreter = "/i"}, "the extension is empty"},
    {"extension .txt",
     {.name = "a", .pattern = EXTENSION(".txt"), .interpreter = "/i"},
     "the extension is given without its dot, with it nothing ever matches"},
    {"extension tar.gz",
     {.name = "a", .pattern = EXTENSION("tar.gz"), .interpreter = "/i"},
     "the extension has a dot: only what follows a file's last dot is compared"},
    {"extension a/b", {.name = "a", .pattern = EXTENSION("a/b"), .interpreter = "/i"}, "the extension has a slash"},
    {"extension with newline",
     {.name = "a", .pattern = EXTENSION("a\nb"), .interpreter = "/i"},
     "the extension has a control byte"},
    {"extension with del",
     {.name = "a", .pattern = EXTENSION("\x7f"), .interpreter = "/i"},
     "the extension has a control byte"},

    {"not understood",
     {.name = "a", .pattern = {.type = PATTERN_UNKNOWN}, .interpreter = ""},
     "the rule is not understood"},

    {"no handler",
     {.name = "ab", .pattern = {.type = PATTERN_BPF}, .interpreter = ""},
     "the BPF handler's name is empty"},
    {"handler with newline",
     {.name = "ab", .pattern = {.type = PATTERN_BPF}, .interpreter = "h\n"},
     "the BPF handler's name has a control byte"},
    {"handler with D", {.name = "a", .pattern = {.type = PATTERN_BPF}, .interpreter = "h", .flags = RULE_D}, NULL},
    {"handler with F",
     {.name = "ab", .pattern = {.type = PATTERN_BPF}, .interpreter = "h", .flags = RULE_F},
     "a BPF handler takes no flag but D"},
    {"handler with D and T",
     {.name = "ab", .pattern = {.type = PATTERN_BPF}, .interpreter = "h", .flags = RULE_D | RULE_T},
     "a BPF handler takes no flag but D"},
    {"ten bytes",
     {.name = "a", .pattern = {.type = PATTERN_BPF}, .interpreter = "h"},
     "the register line is shorter than 11 bytes, the kernel takes none: use a longer name"},

    {"no interpreter", {.name = "a", .pattern = MAGIC(0, 1), .interpreter = ""}, "the interpreter is empty"},
    {"interpreter with newline",
     {.name = "a", .pattern = MAGIC(0, 1), .interpreter = "/i\nflags: F"},
     "the interpreter's path has a control byte"},
    {"interpreter with tab",
     {.name = "a", .pattern = EXTENSION("e"), .interpreter = "/\t"},
     "the interpreter's path has a control byte"},
    {"relative interpreter", {.name = "a", .pattern = MAGIC(0, 1), .interpreter = "i"}, NULL}, /* check.h's */

    {"flags T and P",
     {.name = "a", .pattern = MAGIC(0, 1), .interpreter = "/i", .flags = RULE_T | RULE_P},
     "flags T and P exclude each other"},
    {"flags L and C",
     {.name = "a", .pattern = MAGIC(0, 1), .interpreter = "/i", .flags = RULE_L | RULE_C},
     "flag L excludes T, P, O and C"},
};

static void
check__limits__each_with_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(limits); i++)
		expect_text(limits[i].row, limit_check(&limits[i].rule), limits[i].reason);
}

static void
check__lengths__exactly(void **state)
{
	static const char name[] = "the entry's name is longer than 255 bytes";
	static const char extension[] = "the extension is longer than 254 bytes, no file name can have it";
	static const char interpreter[] = "the interpreter's path does not fit in a register line (1920 bytes in all)";
	static const char line[] =
	    "the register line does not fit in 1920 bytes, the kernel's limit, however it is written";
	static const struct {
		enum pattern_type type;
		size_t name, extension, interpreter;
		const char *reason;
	} t[] = {
	    {PATTERN_EXTENSION, 255, 1, 2, NULL},
	    {PATTERN_EXTENSION, 256, 1, 2, name},
	    {PATTERN_MAGIC, 255, 0, 2, NULL},
	    {PATTERN_MAGIC, 256, 0, 2, name},
	    {PATTERN_BPF, 255, 0, 2, NULL},
	    {PATTERN_BPF, 256, 0, 2, name},
	    {PATTERN_EXTENSION, 5000, 1, 2, name},
	    {PATTERN_EXTENSION, 1, 254, 2, NULL},
	    {PATTERN_EXTENSION, 1, 255, 2, extension},
	    {PATTERN_EXTENSION, 1, 5000, 2, extension},
	    {PATTERN_EXTENSION, 1, 254, 1920 - 254 - 9, NULL},
	    {PATTERN_EXTENSION, 1, 254, 1921 - 254 - 9, line},
	    {PATTERN_EXTENSION, 1, 1, 1919, line},
	    {PATTERN_EXTENSION, 1, 1, 1920, interpreter},
	    {PATTERN_MAGIC, 1, 0, 1919, line},
	    {PATTERN_MAGIC, 1, 0, 1920, interpreter},
	    {PATTERN_MAGIC, 1, 0, 5000, interpreter},
	    {PATTERN_BPF, 1, 0, 1919 - 9, NULL},
	    {PATTERN_BPF, 1, 0, 1920 - 9, NULL},
	    {PATTERN_BPF, 1, 0, 1921 - 9, line},
	    {PATTERN_BPF, 1, 0, 1920, line},
	    {PATTERN_BPF, 1, 0, 5000, line},
	};
	char row[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		char *texts[] = {repeat('n', t[i].name), repeat('e', t[i].extension), repeat('i', t[i].interpreter)};
		struct rule rule = {.name = texts[0], .pattern.type = t[i].type, .interpreter = texts[2]};

		if (t[i].type == PATTERN_EXTENSION)
			rule.pattern.extension = texts[1];
		if (t[i].type == PATTERN_MAGIC)
			rule.pattern = (struct pattern)MAGIC(0, 1);
		snprintf(row, sizeof(row), "row %zu", i);
		expect_text(row, limit_check(&rule), t[i].reason);
		for (size_t k = 0; k < LENGTH(texts); k++)
			free(texts[k]);
	}
}

static void
reserved__names__none_for_an_entry(void **state)
{
	static const struct {
		const char *name;
		bool reserved;
	} t[] = {
	    {"", true},
	    {".", true},
	    {"..", true},
	    {"register", true},
	    {"status", true},
	    {"/", true},
	    {"a/b", true},
	    {"/a", true},
	    {"a/", true},
	    {"../status", true},
	    {"...", false},
	    {"..a", false},
	    {"Register", false},
	    {"STATUS", false},
	    {"registers", false},
	    {"statu", false},
	    {" status", false},
	    {"status\n", false},
	    {".binfmtctl~a", false},
	    {"a\x1b", false},
	    {"qemu-arm", false},
	    {"a.b", false},
	    {"\xc3\xa9", false},
	};
	char name[RULE_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		if (limit_reserved(t[i].name) != t[i].reserved)
			fail_msg("%s", t[i].name);
	memset(name, 'n', sizeof(name));
	name[RULE_NAME_MAX] = '\0';
	assert_false(limit_reserved(name));
	name[RULE_NAME_MAX] = 'n';
	name[RULE_NAME_MAX + 1] = '\0';
	assert_true(limit_reserved(name));
}

/* No rule that is sound has a name that is reserved. */
static void
reserved__names_of_sound_rules__never(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(limits); i++)
		if (!limits[i].reason)
			assert_false(limit_reserved(limits[i].rule.name));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check__limits__each_with_its_reason),
	    cmocka_unit_test(check__lengths__exactly),
	    cmocka_unit_test(reserved__names__none_for_an_entry),
	    cmocka_unit_test(reserved__names_of_sound_rules__never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
