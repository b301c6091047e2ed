/* SPDX-License-Identifier: MIT */
/* Holds together what is told in several places: the tables of the code, --help, the man page, the README. */
#include "harness.h"

#include <glob.h>

#include "commands.h"
#include "err.h"
#include "health.h"
#include "opt.h"
#include "resolve.h"

#define MAN "man/binfmtctl.8"
#define JSON "man/binfmtctl-json.5"
#define README "README.md"

/* The two parts of the man page's OPTIONS. */
#define GLOBAL "Of every command"
#define SHARED "Shared by several commands"

/* The heading of what the commands that change something print. */
#define CHANGES "register, remove, enable, disable, refresh, load, exec -n"

enum { WORD_MAX = 128, WORDS_MAX = 64, FILE_MAX = 1 << 16 };

typedef char line_words[WORDS_MAX][WORD_MAX];

static char man[FILE_MAX], json[FILE_MAX], readme[FILE_MAX];

static void
load(const char *path, char text[static FILE_MAX])
{
	const char *got = slurp(path);

	if (!got || strlen(got) >= FILE_MAX)
		fail_msg("%s cannot be read whole (the tests run from the top of the tree)", path);
	snprintf(text, FILE_MAX, "%s", got);
}

static int
setup(void **state)
{
	(void)state;
	load(MAN, man);
	load(JSON, json);
	load(README, readme);
	return 0;
}

/* Cuts the next line off *text, without its newline. False at the end. */
static bool
next_line(const char **text, char line[static FILE_MAX])
{
	size_t len = strcspn(*text, "\n");

	if (!**text)
		return false;
	memcpy(line, *text, len);
	line[len] = '\0';
	*text += len + ((*text)[len] == '\n');
	return true;
}

static size_t
split(const char *line, const char *separators, line_words words)
{
	size_t count = 0;

	for (line += strspn(line, separators); *line && count < WORDS_MAX; line += strspn(line, separators)) {
		size_t len = strcspn(line, separators);

		snprintf(words[count++], WORD_MAX, "%.*s", (int)len, line);
		line += len;
	}
	return count;
}

/* How many lines of the text start so, or with `whole` are so. */
static size_t
count_lines(const char *text, const char *start, bool whole)
{
	static char line[FILE_MAX];
	size_t count = 0;

	while (next_line(&text, line))
		count += whole ? strcmp(line, start) == 0 : strncmp(line, start, strlen(start)) == 0;
	return count;
}

/* The lines of a section (.Sh) of a man page, or with sub of that subsection (.Ss), without the heading. */
static const char *
section_of(const char *page, const char *name, const char *sub)
{
	static char out[FILE_MAX], line[FILE_MAX];
	bool in = false, in_sub = false;
	const char *at = page;
	size_t len = 0;

	while (next_line(&at, line)) {
		if (strncmp(line, ".Sh ", 4) == 0)
			in = strcmp(line + 4, name) == 0;
		if (strncmp(line, ".Sh ", 4) == 0 || (sub && strncmp(line, ".Ss ", 4) == 0))
			in_sub = sub && strcmp(line + 4, sub) == 0;
		else if (in && (!sub || in_sub))
			len += (size_t)snprintf(out + len, sizeof(out) - len, "%s\n", line);
	}
	if (!len)
		fail_msg("man: there is no section %s%s%s", name, sub ? ", " : "", sub ? sub : "");
	return out;
}

static const char *
section(const char *name, const char *sub)
{
	return section_of(man, name, sub);
}

static const struct cmd *
find_command(const char *name)
{
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	return NULL;
}

/* By what a user writes: "-f", "-fPO", "--flags" or "--flags=PO". */
static const struct opt *
find_option(const struct opt *table, const char *word)
{
	size_t len = strcspn(word, "=");

	for (; table->name; table++)
		if (word[1] != '-' ? table->letter == word[1]
				   : strlen(table->name) + 2 == len && strncmp(table->name, word + 2, len - 2) == 0)
			return table;
	return NULL;
}

static bool
is_known(const struct cmd *cmd, const char *word)
{
	return find_option(opt_global, word) || (cmd && find_option(cmd->opts, word));
}

static bool
is_known_anywhere(const char *word)
{
	bool known = false;

	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		known = known || is_known(cmd, word);
	return known;
}

/* As the man page writes it: ".It Fl f , Fl -flags Ar FLAGS". */
static void
write_item(const struct opt *opt, char item[static WORD_MAX])
{
	char letter[16] = "";

	if (opt->letter)
		snprintf(letter, sizeof(letter), "Fl %c , ", opt->letter);
	snprintf(item, WORD_MAX, ".It %sFl -%s%s%s", letter, opt->name, opt->arg ? " Ar " : "",
		 opt->arg ? opt->arg : "");
}

/* Each option stands once in the text, or where that lacks it in `shared`; no other stands in the text. */
static void
check_options(const struct opt *table, const char *text, const char *shared, const char *where)
{
	char item[WORD_MAX];
	size_t own = 0;

	for (const struct opt *opt = table; opt->name; opt++) {
		size_t here, there;

		write_item(opt, item);
		here = count_lines(text, item, true);
		there = count_lines(shared, item, true);
		if (here > 1 || here + there < 1)
			fail_msg(MAN ", %s: not exactly one line \"%s\"", where, item);
		own += here;
	}
	if (count_lines(text, ".It Fl ", false) != own)
		fail_msg(MAN ", %s: describes an option that the table lacks", where);
}

static void
man__global_options__exactly_those_of_the_table(void **state)
{
	(void)state;
	check_options(opt_global, section("OPTIONS", GLOBAL), "", "OPTIONS");
}

static const char *
shared_options(void)
{
	static char text[FILE_MAX];

	snprintf(text, sizeof(text), "%s", section("OPTIONS", SHARED));
	return text;
}

static void
man__options_of_each_command__exactly_those_of_its_table(void **state)
{
	const char *shared = shared_options();

	(void)state;
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		check_options(cmd->opts, section("COMMANDS", cmd->name), shared, cmd->name);
}

static void
man__shared_options__each_of_several_commands(void **state)
{
	static char line[FILE_MAX];
	const char *at = shared_options();
	char item[WORD_MAX];

	(void)state;
	while (next_line(&at, line)) {
		size_t users = 0;

		if (strncmp(line, ".It Fl ", 7) != 0)
			continue;
		for (const struct cmd *cmd = commands; cmd->name; cmd++)
			for (const struct opt *opt = cmd->opts; opt->name; opt++) {
				write_item(opt, item);
				users += strcmp(line, item) == 0;
			}
		if (users < 2)
			fail_msg(MAN ": %zu commands have what is said to be shared: %s", users, line);
	}
}

static void
man__commands__exactly_those_of_the_table_in_its_order(void **state)
{
	static char line[FILE_MAX];
	const char *at = section("COMMANDS", NULL);
	const struct cmd *cmd = commands;

	(void)state;
	while (next_line(&at, line))
		if (strncmp(line, ".Ss ", 4) == 0) {
			if (!cmd->name)
				fail_msg(MAN ": describes a command %s that there is not", line + 4);
			assert_string_equal(line + 4, cmd->name);
			cmd++;
		}
	if (cmd->name)
		fail_msg(MAN ": does not describe %s", cmd->name);
}

static void
man__synopsis__has_each_form_of_each_command(void **state)
{
	const char *text = section("SYNOPSIS", NULL);
	size_t forms = 0;
	char word[WORD_MAX];

	(void)state;
	for (const struct cmd *cmd = commands; cmd->name; cmd++) {
		size_t here = 1;

		for (const char *s = cmd->args; (s = strchr(s, '\n')); s++)
			here++;
		snprintf(word, sizeof(word), ".Cm %s", cmd->name);
		if (count_lines(text, word, false) != here)
			fail_msg(MAN ", SYNOPSIS: %s has not %zu forms as in --help", cmd->name, here);
		forms += here;
	}
	assert_int_equal(count_lines(text, ".Nm", true), forms);
}

static void
man__flag_macros__name_no_unknown_option(void **state)
{
	static char line[FILE_MAX];
	static line_words words;
	const char *at = man;
	char option[WORD_MAX + 1];

	(void)state;
	while (next_line(&at, line)) {
		size_t count = line[0] == '.' ? split(line, " ", words) : 0;

		for (size_t i = 0; i + 1 < count; i++) {
			if (strcmp(words[i], "Fl") != 0 && strcmp(words[i], ".Fl") != 0)
				continue;
			snprintf(option, sizeof(option), "-%.100s", words[i + 1]);
			if (!is_known_anywhere(option))
				fail_msg(MAN ": there is no option as in: %s", line);
		}
	}
}

static void
man__words_of_results_and_health__all_there(void **state)
{
	static char source[FILE_MAX], line[FILE_MAX];
	const char *at = source;
	char word[WORD_MAX];
	size_t results = 0;

	(void)state;
	for (const enum err_code *code = health_codes; *code; code++) {
		snprintf(word, sizeof(word), ".It Li %s", err_word(*code));
		if (count_lines(section("COMMANDS", "status"), word, true) != 1)
			fail_msg(MAN ", status: no line \"%s\"", word);
	}
	for (int resolved = 0; resolved <= RESOLVED_ERROR; resolved++) {
		snprintf(word, sizeof(word), ".It Li %s", resolve_word((enum resolution)resolved));
		if (count_lines(section("COMMANDS", "match"), word, true) != 1)
			fail_msg(MAN ", match: no line \"%s\"", word);
	}
	load("src/cli/report.c", source); /* the words are its own */
	while (next_line(&at, line))
		for (const char *s = line; (s = strstr(s, "[OUT_")) && (s = strstr(s, "] = \"")); results++) {
			s += strlen("] = \"");
			snprintf(word, sizeof(word), ".Li %.*s", (int)strcspn(s, "\""), s);
			if (count_lines(section_of(json, "DESCRIPTION", CHANGES), word, false) != 1)
				fail_msg(JSON ", " CHANGES ": no line \"%s\"", word);
		}
	assert_int_equal(results, 10);
}

static void
man__json__has_the_key_of_each_command(void **state)
{
	char key[WORD_MAX];

	(void)state;
	for (const struct cmd *cmd = commands; cmd->name; cmd++) {
		snprintf(key, sizeof(key), ".It Cm %s Ar list", cmd->key ? cmd->key : "");
		if (cmd->key && !count_lines(section_of(json, "DESCRIPTION", NULL), key, false))
			fail_msg(JSON ": no line \"%s\"", key);
	}
}

static void
man__codes__exactly_those_of_the_table(void **state)
{
	const char *text = section_of(json, "CODES", NULL);
	char word[WORD_MAX];

	(void)state;
	for (int code = 1; code < ERR_CODES; code++) {
		snprintf(word, sizeof(word), ".It Cm %s", err_word((enum err_code)code));
		if (count_lines(text, word, true) != 1)
			fail_msg(JSON ", CODES: not exactly one line \"%s\"", word);
	}
	if (count_lines(text, ".It ", false) != ERR_CODES - 1)
		fail_msg(JSON ", CODES: lists a word that the table lacks");
}

static void
man__length__at_most_350_lines_of_80_columns(void **state)
{
	const struct run *r = shell("mandoc -T ascii -O width=80 " MAN);

	(void)state;
	if (r->status == 127)
		skip_because("this machine has no mandoc");
	expect(r, 0, NULL, "");
	assert_in_range(count_lines(r->out, "", false), 100, 350);
}

static void
man__foot_of_each_page__names_this_version(void **state)
{
	(void)state;
	assert_int_equal(count_lines(man, ".ds doc-default-operating-system binfmtctl " BINFMTCTL_VERSION, true), 1);
	assert_int_equal(count_lines(json, ".ds doc-default-operating-system binfmtctl " BINFMTCTL_VERSION, true), 1);
}

static void
man__exit_status__has_each(void **state)
{
	const char *text = section("EXIT STATUS", NULL);

	(void)state;
	assert_int_equal(count_lines(text, ".It ", false), 4);
	for (char status = '0'; status <= '3'; status++)
		assert_int_equal(count_lines(text, (char[]){'.', 'I', 't', ' ', status, '\0'}, true), 1);
}

/* As help writes it. */
static void
write_option(const struct opt *opt, char word[static WORD_MAX])
{
	snprintf(word, WORD_MAX, "  %c%c%s --%s%s%s", opt->letter ? '-' : ' ', opt->letter ? opt->letter : ' ',
		 opt->letter ? "," : " ", opt->name, opt->arg ? "=" : "", opt->arg ? opt->arg : "");
}

static bool
has_option(const char *text, const struct opt *opt)
{
	char word[WORD_MAX];
	const char *at = text;

	write_option(opt, word);
	while ((at = strstr(at, word)) && !strchr(" \n", at[strlen(word)]))
		at++;
	return at != NULL;
}

/* No line is wider than a terminal of 80 columns, or ends in a space; their number. */
static size_t
count_help_lines(const char *text, const char *command)
{
	static char line[FILE_MAX];
	size_t lines = 0;

	for (; next_line(&text, line); lines++) {
		size_t len = strlen(line);

		if (len > 80 || (len && line[len - 1] == ' '))
			fail_msg("help %s: %zu columns: '%s'", command, len, line);
	}
	return lines;
}

static void
help__of_the_program__each_command_and_option_on_one_screen(void **state)
{
	char line[WORD_MAX], *first;
	const struct run *r;

	(void)state;
	first = strdup(tool("--help", NULL)->out);
	r = tool("help", NULL);
	assert_int_equal(r->status, 0);
	expect_text("help", r->out, first);
	free(first);
	for (const struct opt *opt = opt_global; opt->name; opt++)
		if (!has_option(r->out, opt))
			fail_msg("binfmtctl --help: no --%s", opt->name);
	for (const struct cmd *cmd = commands; cmd->name; cmd++) {
		snprintf(line, sizeof(line), "\n  %-12s %.80s\n", cmd->name, cmd->help);
		if (!strstr(r->out, line))
			fail_msg("binfmtctl --help: does not list %s", cmd->name);
	}
	assert_true(count_help_lines(r->out, "") < 24);
}

/* What -q and -v do is said where they do something, and they are not offered elsewhere. */
static void
check_help(const struct cmd *cmd, const char *text)
{
	for (const struct opt *opt = cmd->opts; opt->name; opt++)
		if (!has_option(text, opt) || !strstr(text, opt->help))
			fail_msg("help %s: no --%s", cmd->name, opt->name);
	for (const struct opt *opt = opt_global; opt->name; opt++)
		if (has_option(text, opt) != (strchr(cmd->globals, opt->letter) != NULL))
			fail_msg("help %s: --%s", cmd->name, opt->name);
	if (strchr(cmd->globals, 'v') ? !cmd->verbose || !strstr(text, cmd->verbose) : cmd->verbose != NULL)
		fail_msg("help %s: what -v does", cmd->name);
	if (cmd->quiet && !strstr(text, cmd->quiet))
		fail_msg("help %s: what -q does", cmd->name);
	if (!strstr(text, cmd->help) || !strstr(text, cmd->example) || !strstr(text, cmd->exits))
		fail_msg("help %s: no example, or no exit status", cmd->name);
}

static void
help__of_each_command__its_options_example_and_exit_status(void **state)
{
	(void)state;
	for (const struct cmd *cmd = commands; cmd->name; cmd++) {
		char *first = strdup(tool(cmd->name, "--help", NULL)->out);
		const struct run *r = tool("help", cmd->name, NULL);
		size_t lines;

		assert_int_equal(r->status, 0);
		expect_text(cmd->name, r->out, first);
		free(first);
		check_help(cmd, r->out);
		lines = count_help_lines(r->out, cmd->name);
		if (lines > 24 && strcmp(cmd->name, "register") != 0)
			fail_msg("help %s: %zu lines", cmd->name, lines);
	}
}

static void
completion__offers_each_command_and_option(void **state)
{
	static const char *const shells[] = {"bash", "zsh", "fish"};
	char option[WORD_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(shells); i++) {
		const struct run *r = tool("completion", shells[i], NULL);

		assert_int_equal(r->status, 0);
		for (const struct cmd *cmd = commands; cmd->name; cmd++) {
			if (!strstr(r->out, cmd->name))
				fail_msg("completion %s: does not offer %s", shells[i], cmd->name);
			for (const struct opt *opt = cmd->opts; opt->name; opt++) {
				snprintf(option, sizeof(option), "%s%s", i < 2 ? "--" : "-l ", opt->name);
				if (!strstr(r->out, option))
					fail_msg("completion %s: no \"%s\" of %s", shells[i], option, cmd->name);
			}
		}
	}
}

static void
readme__command_list__exactly_those_of_the_table(void **state)
{
	const char *at = strstr(readme, "\n| command | |\n|---|---|\n"), *end = at ? strstr(at + 1, "\n\n") : NULL;
	static char table[FILE_MAX];
	char row[WORD_MAX];
	size_t count = 0;

	(void)state;
	assert_non_null(end);
	snprintf(table, sizeof(table), "%.*s\n", (int)(end - at), at);
	for (const struct cmd *cmd = commands; cmd->name; cmd++, count++) {
		snprintf(row, sizeof(row), "| `%s` |", cmd->name);
		if (count_lines(table, row, false) != 1)
			fail_msg(README ": the table of commands has no row %s", row);
	}
	assert_int_equal(count_lines(table, "| `", false), count);
}

/* What ends one command of a shell line. */
static bool
ends_command(const char *word)
{
	return strchr("|&;>#", word[0]) || strcmp(word, "--") == 0;
}

/* One "binfmtctl WORD..." of an example: command and options must be there. */
static void
check_call(const char *path, const char *line, line_words words, size_t count)
{
	const struct cmd *cmd = NULL;

	for (size_t i = 0; i < count && !ends_command(words[i]); i++) {
		const char *word = words[i];

		if (word[0] == '-' && word[1] && !is_known(cmd, word) && strcmp(word, "-1") != 0)
			fail_msg("%s: %s has no option %s: %s", path, cmd ? cmd->name : "binfmtctl", word, line);
		if (word[0] == '-' || cmd)
			continue;
		if (i == 0 && (word[0] < 'a' || word[0] > 'z'))
			return; /* binfmtctl is not what is called here, but a file's name */
		cmd = find_command(word);
		if (!cmd)
			fail_msg("%s: there is no command %s: %s", path, word, line);
	}
}

/* Every call of the program in a text. In a README only what stands in fences is one. */
static size_t
check_calls(const char *path, const char *text, bool fenced)
{
	static char line[FILE_MAX];
	static line_words words;
	bool in = !fenced;
	size_t calls = 0;

	while (next_line(&text, line)) {
		if (fenced && strncmp(line, "```", 3) == 0)
			in = !in;
		for (size_t i = 0, count = in ? split(line, " \t\"'`[](),", words) : 0; i + 1 < count; i++) {
			const char *base = strrchr(words[i], '/');

			if (strcmp(base ? base + 1 : words[i], "binfmtctl") != 0)
				continue;
			check_call(path, line, words + i + 1, count - i - 1);
			calls++;
		}
	}
	return calls;
}

static void
examples__call_only_what_there_is(void **state)
{
	static char text[FILE_MAX];
	glob_t files;

	(void)state;
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		assert_int_equal(check_calls(cmd->name, cmd->example, false), 1);
	assert_true(check_calls(MAN, section("DESCRIPTION", "Examples"), false) > 10);
	assert_true(check_calls(README, readme, true) > 5);
	assert_int_equal(glob("man/examples/*", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		load(files.gl_pathv[i], text);
		if (check_calls(files.gl_pathv[i], text, false) == 0)
			fail_msg("%s: calls binfmtctl nowhere", files.gl_pathv[i]);
	}
	globfree(&files);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(man__global_options__exactly_those_of_the_table),
	    cmocka_unit_test(man__options_of_each_command__exactly_those_of_its_table),
	    cmocka_unit_test(man__shared_options__each_of_several_commands),
	    cmocka_unit_test(man__commands__exactly_those_of_the_table_in_its_order),
	    cmocka_unit_test(man__synopsis__has_each_form_of_each_command),
	    cmocka_unit_test(man__flag_macros__name_no_unknown_option),
	    cmocka_unit_test(man__words_of_results_and_health__all_there),
	    cmocka_unit_test(man__json__has_the_key_of_each_command),
	    cmocka_unit_test(man__codes__exactly_those_of_the_table),
	    cmocka_unit_test(man__length__at_most_350_lines_of_80_columns),
	    cmocka_unit_test(man__foot_of_each_page__names_this_version),
	    cmocka_unit_test(man__exit_status__has_each),
	    cmocka_unit_test(help__of_the_program__each_command_and_option_on_one_screen),
	    cmocka_unit_test(help__of_each_command__its_options_example_and_exit_status),
	    cmocka_unit_test(completion__offers_each_command_and_option),
	    cmocka_unit_test(readme__command_list__exactly_those_of_the_table),
	    cmocka_unit_test(examples__call_only_what_there_is),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
