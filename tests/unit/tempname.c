/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "tempname.h"

enum { PLAIN_MAX = 244 }; /* ".binfmtctl~" takes 11 of 255 */

static void
temporary__every_length__fits_and_is_the_name_s(void **state)
{
	char name[RULE_NAME_MAX + 1], temporary[RULE_NAME_MAX + 1], other[RULE_NAME_MAX + 1];

	(void)state;
	for (size_t len = 1; len <= RULE_NAME_MAX; len++) {
		memset(name, 'n', len);
		name[len] = '\0';
		tempname_make(name, temporary);
		assert_true(strlen(temporary) <= RULE_NAME_MAX);
		assert_true(tempname_is(temporary));
		assert_true(tempname_matches(temporary, name));
		assert_true(tempname_matches(name, name));
		assert_false(tempname_matches(name, temporary));
		if (len <= PLAIN_MAX) {
			assert_memory_equal(temporary, ".binfmtctl~", 11);
			assert_string_equal(temporary + 11, name);
			assert_string_equal(tempname_target(temporary), name);
		} else {
			assert_memory_equal(temporary, ".binfmtctl#", 11);
			assert_int_equal(strlen(temporary), 11 + 16);
			assert_int_equal(strspn(temporary + 11, "0123456789abcdef"), 16);
			assert_null(tempname_target(temporary));
		}

		/* Another name of that length has another one. */
		name[0] = 'm';
		tempname_make(name, other);
		assert_string_not_equal(temporary, other);
		assert_false(tempname_matches(temporary, name));
	}
}

static void
temporary__hashes__fnv_1a(void **state)
{
	static const struct {
		char first;
		size_t len;
		const char *temporary;
	} t[] = {
	    {'n', 245, ".binfmtctl#ce8c98706ef74da1"},
	    {'m', 245, ".binfmtctl#93bc4f88c9e274b0"},
	    {'n', 254, ".binfmtctl#83484599dfaefb5d"},
	    {'n', 255, ".binfmtctl#c2c977771654d7a9"},
	};
	char name[RULE_NAME_MAX + 1], temporary[RULE_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		memset(name, 'n', t[i].len);
		name[0] = t[i].first;
		name[t[i].len] = '\0';
		tempname_make(name, temporary);
		assert_string_equal(temporary, t[i].temporary);
	}
}

static void
is__pairs__as_expected(void **state)
{
	static const struct {
		const char *entry, *name;
		bool is;
	} t[] = {
	    {"qemu-arm", "qemu-arm", true},
	    {".binfmtctl~qemu-arm", "qemu-arm", true},
	    {".binfmtctl~qemu-arm", ".binfmtctl~qemu-arm", true}, /* asked for by its own name */
	    {"qemu-arm", ".binfmtctl~qemu-arm", false},
	    {".binfmtctl~.binfmtctl~a", ".binfmtctl~a", true},
	    {".binfmtctl~.binfmtctl~a", "a", false},
	    {"qemu-armeb", "qemu-arm", false},
	    {".binfmtctl~qemu-armeb", "qemu-arm", false},
	    {".binfmtctl~qemu-ar", "qemu-arm", false},
	    {"binfmtctl~qemu-arm", "qemu-arm", false},
	    {".binfmtctl#qemu-arm", "qemu-arm", false},
	    {".binfmtctl~", "", false},
	    {".binfmtctl#c2c977771654d7a9", "n", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		if (tempname_matches(t[i].entry, t[i].name) != t[i].is)
			fail_msg("%s, %s", t[i].entry, t[i].name);
}

static void
name__entries__what_they_stand_for(void **state)
{
	static const struct {
		const char *entry, *name;
		bool temporary;
	} t[] = {
	    {".binfmtctl~qemu-arm", "qemu-arm", true},
	    {".binfmtctl~~", "~", true},
	    {".binfmtctl~#a", "#a", true},
	    {".binfmtctl#c2c977771654d7a9", NULL, true},
	    {".binfmtctl~", NULL, false},
	    {".binfmtctl", NULL, false},
	    {".binfmtct~a", NULL, false},
	    {" .binfmtctl~a", NULL, false},
	    {".BINFMTCTL~a", NULL, false},
	    {"qemu-arm", NULL, false},
	    {"", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *name = tempname_target(t[i].entry);

		if (name && t[i].name ? strcmp(name, t[i].name) != 0 : name != t[i].name)
			fail_msg("%s: %s", t[i].entry, name ? name : "(none)");
		if (tempname_is(t[i].entry) != t[i].temporary)
			fail_msg("%s is temporary: %d", t[i].entry, !t[i].temporary);
	}
}

static void
same__either_way_and_no_other(void **state)
{
	char temporary[RULE_NAME_MAX + 1], other[RULE_NAME_MAX + 1];

	(void)state;
	tempname_make("entry", temporary);
	tempname_make("another", other);
	assert_true(tempname_same("entry", "entry") && tempname_same("entry", temporary));
	assert_true(tempname_same(temporary, "entry") && tempname_same(temporary, temporary));
	assert_false(tempname_same("entry", "another") || tempname_same("entry", other));
	assert_false(tempname_same(other, "entry") || tempname_same(other, temporary));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(temporary__every_length__fits_and_is_the_name_s),
	    cmocka_unit_test(temporary__hashes__fnv_1a),
	    cmocka_unit_test(is__pairs__as_expected),
	    cmocka_unit_test(name__entries__what_they_stand_for),
	    cmocka_unit_test(same__either_way_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
