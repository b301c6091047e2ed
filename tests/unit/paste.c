/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "paste.h"

static void
file__as_a_shell_needs_it(void **state)
{
	static const struct {
		const char *path, *argument, *command; /* NULL: refused */
	} t[] = {
	    {"/usr/bin/a", "/usr/bin/a", "/usr/bin/a"},
	    {"a", "a", "./a"},
	    {"./a", "./a", "./a"},
	    {"../a", "../a", "../a"},
	    {"b/a", "b/a", "./b/a"},
	    {".a", ".a", "./.a"},
	    {"-a", "./-a", "./-a"},
	    {"A=b/c", "A=b/c", "./A=b/c"},
	    {"a b", "'a b'", "'./a b'"},
	    {"-a b", "'./-a b'", "'./-a b'"},
	    {"it's", "'it'\\''s'", "'./it'\\''s'"},
	    {"$(x)", "'$(x)'", "'./$(x)'"},
	    {"~/a", "'~/a'", "'./~/a'"},
	    {"\xc3\xa9", "'\xc3\xa9'", "'./\xc3\xa9'"},
	    {"", NULL, NULL},
	    {"a\nb", NULL, NULL},
	    {"a\033[1m", NULL, NULL},
	    {"a\xff", NULL, NULL},
	    {"a\xe2\x80\xae"
	     "b",
	     NULL, NULL},
	};
	char word[PASTE_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		assert_int_equal(paste_file(t[i].path, false, word), t[i].argument != NULL);
		expect_text(t[i].path, word, t[i].argument ? t[i].argument : "");
		assert_int_equal(paste_file(t[i].path, true, word), t[i].command != NULL);
		expect_text(t[i].path, word, t[i].command ? t[i].command : "");
	}
}

/* The shell gets back what went in, up to the longest path; longer ones are refused, never cut. */
static void
file__any_length__whole_or_refused(void **state)
{
	char path[PASTE_MAX + 8] = "/", word[PASTE_MAX];
	size_t whole = 0;

	(void)state;
	for (size_t len = 1; len < PASTE_MAX + 4; len++) {
		path[len] = len % 7 ? 'a' : '\'';
		path[len + 1] = '\0';
		if (!paste_file(path, false, word)) {
			assert_string_equal(word, "");
			continue;
		}
		whole = len;
		if (len % 97 == 0)
			expect(shell("printf %%s %s", word), 0, path, "");
	}
	assert_in_range(whole, 1000, PASTE_MAX);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(file__as_a_shell_needs_it),
	    cmocka_unit_test(file__any_length__whole_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
