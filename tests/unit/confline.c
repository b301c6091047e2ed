/* SPDX-License-Identifier: MIT */
/* Lines of configuration, as the kernel reads them; each outcome was seen on Linux 6.18 with systemd-binfmt 252. */
#include "harness.h"

#include "confline.h"
#include "rule.h"

enum { LINE_ROOM = 4096 };

/* Parses a copy. The rule points into it until the next call. */
static const char *
parse(const char *line, size_t len, struct rule *rule)
{
	static char copy[LINE_ROOM];

	assert_true(len < sizeof(copy));
	memcpy(copy, line, len);
	return confline_parse(copy, len, 6, 18, rule);
}

static void
line__that_the_kernel_takes__same_fields(void **state)
{
	static const struct {
		const char *line, *name;
		uint16_t offset, size;
		const char *interpreter;
	} rows[] = {
	    {":a:M:+4:b::/i:", "a", 4, 1, "/i"},
	    {":a:M:-0:b::/i:", "a", 0, 1, "/i"},
	    {":a:M:-00:b::/i:", "a", 0, 1, "/i"},
	    {":a:M:+044:b::/i:", "a", 44, 1, "/i"},
	    {":a:M::b::rel:", "a", 0, 1, "rel"},
	    {":a:M:0000000000000000000000000000255:b::/i:", "a", 255, 1, "/i"},
	    {"xaxMxx\\x41xxbinx", "a", 0, 1, "bin"},
	    {"4a4M44\\x4144bin4", "a", 0, 1, "bin"},
	    {"acaMaa\\xabaabina", "c", 0, 1, "bin"},
	    {"MdMMMMaMM/bin/trueM", "d", 0, 1, "/bin/true"},
	    {"M\x01MMMM\\x7fELFMM/iM", "\x01", 0, 4, "/i"},
	    {"EdEEEEaEE/iE", "d", 0, 0, "/i"},
	    {"TtTETTaTT/bin/trueTC", "t", 0, 0, "/bin/true"},
	    {"/e/E//a//x/", "e", 0, 0, "x"},
	    {":a b:E:zz:a.b:\\x4:/i:", "a b", 0, 0, "/i"},
	    {":a:M::a\\:ab:/i:", "a", 0, 2, "/i"},
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect_text(rows[i].line, parse(rows[i].line, strlen(rows[i].line), &rule), NULL);
		expect_text(rows[i].line, rule.name, rows[i].name);
		expect_text(rows[i].line, rule.interpreter, rows[i].interpreter);
		assert_int_equal(rule.pattern.offset, rows[i].offset);
		assert_int_equal(rule.pattern.size, rows[i].size);
	}
}

static void
line__that_the_kernel_refuses__a_reason(void **state)
{
	static const char *const lines[] = {
	    "",
	    ":",
	    ":a:E::a::/i",
	    ":a:E::::/i:",
	    ":a:E::a/b::/i:",
	    ":a:E::a:::",
	    ":a:M::::/i:",
	    ":a:M:++4:b::/i:",
	    ":a:M:+:b::/i:",
	    ":a:M:-1:b::/i:",
	    ":a:M:-:b::/i:",
	    ":a:M:0x4:b::/i:",
	    ":a:M: 4:b::/i:",
	    ":a:M:4294967300:b::/i:",
	    ":a:M:256:b::/i:",
	    ":a:M:255:ab::/i:",
	    ":a:M::ab:\\xff:/i:",
	    ":a:M::\\x4::/i:",
	    "xaxMxx\\x4xxbinx",
	    "PaPEPPaPP/bin/trueP",
	    "FaFEFFaFF/bin/trueF",
	    ":a:EE::a::/i:",
	    ":a:e::a::/i:",
	    ":a:E::a::/i:f",
	    ":a:E::a::/i: # trailing",
	    ":a:E::a::/i:L",
	    ":a:B::::h:",
	};
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++)
		if (!parse(lines[i], strlen(lines[i]), &rule))
			fail_msg("%s is taken", lines[i]);
}

/* What only later kernels take: the last one that refuses it, and the first that does not. */
static void
line__of_a_version__taken_since(void **state)
{
	static const struct {
		const char *line;
		unsigned before[2], since[2];
	} rows[] = {
	    {":a:E::a::/i:F", {4, 7}, {4, 8}},    {":a:M:128:b::/i:", {5, 0}, {5, 1}},
	    {":a:M:127:bb::/i:", {5, 0}, {5, 1}}, {":a:M:127:b::/i:", {0, 0}, {4, 4}},
	    {":a:B::::h:", {7, 2}, {7, 3}},       {":a:E::a::/i:D", {7, 2}, {7, 3}},
	    {":a:E::a::/i:T", {7, 2}, {7, 3}},    {":a:E::a::/i:L", {7, 2}, {7, 3}},
	    {"TaTETTaTT/iT", {7, 3}, {7, 2}},
	};
	char copy[64];
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len = strlen(rows[i].line);

		memcpy(copy, rows[i].line, len);
		if (rows[i].before[0] && !confline_parse(copy, len, rows[i].before[0], rows[i].before[1], &rule))
			fail_msg("%s is taken", rows[i].line);
		memcpy(copy, rows[i].line, len);
		expect_text(rows[i].line, confline_parse(copy, len, rows[i].since[0], rows[i].since[1], &rule), NULL);
	}
}

static void
line__length__one_less_than_the_kernels(void **state)
{
	char line[LINE_ROOM];
	struct rule rule;

	(void)state;
	memset(line, 'i', sizeof(line));
	memcpy(line, ":a:E::a::/", 10);
	line[RULE_LINE_MAX - 2] = ':';
	assert_null(parse(line, RULE_LINE_MAX - 1, &rule));
	line[RULE_LINE_MAX - 2] = 'i';
	line[RULE_LINE_MAX - 1] = ':';
	assert_non_null(parse(line, RULE_LINE_MAX, &rule));
}

static void
name__what_systemd_takes(void **state)
{
	static const struct {
		const char *name;
		bool taken;
	} rows[] = {{"a", true},   {"a b", true},   {"\x01", true},      {".a", true},
		    {"...", true}, {"statu", true}, {"", false},         {".", false},
		    {"..", false}, {"a/b", false},  {"/", false},        {"status", false},
		    {"%v", true},  {"-", true},     {"register", false}, {"registers", true}};
	char longest[300];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (confline_is_name(rows[i].name, strlen(rows[i].name)) != rows[i].taken)
			fail_msg("%s", rows[i].name);
	memset(longest, 'n', sizeof(longest));
	assert_true(confline_is_name(longest, 255));
	assert_false(confline_is_name(longest, 256));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line__that_the_kernel_takes__same_fields),
	    cmocka_unit_test(line__that_the_kernel_refuses__a_reason),
	    cmocka_unit_test(line__of_a_version__taken_since),
	    cmocka_unit_test(line__length__one_less_than_the_kernels),
	    cmocka_unit_test(name__what_systemd_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
