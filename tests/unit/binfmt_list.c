/* SPDX-License-Identifier: MIT */
/* What is looked up in a list; how one is read, kernel/list.c and kernel/fire.c show. */
#include "harness.h"

#include "binfmt_list.h"
#include "tempname.h"

static void
taker__list__first_enabled_that_matches(void **state)
{
#define PATTERN(letter)                                                                                                \
	{                                                                                                              \
		.size = 1, .magic = (const unsigned char *)letter                                                      \
	}
	static const struct entry off = {.rule.pattern = PATTERN("M")},
				  on = {.rule.pattern = PATTERN("M"), .enabled = true},
				  other = {.rule.pattern = PATTERN("X"), .enabled = true},
				  extension = {.rule.pattern = {.type = PATTERN_EXTENSION, .extension = "exe"},
					       .enabled = true},
				  unknown = {.rule.pattern.type = PATTERN_UNKNOWN, .reason = "why", .enabled = true},
				  bpf = {.rule.pattern.type = PATTERN_BPF, .enabled = true};
	static const struct {
		const char *row;
		const struct entry *entries[4];
		size_t count;
		const char *path;
		int taker; /* -1: none */
	} t[] = {
	    {"none", {NULL}, 0, "f", -1},
	    {"one", {&on}, 1, "f", 0},
	    {"off", {&off}, 1, "f", -1},
	    {"off in front", {&off, &other, &on}, 3, "f", 2},
	    {"newest first", {&on, &on}, 2, "f", 0},
	    {"extension in front", {&extension, &on}, 2, "f.exe", 0},
	    {"extension behind", {&on, &extension}, 2, "f.exe", 0},
	    {"extension of another", {&extension, &on}, 2, "f.ex", 1},
	    {"not understood", {&unknown, &on}, 2, "f", 1},
	    {"type B", {&bpf, &on}, 2, "f", 1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		struct entry entries[4];
		struct binfmt_list list = {.entries = entries, .count = t[i].count};
		struct subject subject = {.path = t[i].path, .head = "MZ"};

		for (size_t k = 0; k < t[i].count; k++)
			entries[k] = *t[i].entries[k];
		if (binfmt_list_taker(&list, &subject) != (t[i].taker < 0 ? NULL : &entries[t[i].taker]))
			fail_msg("%s", t[i].row);
	}
}

static void
find__name__the_entry_before_its_temporary(void **state)
{
	char name[RULE_NAME_MAX + 1], temporary[RULE_NAME_MAX + 1], hashed[RULE_NAME_MAX + 1];
	struct entry entries[] = {
	    {.rule.name = temporary}, {.rule.name = "other"}, {.rule.name = "name"}, {.rule.name = hashed}};
	struct binfmt_list list = {.entries = entries, .count = LENGTH(entries)};

	(void)state;
	memset(name, 'n', RULE_NAME_MAX);
	name[RULE_NAME_MAX] = '\0';
	tempname_make("name", temporary);
	tempname_make(name, hashed);
	assert_ptr_equal(binfmt_list_find(&list, "name"), &entries[2]);
	assert_ptr_equal(binfmt_list_find(&list, "other"), &entries[1]);
	assert_ptr_equal(binfmt_list_find(&list, temporary), &entries[0]);
	assert_ptr_equal(binfmt_list_find(&list, name), &entries[3]);
	assert_null(binfmt_list_find(&list, "nam"));
	assert_null(binfmt_list_find(&list, ""));
	entries[2].rule.name = "another";
	assert_ptr_equal(binfmt_list_find(&list, "name"), &entries[0]);
	list.count = 0;
	assert_null(binfmt_list_find(&list, "name"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(taker__list__first_enabled_that_matches),
	    cmocka_unit_test(find__name__the_entry_before_its_temporary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
