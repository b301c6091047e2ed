/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "commands.h"
#include "opt.h"

enum { WORDS_MAX = 48 };

static const struct opt table[] = {
    OPT_TEXT("flags", 'f', "FLAGS", flags, ""),
    OPT_TEXT("interpreter", 'i', "PATH", interpreter, ""),
    {"interpreter-dir", 0, OPT_DIR, "DIR", 0, ""},
    OPT_COUNT("offset", 'o', "N", offset, ""),
    OPT_TIMEOUT,
    OPT_BOOL("keep", 'k', keep, ""),
    OPT_FORCE(""),
    OPT_ENTRY_NAME,
    OPT_END,
};

static struct args args;
static struct operand operands[WORDS_MAX];
static bool joined; /* operands by commas */
static int at;

/* Parses words separated by '|', as argv[0] and on; "" is no word. */
static const char *
parse(const char *words, const struct opt *own, bool stop)
{
	static char text[1024];
	static char *argv[WORDS_MAX];
	int argc = 0;

	args = (struct args){.offset = -1, .timeout = -1, .joined = joined, .operands = operands};
	snprintf(text, sizeof(text), "%s", words);
	for (char *word = text; *words && word;) {
		char *bar = strchr(word, '|');

		argv[argc++] = word;
		word = bar ? bar + 1 : NULL;
		if (bar)
			*bar = '\0';
	}
	at = 0;
	return opt_parse(argc, argv, &at, own, stop, &args);
}

static const char *
without_nearest(const char *reason)
{
	static char text[512];

	snprintf(text, sizeof(text), "%s", reason ? reason : "");
	text[strcspn(text, ";")] = '\0';
	return reason ? text : NULL;
}

/* What was understood, as one line. */
static const char *
understood(void)
{
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
#define SAY(condition, ...)                                                                                            \
	do {                                                                                                           \
		if (condition)                                                                                         \
			n += (size_t)snprintf(text + n, sizeof(text) - n, __VA_ARGS__);                                \
	} while (0)
	SAY(args.json, " json");
	SAY(args.dry_run, " dry-run");
	SAY(args.quiet, " quiet");
	SAY(args.verbose, " verbose");
	SAY(args.help, " help");
	SAY(args.version, " version");
	SAY(args.binfmt_dir, " dir=%s", args.binfmt_dir);
	SAY(args.flags, " flags=%s", args.flags);
	SAY(args.interpreter, " interpreter=%s", args.interpreter);
	SAY(args.offset >= 0, " offset=%ld", args.offset);
	SAY(args.timeout >= 0, " timeout=%ld", args.timeout);
	SAY(args.keep, " keep");
	SAY(args.force, " force");
	for (size_t i = 0; i < args.interpreter_dir_count; i++)
		SAY(true, " in=%s", args.interpreter_dirs[i]);
	for (size_t i = 0; i < args.operand_count; i++)
		SAY(true, " %s%s", args.operands[i].literal ? "=" : "", args.operands[i].word);
#undef SAY
	return text[0] ? text + 1 : text;
}

static const struct {
	const char *words, *understood;
} good[] = {
    {"", ""},
    {"a", "a"},
    {"a|b|a", "a b a"},
    {"--json", "json"},
    {"-j", "json"},
    {"-jnqvhV", "json dry-run quiet verbose help version"},
    {"-j|-n|--quiet|--verbose|--help|--version", "json dry-run quiet verbose help version"},
    {"-j|-j|--json", "json"},
    {"--dry-run", "dry-run"},
    {"--binfmt-dir=/x", "dir=/x"},
    {"--binfmt-dir|/x", "dir=/x"},
    {"-d/x", "dir=/x"},
    {"-d|/x", "dir=/x"},
    {"-d=/x", "dir==/x"}, /* as getopt */
    {"--flags=POCF", "flags=POCF"},
    {"--flags|POCF", "flags=POCF"},
    {"-fPOCF", "flags=POCF"},
    {"-f|POCF", "flags=POCF"},
    {"-jkfPF|a", "json flags=PF keep a"},
    {"-jkf|PF|a", "json flags=PF keep a"},
    {"-fj", "flags=j"},
    {"--flags=", "flags="},
    {"--flags=a=b", "flags=a=b"},
    {"--flags||a", "flags= a"},
    {"-f||a", "flags= a"},
    {"--flags=P|--flags=F", "flags=F"}, /* the last one counts */
    {"-fP|-f|F|--flags|O", "flags=O"},
    {"--flags|--json", "flags=--json"}, /* a value is a value */
    {"--flags|--|a", "flags=-- a"},
    {"-f|-j", "flags=-j"},
    {"a|--keep|b|-j|c", "json keep a b c"},
    {"a|-fP|b|--offset|3", "flags=P offset=3 a b"},
    {"--keep|--|--force|-j|--", "keep --force -j --"},
    {"a|--|b|-j", "a b -j"},
    {"--|--|--", "-- --"},
    {"--", ""},
    {"-", "-"},
    {"-|-j|-", "json - -"},
    {"--|-", "-"},
    {"|a", " a"}, /* an empty operand is one */
    {"--offset=0", "offset=0"},
    {"--offset=000012", "offset=12"},
    {"--offset=1000000", "offset=1000000"},
    {"-o256|--timeout=0", "offset=256 timeout=0"},
    {"--offset=1|--offset=2", "offset=2"},
    {"--entry=status|--entry|all|x|--entry=--json", "=status =all x =--json"},
    {"--entry=|x", "= x"},
    {"--interpreter-dir=/a|--interpreter-dir|/b|--interpreter=/c", "interpreter=/c in=/a in=/b"},
};

static void
parse__gnu_style__understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		expect_text(good[i].words, parse(good[i].words, table, false), NULL);
		expect_text(good[i].words, understood(), good[i].understood);
	}
}

static void
parse__joined__each_part_an_operand(void **state)
{
	static const struct {
		const char *words, *understood;
	} t[] = {
	    {"linux/amd64,linux/arm64", "linux/amd64 linux/arm64"},
	    {"a,b|--keep|c|--|d,-e,f", "keep a b c d -e f"},
	    {"--entry=a,b|--entry|c,|d", "=a,b =c, d"},
	    {"--flags=a,,b|x", "flags=a,,b x"},
	    {"|a", " a"},
	};
	static const char *const wrong[] = {",", "a,", ",a", "a,,b", "x|,|y", "--|a,,"};

	(void)state;
	joined = true;
	for (size_t i = 0; i < LENGTH(t); i++) {
		expect_text(t[i].words, parse(t[i].words, table, false), NULL);
		expect_text(t[i].words, understood(), t[i].understood);
	}
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		const char *reason = parse(wrong[i], table, false);

		if (!reason || !strstr(reason, "': nothing stands on one side of a comma"))
			fail_msg("%s: %s", wrong[i], reason ? reason : "understood");
	}
	joined = false;
	expect_text("files", parse("a,b|c,", table, false), NULL);
	expect_text("files", understood(), "a,b c,");
}

static void
parse__posixly_correct__changes_nothing(void **state)
{
	assert_int_equal(setenv("POSIXLY_CORRECT", "1", 1), 0);
	parse__gnu_style__understood(state);
	assert_int_equal(unsetenv("POSIXLY_CORRECT"), 0);
}

static void
parse__wrong__refused(void **state)
{
	static const struct {
		const char *words, *reason;
	} t[] = {
	    {"--nonsense", "unknown option --nonsense"},
	    {"--nonsense=7", "unknown option --nonsense"},
	    {"a|--nonsense|b", "unknown option --nonsense"},
	    {"---", "unknown option ---"},
	    {"---json", "unknown option ---json"},
	    {"--=x", "unknown option --"},
	    {"--JSON", "unknown option --JSON"},
	    {"-x", "unknown option -x"},
	    {"-jx", "unknown option -x"},
	    {"-jx|-y", "unknown option -x"},
	    {"-json", "unknown option -s"},
	    {"-j-", "unknown option --"},
	    {"-=", "unknown option -="},
	    /* no abbreviations, nor more than the name */
	    {"--ke", "unknown option --ke"},
	    {"--kee", "unknown option --kee"},
	    {"--keeps", "unknown option --keeps"},
	    {"--j", "unknown option --j"},
	    {"--flag=P", "unknown option --flag"},
	    {"--f=P", "unknown option --f"},
	    {"--flags|P|--inter=x", "unknown option --inter"},
	    {"--offset", "--offset needs a value (N)"},
	    {"--flags", "--flags needs a value (FLAGS)"},
	    {"a|--interpreter-dir", "--interpreter-dir needs a value (DIR)"},
	    {"--entry", "--entry needs a value (NAME)"},
	    {"-f", "-f needs a value (FLAGS)"},
	    {"-jkf", "-f needs a value (FLAGS)"},
	    {"-d", "-d needs a value (DIR)"},
	    {"--json=yes", "--json takes no value"},
	    {"--keep=", "--keep takes no value"},
	    {"--offset=", "--offset needs a number from 0 to 1000000, not ''"},
	    {"--offset|", "--offset needs a number from 0 to 1000000, not ''"},
	    {"--offset=-1", "--offset needs a number from 0 to 1000000, not '-1'"},
	    {"--offset|-1", "--offset needs a number from 0 to 1000000, not '-1'"},
	    {"-o-1", "--offset needs a number from 0 to 1000000, not '-1'"},
	    {"--offset=+1", "--offset needs a number from 0 to 1000000, not '+1'"},
	    {"--offset= 1", "--offset needs a number from 0 to 1000000, not ' 1'"},
	    {"--offset=1 ", "--offset needs a number from 0 to 1000000, not '1 '"},
	    {"--offset=0x10", "--offset needs a number from 0 to 1000000, not '0x10'"},
	    {"--offset=1.5", "--offset needs a number from 0 to 1000000, not '1.5'"},
	    {"--timeout=1000001", "--timeout needs a number from 0 to 1000000, not '1000001'"},
	    {"--timeout=18446744073709551617",
	     "--timeout needs a number from 0 to 1000000, not '18446744073709551617'"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_text(t[i].words, without_nearest(parse(t[i].words, table, false)), t[i].reason);
}

static void
parse__misspelt__nearest_named(void **state)
{
	static const struct {
		const char *words, *reason;
	} t[] = {
	    {"--jsno", "unknown option --jsno; nearest: --json"},
	    {"--FLAGS=P", "unknown option --FLAGS; nearest: --flags"},
	    {"--interpreters", "unknown option --interpreters; nearest: --interpreter"},
	    {"--hlep", "unknown option --hlep; nearest: --help, --keep"},
	    {"--qwertz", "unknown option --qwertz"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_text(t[i].words, parse(t[i].words, table, false), t[i].reason);
}

static void
parse__without_a_table__global_options_only(void **state)
{
	(void)state;
	expect_text("global", parse("-jd/x|--dry-run", NULL, true), NULL);
	expect_text("global", understood(), "json dry-run dir=/x");
	assert_int_equal(at, 2);
	expect_text("own", parse("-f|PF", NULL, true), "unknown option -f");
	expect_text("own", without_nearest(parse("--keep", NULL, true)), "unknown option --keep");
}

static void
parse__stop_at_operand__rest_is_left(void **state)
{
	static const struct {
		const char *words, *understood;
		int at;
	} t[] = {
	    {"register|-f|PF", "", 0},
	    {"-j|register|-n", "json", 1},
	    {"-d|/x|register", "dir=/x", 2},
	    {"--binfmt-dir=/x|-|-j", "dir=/x", 1},
	    {"--|-j", "", 1},
	    {"-j|--|register|-n", "json", 2},
	    {"-j|--|--|x", "json", 2},
	    {"-j", "json", 1},
	    {"-j|--", "json", 2},
	    {"", "", 0},
	    {"--entry=x|a|--entry=y", "=x", 1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		expect_text(t[i].words, parse(t[i].words, table, true), NULL);
		expect_text(t[i].words, understood(), t[i].understood);
		if (at != t[i].at)
			fail_msg("%s: left at %d", t[i].words, at);
	}
}

static void
parse__repeated__bounded(void **state)
{
	char words[1024] = "";
	size_t n = 0;

	(void)state;
	for (int i = 0; i < INTERP_DIRS_MAX; i++)
		n += (size_t)snprintf(words + n, sizeof(words) - n, "%s--interpreter-dir=/%d", i ? "|" : "", i);
	expect_text("16 folders", parse(words, table, false), NULL);
	assert_int_equal(args.interpreter_dir_count, INTERP_DIRS_MAX);
	assert_string_equal(args.interpreter_dirs[15], "/15");
	snprintf(words + n, sizeof(words) - n, "|--interpreter-dir|/16");
	expect_text("17 folders", parse(words, table, false), "--interpreter-dir is given more than 16 times");

	n = 0;
	for (int i = 0; i < WORDS_MAX; i++)
		n += (size_t)snprintf(words + n, sizeof(words) - n, "%s--entry=%d", i ? "|" : "", i);
	expect_text("entries", parse(words, table, false), NULL);
	assert_int_equal(args.operand_count, WORDS_MAX);
	assert_string_equal(args.operands[WORDS_MAX - 1].word, "47");
	assert_true(args.operands[WORDS_MAX - 1].literal);
}

/* A reason is cut, not overrun. */
static void
parse__long_words__in_short(void **state)
{
	char words[1000], want[256];

	(void)state;
	memset(words, 'x', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	memcpy(words, "--", 2);
	snprintf(want, sizeof(want), "unknown option --%.63s", words + 2);
	expect_text("name", parse(words, table, false), want);
	memcpy(words, "--offset=", 9);
	snprintf(want, sizeof(want), "--offset needs a number from 0 to 1000000, not '%.100s'", words + 9);
	expect_text("value", parse(words, table, false), want);
}

static void
names_differ(const struct opt *a, const struct opt *b)
{
	for (const struct opt *o = b; o->name; o++)
		if (o != a && (strcmp(o->name, a->name) == 0 || (a->letter && o->letter == a->letter)))
			fail_msg("--%s and --%s", a->name, o->name);
}

static void
tables__of_all_commands__sound(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct opt *o = opt_global; o->name; o++)
		names_differ(o, opt_global);
	for (const struct cmd *c = commands; c->name; c++)
		for (const struct opt *o = c->opts; o && o->name; o++, n++) {
			names_differ(o, c->opts);
			names_differ(o, opt_global);
			if (strspn(o->name, "abcdefghijklmnopqrstuvwxyz-") != strlen(o->name) || !*o->help)
				fail_msg("%s --%s", c->name, o->name);
			if ((o->kind == OPT_FLAG) != !o->arg)
				fail_msg("%s --%s: value", c->name, o->name);
		}
	assert_true(n > 20);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse__gnu_style__understood),
	    cmocka_unit_test(parse__joined__each_part_an_operand),
	    cmocka_unit_test(parse__posixly_correct__changes_nothing),
	    cmocka_unit_test(parse__wrong__refused),
	    cmocka_unit_test(parse__misspelt__nearest_named),
	    cmocka_unit_test(parse__without_a_table__global_options_only),
	    cmocka_unit_test(parse__stop_at_operand__rest_is_left),
	    cmocka_unit_test(parse__repeated__bounded),
	    cmocka_unit_test(parse__long_words__in_short),
	    cmocka_unit_test(tables__of_all_commands__sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
