/* SPDX-License-Identifier: MIT */
/* Holds together the keys and codes that the source writes, and those that binfmtctl-json(5) lists. */
#include "contract.h"
#include "harness.h"

#include <glob.h>

#include "commands.h"
#include "err.h"

enum { KEYS_MAX = 128, KEY_MAX = 64 };

/* The words of one kind that a text holds. */
struct words {
	char at[KEYS_MAX][KEY_MAX];
	size_t count;
};

static bool
has(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->at[i], word) == 0)
			return true;
	return false;
}

static void
add(const char *word, struct words *words)
{
	if (has(words, word))
		return;
	assert_true(words->count < KEYS_MAX);
	snprintf(words->at[words->count++], KEY_MAX, "%s", word);
}

/* Adds what stands behind each `lead` in the text, up to a character of `end`. */
static void
gather(const char *text, const char *lead, const char *end, struct words *words)
{
	char word[KEY_MAX];

	for (const char *at = text; (at = strstr(at, lead));) {
		at += strlen(lead);
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, end), at);
		add(word, words);
	}
}

/* All files of src, one after another; on the heap. */
static char *
source(void)
{
	char *all = strdup("");
	size_t len = 0;
	glob_t files;

	assert_int_equal(glob("src/*/*.c", 0, NULL, &files), 0);
	assert_int_equal(glob("src/*.c", GLOB_APPEND, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *text = slurp(files.gl_pathv[i]);
		size_t more;

		assert_non_null(text);
		more = strlen(text);
		all = realloc(all, len + more + 1);
		assert_non_null(all);
		memcpy(all + len, text, more + 1);
		len += more;
	}
	globfree(&files);
	return all;
}

/* The page up to its list of codes, or that list; on the heap. */
static char *
page(bool codes)
{
	char *text = strdup(slurp(CONTRACT_MAN));
	char *at = strstr(text, "\n.Sh CODES\n");

	assert_non_null(at);
	if (codes)
		memmove(text, at, strlen(at) + 1);
	else
		*at = '\0';
	return text;
}

static void
expect_same(const struct words *source_words, const struct words *man_words)
{
	for (size_t i = 0; i < source_words->count; i++)
		if (!has(man_words, source_words->at[i]))
			fail_msg(CONTRACT_MAN ": does not have %s, which the source writes", source_words->at[i]);
	for (size_t i = 0; i < man_words->count; i++)
		if (!has(source_words, man_words->at[i]))
			fail_msg(CONTRACT_MAN ": has %s, which the source does not write", man_words->at[i]);
}

static void
keys__those_that_the_source_writes__exactly_those_of_the_page(void **state)
{
	static const char *const kinds[] = {"object", "array", "string", "hex",   "number", "bool",
					    "null",   "look",  "texts",  "bytes", NULL};
	static struct words written, listed;
	char *text = source(), *man = page(false), lead[32];

	(void)state;
	for (size_t i = 0; kinds[i]; i++) {
		snprintf(lead, sizeof(lead), "json_%s(\"", kinds[i]);
		gather(text, lead, "\"", &written);
	}
	assert_true(written.count > 40);
	add("supported", &written); /* list --supported has a list of its own */
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		if (cmd->key)
			add(cmd->key, &written);
	gather(man, "\n.It Cm ", " \n", &listed);
	expect_same(&written, &listed);
	free(man);
	free(text);
}

/* A code that nothing sets is no code; one that is not in the table does not compile. */
static void
codes__each_of_the_table__set_somewhere_and_in_the_page(void **state)
{
#define NAME(name, word) {"ERR_" #name, word},
	static const struct {
		const char *name, *word;
	} codes[] = {ERR_TABLE(NAME)};
	static struct words listed, used;
	char *text = source(), *man = page(true);

	(void)state;
	gather(man, "\n.It Cm ", "\n", &listed);
	gather(text, "ERR_", ",;:)]} \n", &used);
	assert_int_equal(listed.count, LENGTH(codes));
	for (size_t i = 0; i < LENGTH(codes); i++) {
		if (!has(&listed, codes[i].word))
			fail_msg(CONTRACT_MAN ", CODES: does not have %s", codes[i].word);
		if (!has(&used, codes[i].name + strlen("ERR_")))
			fail_msg("%s: nothing sets it", codes[i].name);
	}
	free(man);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys__those_that_the_source_writes__exactly_those_of_the_page),
	    cmocka_unit_test(codes__each_of_the_table__set_somewhere_and_in_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
