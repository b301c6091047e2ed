/* SPDX-License-Identifier: MIT */
/* What a word of the command line means among given entries. */
#include "harness.h"

#include "arch.h"
#include "binfmt_list.h"
#include "err.h"
#include "operand.h"

static struct entry entries[8];
static struct binfmt_list list;

/* Entries of these names, newest first; NULL ends them. */
static void
make_list(const char *const *names)
{
	list = (struct binfmt_list){.entries = entries};
	for (; *names; names++)
		entries[list.count++] = (struct entry){.rule = {.name = *names, .interpreter = "/i"}, .more = ""};
}

/* The names that an operand means, a space behind each; "!" and the text where it means none. */
static const char *
meaning(const char *word, bool literal)
{
	static char text[2 * ERR_TEXT_MAX];
	const struct operand operand = {word, literal};
	const char *names[ARCH_ROWS_MAX];
	struct err err;
	size_t len = 0;
	int count = operand_entries(&list, &operand, names, &err);

	text[0] = '\0';
	for (int i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ", names[i]);
	if (count < 0) {
		assert_int_equal(err.code, ERR_MISSING);
		snprintf(text, sizeof(text), "!%s\n", err.text);
	}
	return text;
}

static void
entries__words__what_they_mean(void **state)
{
	static const char *const names[] = {
	    "qemu-aarch64", "aarch64", ".binfmtctl~qemu-riscv64", "all", "qemu-microblaze", "qemu-microblaze-old",
	    "wine",         NULL};
	static const struct {
		const char *word, *meaning;
		bool literal;
	} rows[] = {
	    {"qemu-aarch64", "qemu-aarch64 ", false},
	    {"aarch64", "aarch64 ", false}, /* an entry of that name comes before the architecture */
	    {"arm64", "qemu-aarch64 ", false},
	    {"linux/arm64", "qemu-aarch64 ", false},
	    {"arm64", "!no such entry", true},
	    {"riscv64", "qemu-riscv64 ", false}, /* its temporary alone stands for it */
	    {"qemu-riscv64", "qemu-riscv64 ", true},
	    {"all", "qemu-aarch64 qemu-microblaze qemu-microblaze-old qemu-riscv64 ", false},
	    {"all", "all ", true},
	    {"microblaze", "qemu-microblaze qemu-microblaze-old ", false},
	    {"s390x", "!not registered: there is no entry qemu-s390x", false},
	    {"s390x", "!no such entry\n", true},
	    /* a known name is no misspelling of another one */
	    {"qemu-riscv32", "!not registered: there is no entry qemu-riscv32\n", false},
	    {"qemu-riscv32", "!not registered: there is no entry qemu-riscv32\n", true},
	    {"mips", "!not registered: there is no entry qemu-mips\n", false},
	    {"qemu-aacrh64", "!no such entry, and no architecture of that name; nearest: qemu-aarch64\n", false},
	    {"qemu-aacrh64", "!no such entry; nearest: qemu-aarch64\n", true},
	    {"wine", "wine ", false},
	    {"win", "!no such entry, and no architecture of that name; nearest: wine", false},
	    {"aarhc64", "!no such entry, and no architecture of that name; nearest: aarch64", false},
	    {"", "!no such entry, and no architecture of that name", false},
	};

	(void)state;
	make_list(names);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (strncmp(meaning(rows[i].word, rows[i].literal), rows[i].meaning, strlen(rows[i].meaning)) != 0)
			fail_msg("%s: %s", rows[i].word, meaning(rows[i].word, rows[i].literal));
}

static void
entries__all_of_none__none_and_no_error(void **state)
{
	static const char *const names[] = {"wine", NULL};
	const struct arch *rows[ARCH_ROWS_MAX];

	(void)state;
	make_list(names);
	assert_string_equal(meaning("all", false), "");
	assert_int_equal(operand_all(&list, rows), 0);
}

/* An entry whose text is not understood can be named too: it can be removed. */
static void
entries__not_understood__named(void **state)
{
	static const char *const names[] = {"odd", NULL};

	(void)state;
	make_list(names);
	entries[0].reason = "odd";
	entries[0].rule.pattern.type = PATTERN_UNKNOWN;
	assert_string_equal(meaning("odd", false), "odd ");
}

static void
archs__words__rows_or_the_nearest(void **state)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	struct err err;

	(void)state;
	assert_int_equal(operand_archs("armhf", rows, &err), 1);
	assert_string_equal(rows[0]->name, "arm");
	assert_int_equal(operand_archs("microblazeel", rows, &err), 2);
	assert_string_equal(rows[1]->name, "microblazeel-old");
	assert_int_equal(operand_archs("s390y", rows, &err), 0);
	assert_int_equal(err.code, ERR_UNKNOWN);
	assert_string_equal(err.text, "unknown architecture; nearest: s390x");
	assert_int_equal(operand_archs("qemu-aarch64", rows, &err), 0);
}

static void
is_all__only_the_plain_word(void **state)
{
	(void)state;
	assert_true(operand_is_all(&(const struct operand){"all", false}));
	assert_false(operand_is_all(&(const struct operand){"all", true}));
	assert_false(operand_is_all(&(const struct operand){"All", false}));
	assert_false(operand_is_all(&(const struct operand){"", false}));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries__words__what_they_mean), cmocka_unit_test(entries__all_of_none__none_and_no_error),
	    cmocka_unit_test(entries__not_understood__named), cmocka_unit_test(archs__words__rows_or_the_nearest),
	    cmocka_unit_test(is_all__only_the_plain_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
