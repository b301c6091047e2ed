/* SPDX-License-Identifier: MIT */
/* What one more entry costs a command, in system calls: to read its file, and little beside, whatever its interpreter.
 */
#include "harness.h"

enum {
	FEW = 20,
	MANY = 60,
	MOST = 6,       /* its file is opened, looked at, read and closed: 4 */
	MOST_LINE = 24, /* written and read back, its interpreter and the loader of that looked at: 19 */
};

static const char *const commands[] = {
    "list",   "list -v",         "list --json", "status",  "status -v", "status -v --json",
    "doctor", "match /bin/true", "export",      "refresh",
};

static const char *const interpreters[] = {"/bin/true:", "/bin/true:F", "/nowhere/interpreter:"};

static size_t
calls(const char *command, const char *interpreter, size_t entries)
{
	static char *log;

	log = log ? log : scratch_file("log");
	ns_empty();
	for (size_t i = 0; i < entries; i++)
		register_line(":other-%zu:M:0:\\xfe\\x%02zx\\xfe::%s", i, i, interpreter);
	/* the leak check of a sanitized build does not work under strace */
	shell("ASAN_OPTIONS=detect_leaks=0 strace -f -o '%s' ./binfmtctl %s", log, command);
	return strtoul(shell("wc -l <'%s'", log)->out, NULL, 10);
}

static void
commands__one_more_entry__few_calls(void **state)
{
	(void)state;
	need_strace();
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		for (size_t k = 0; k < sizeof(interpreters) / sizeof(*interpreters); k++) {
			size_t few = calls(commands[i], interpreters[k], FEW);
			size_t many = calls(commands[i], interpreters[k], MANY);

			if (many > few + (MANY - FEW) * MOST)
				fail_msg("%s, each by %s: %zu calls with %d entries, %zu with %d", commands[i],
					 interpreters[k], few, FEW, many, MANY);
		}
	}
}

static size_t
load_calls(bool by_extension, size_t lines)
{
	static char *conf, *log;
	FILE *f;

	conf = conf ? conf : scratch_file("many.conf");
	log = log ? log : scratch_file("load.log");
	f = fopen(conf, "w");
	assert_non_null(f);
	for (size_t i = 0; i < lines; i++)
		if (by_extension)
			fprintf(f, ":line-%zu:E::many%zu::/bin/true:\n", i, i);
		else
			fprintf(f, ":line-%zu:M::\\xfe\\x%02zx\\xfe::/bin/true:\n", i, i);
	fclose(f);
	ns_empty();
	expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -f -o '%s' ./binfmtctl -q load '%s'", log, conf), 0, "", "");
	return strtoul(shell("wc -l <'%s'", log)->out, NULL, 10);
}

/* Of binfmt.d, of either kind. */
static void
load__one_more_line__few_calls(void **state)
{
	(void)state;
	need_strace();
	for (int by_extension = 0; by_extension < 2; by_extension++) {
		size_t few = load_calls(by_extension, FEW), many = load_calls(by_extension, MANY);

		if (many > few + (MANY - FEW) * MOST_LINE)
			fail_msg("%s: %zu calls for %d lines, %zu for %d", by_extension ? "extension" : "magic", few,
				 FEW, many, MANY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands__one_more_entry__few_calls),
	    cmocka_unit_test(load__one_more_line__few_calls),
	};

	return ns_run(tests);
}
