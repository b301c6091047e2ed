/* SPDX-License-Identifier: MIT */
/* Scripts and the like that a command makes run: it is run as printed, in sh, and then the file runs. */
#include "harness.h"

#include <sys/stat.h>

#include "err.h"
#include "filekind.h"

#define BYTES(text) (text), sizeof(text) - 1

/* Scripts with a carriage return: the file, and whether there is a fix after which it runs (exit 7). */
static const struct {
	const char *text;
	bool found, fix;
} returns[] = {
    {"#!/bin/sh\r\nexit 7\r\n", true, true},
    {"#!/bin/sh -e\r\nexit 7\r\n", true, true},
    {"#!/bin/sh -e \r\nexit 7\r\n", true, true},
    {"#! /usr/bin/env sh\r\nexit 7\r\n", true, true},
    {"#!/bin/sh\rexit 7\r", true, true},
    {"#!/bin/false\r", true, true},
    {"#!/bin/sh -e\r x\nexit 7\n", true, false},
    {"#!/bin/sh\nexit 7\r\n", false, false},
    {"#!/bin/sh\nexit 7\n", false, false},
    {"\n#!/bin/sh\r\n", false, false},
    {"\r\n", false, false},
    {"", false, false},
    {"#!", false, false},
    {"#!\r", true, true},
    {"#!/bin/sh\r\nexit 7\r\n\1", true, false}, /* more than a text */
};

static void
carriage_return__each__found(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(returns); i++) {
		struct subject file = {.path = "README.md"}; /* a text that is there */
		struct err why;

		err_clear(&why);
		memcpy(file.head, returns[i].text, strlen(returns[i].text));
		assert_int_equal(filekind_carriage_return(&file, strlen(returns[i].text), &why), returns[i].found);
		assert_int_equal(*why.text != '\0', returns[i].found);
		if ((*why.fix != '\0') != returns[i].fix)
			fail_msg("row %zu: %s", i, why.fix);
	}
}

/* A line that does not end within the window cannot be judged whole. */
static void
carriage_return__long_line__as_far_as_seen(void **state)
{
	struct subject file = {.path = "README.md", .head = "#!/bin/sh "};
	struct err why;

	(void)state;
	memset(file.head + 10, 'a', sizeof(file.head) - 10);
	assert_false(filekind_carriage_return(&file, 4096, &why));
	file.head[255] = '\r';
	assert_true(filekind_carriage_return(&file, 256, &why));
	assert_string_equal(why.fix, "sed -i 's/\\r$//' README.md");
	assert_true(
	    filekind_carriage_return(&file, 4096, &why)); /* what comes behind it is not seen: this cures both */
	assert_string_equal(why.fix, "sed -i 's/\\r/\\n/g' README.md");
}

/* The file does not run, then the printed line is run in sh, then it runs. */
static void
run_fix(const char *bytes, size_t count)
{
	char *path = scratch_file("it's a file");
	struct subject file = {.path = path};
	struct stat st;
	struct err why;
	int works = strstr(bytes, "/bin/false") ? 1 : 7;
	bool by_sh;

	memcpy(file.head, bytes, count);
	spill(path, bytes, count, 0755);
	if (!filekind_carriage_return(&file, count, &why))
		filekind_explain(&file, count, &why);
	assert_string_not_equal(why.fix, "");
	assert_int_not_equal(execute(path)->status, works);
	by_sh = strncmp(why.fix, "sh ", 3) == 0;
	expect(shell("%s", why.fix), by_sh ? 7 : 0, "", "");
	if (!by_sh)
		expect(execute(path), works, "", "");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	free(path);
}

/* Files of every kind that has a command; what they exit with then is 7. */
static const struct {
	const char *bytes;
	size_t count;
} curable[] = {
    {BYTES("MZqFpD='\n'\nexit 7\n")},
    {BYTES("jartsr='\n'\nexit 7\n")},
    {BYTES("APEDBG='\n'\nexit 7\n")},
    {BYTES("\xef\xbb\xbf#!/bin/sh\nexit 7\n")},
    {BYTES("\n#!/bin/sh\n\nexit 7\n")},
    {BYTES("\r\n \n\n#!/bin/sh\nexit 7\n")},
    {BYTES("\t #!/bin/sh\nexit 7\n")},
    {BYTES("exit 7\n")},
    {BYTES("exit 7")},
    {BYTES("# comment\n\n  # more\nset -e\nexit 7\n")},
    {BYTES("STATUS=7\nexit $STATUS\n")},
    {BYTES("main() {\nexit 7\n}\nmain\n")},
    {BYTES("if [ 1 = 1 ]; then exit 7; fi\n")},
};

static void
fix__each_kind__cures(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(curable); i++)
		run_fix(curable[i].bytes, curable[i].count);
}

static void
fix__each_carriage_return__cures(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(returns); i++)
		if (returns[i].fix && strstr(returns[i].text, "/"))
			run_fix(returns[i].text, strlen(returns[i].text));
}

/* The files above meet every command that the source has. */
static void
fix__commands_of_the_source__all_met(void **state)
{
	static const char count_them[] = "grep -oE '\"sh \"|EDIT \"[^s][^,)]*' src/judge/filekind.c | sort -u | "
					 "grep -vc 's/..r'";
	const char *commands[LENGTH(curable)];
	size_t count = 0, k;

	(void)state;
	for (size_t i = 0; i < LENGTH(curable); i++) {
		struct subject file = {.path = "f"};
		const char *command;

		memcpy(file.head, curable[i].bytes, curable[i].count);
		command = filekind_of(&file, curable[i].count)->command;
		assert_non_null(command);
		for (k = 0; k < count && strcmp(commands[k], command) != 0; k++)
			;
		if (k == count)
			commands[count++] = command;
	}
	assert_int_equal(count, atoi(expect(shell("%s", count_them), 0, NULL, "")->out));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(carriage_return__each__found),
	    cmocka_unit_test(carriage_return__long_line__as_far_as_seen),
	    cmocka_unit_test(fix__each_kind__cures),
	    cmocka_unit_test(fix__each_carriage_return__cures),
	    cmocka_unit_test(fix__commands_of_the_source__all_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
