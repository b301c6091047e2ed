/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "number.h"

static void
read__texts__number_and_what_follows(void **state)
{
	static const struct {
		const char *text;
		unsigned base;
		const char *rest; /* NULL: no number */
		uint64_t number;
	} t[] = {
	    {"0", 10, "", 0},
	    {"6.18.0", 10, ".18.0", 6},
	    {" \t12 34", 10, " 34", 12},
	    {"2b:3", 16, ":3", 0x2b},
	    {"2B", 16, "", 0x2b},
	    {"128", 8, "8", 10},
	    {"18446744073709551615", 10, "", UINT64_MAX},
	    {"18446744073709551616", 10, NULL, 0},
	    {"99999999999999999999", 10, NULL, 0},
	    {"", 10, NULL, 0},
	    {" ", 10, NULL, 0},
	    {"-1", 10, NULL, 0},
	    {"a", 10, NULL, 0},
	    {"g", 16, NULL, 0},
	    {"\n1", 10, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *at = t[i].text;
		uint64_t number = 77;
		bool done = number_read(&at, t[i].base, &number);

		if (done != (t[i].rest != NULL) || number != (t[i].rest ? t[i].number : 77) ||
		    strcmp(at, t[i].rest ? t[i].rest : t[i].text) != 0)
			fail_msg("%s: %d, %ju, %s", t[i].text, done, (uintmax_t)number, at);
	}
}

static bool
is_number(const char *file, const char *text, uint64_t *number)
{
	char *path = scratch_text(file, text, 0644);
	bool is = number_of_file(path, number);

	free(path);
	return is;
}

static void
of_file__files__their_number(void **state)
{
	uint64_t number = 77;

	(void)state;
	assert_true(is_number("plain", "65534\n", &number));
	assert_int_equal(number, 65534);
	assert_false(is_number("empty", "", &number));
	assert_false(is_number("word", "x1\n", &number));
	assert_false(number_of_file("/nowhere/number", &number));
	assert_false(number_of_file("/", &number));
	assert_int_equal(number, 65534);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(read__texts__number_and_what_follows),
	    cmocka_unit_test(of_file__files__their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
