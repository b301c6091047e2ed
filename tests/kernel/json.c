/* SPDX-License-Identifier: MIT */
/*
 * Every command in every situation with -j: one document with the keys of the man page, the exit status of the run
 * without, and where that is not 0 the reason.
 */
#include "contract.h"
#include "harness.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"

/* Words that stand for what is only known when the tests run. */
#define TINY "@tiny"
#define CONF "@conf"
#define LINES "@lines"
#define BAD "@bad"

#define HELP "help, --help"
#define VERSION "version, --version"

enum { WORDS = 16 };

static char *mounted, *conf; /* the instance in a place that does not vanish with /proc; a folder for binfmt.d files */
static char *lines, *bad;    /* such files */

/* Entries of all kinds, also one that is no UTF-8. */
static void
start(void)
{
	static const char bytes[] = "|b\xff|E||e\xff||/i\xff\xfe|";

	run_prepare = NULL;
	ns_empty();
	register_line(":ext:E::ext::%s:", tiny_interpreter());
	register_line(":at:M:1:cafe::%s:OC", tiny_interpreter());
	register_line(":off:E::off::%s:F", tiny_interpreter());
	assert_int_equal(mount_write("off", "0", 1), 0);
	assert_int_equal(mount_write("register", bytes, sizeof(bytes) - 1), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-f", "PF", NULL), 0, "registered", NULL);
}

static void
start_with_riddle(void)
{
	static const char riddle[] = "|odd|E||odd||/bin/sh\nodd|";

	start();
	assert_int_equal(mount_write("register", riddle, sizeof(riddle) - 1), 0);
}

static void
start_off(void)
{
	start();
	assert_int_equal(mount_write("status", "0", 1), 0);
}

/* Each command: what it does well, and with a word that it does not know. */
static const struct row {
	const char *heading, *words[WORDS], *unknown[4];
} rows[] = {
    {CONTRACT_CHANGES, {"register", "arm", "-i", TINY}, {"register", "nonsuch"}},
    {CONTRACT_CHANGES, {"remove", "ext"}, {"remove", "nonsuch"}},
    {CONTRACT_CHANGES, {"enable", "off"}, {"enable", "nonsuch"}},
    {CONTRACT_CHANGES, {"disable", "ext"}, {"disable", "nonsuch"}},
    {CONTRACT_CHANGES, {"refresh", "aarch64"}, {"refresh", "nonsuch"}},
    {CONTRACT_CHANGES, {"load", LINES}, {"load", "nonsuch"}},
    {"export", {"export", "aarch64"}, {"export", "nonsuch"}},
    {"list", {"list"}, {"list", "nonsuch"}},
    {"list --supported", {"list", "--supported"}, {"list", "--supported", "nonsuch"}},
    {"status", {"status", "aarch64"}, {"status", "nonsuch", "aarch64"}},
    {"match", {"match", "/bin/sh"}, {"match", "/nonsuch"}},
    {"test", {"test", "aarch64"}, {"test", "nonsuch", "aarch64"}},
    {"doctor", {"doctor", "--no-run", "/bin/sh"}, {"doctor", "/nonsuch"}},
    {"completion", {"completion", "fish"}, {"completion", "nonsuch"}},
    {HELP, {"help", "list"}, {"help", "nonsuch"}},
    {VERSION, {"version"}, {"version", "nonsuch"}},
};

/* A situation: words behind those of the command, or another command line in their place. */
struct situation {
	const char *name, *heading; /* heading NULL: that of the command */
	const char *words[6];
	bool unknown;
	void (*start)(void);
	bool (*prepare)(void);
};

static bool
no_proc(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount("none", "/proc", "tmpfs", 0, NULL) == 0;
}

static const struct situation situations[] = {
    {.name = "as it should be"},
    {.name = "wrong usage", .words = {"--nonsuch"}},
    {.name = "an unknown operand", .unknown = true},
    {.name = "an operand that is no UTF-8", .words = {"b\xff"}},
    {.name = "dry run", .words = {"-n"}},
    {.name = "dry run, wrong usage", .words = {"-n", "--nonsuch"}},
    {.name = "dry run, no instance", .words = {"-n", "-d", "/nowhere"}},
    {.name = "verbose", .words = {"-v"}},
    {.name = "quiet", .words = {"-q"}},
    {.name = "help", .heading = HELP, .words = {"--help"}},
    {.name = "version", .heading = VERSION, .words = {"--version"}},
    {.name = "no instance", .words = {"-d", "/nowhere"}},
    {.name = "a file for a mount", .words = {"-d", "/etc/passwd"}},
    {.name = "no folder for a root", .words = {"--root", "/nowhere"}},
    {.name = "no /proc", .words = {"-d", "@mounted"}, .prepare = no_proc},
    {.name = "an entry that is not understood", .start = start_with_riddle},
    {.name = "switched off", .start = start_off},
};

/* More that a command can be asked for. */
static const struct {
	const char *heading, *words[WORDS];
} more[] = {
    {CONTRACT_ANY, {"nonsuch"}},
    {CONTRACT_ANY, {NULL}},
    {CONTRACT_ANY, {"--nonsuch"}},
    {HELP, {"--help"}},
    {VERSION, {"-V"}},
    {CONTRACT_CHANGES, {"register", "all"}},
    {CONTRACT_CHANGES, {"register", "arm", "-i", TINY, "--persist", "--conf-dir", CONF}},
    {CONTRACT_CHANGES, {"-n", "register", "arm", "-i", TINY, "--persist", "--conf-dir", CONF}},
    {CONTRACT_CHANGES, {"remove", "ext", "--persist", "--conf-dir", CONF}},
    {CONTRACT_CHANGES, {"remove", "all"}},
    {CONTRACT_CHANGES, {"remove", "--global"}},
    {CONTRACT_CHANGES, {"remove", "nonsuch", "--missing-ok"}},
    {CONTRACT_CHANGES, {"enable", "--global"}},
    {CONTRACT_CHANGES, {"disable", "--global"}},
    {CONTRACT_CHANGES, {"refresh"}},
    {CONTRACT_CHANGES, {"load", LINES, BAD}},
    {CONTRACT_CHANGES, {"-n", "load", BAD, LINES}},
    {CONTRACT_CHANGES, {"load", "/usr"}},
    {CONTRACT_CHANGES, {"register", "arm", "--interpreter-dir", "relative"}},
    {CONTRACT_CHANGES, {"register", "arm", "-i", "/nowhere", "-f", "POCF"}},
    {CONTRACT_CHANGES, {"register", "--name", "loop", "--magic", "7f454c46", "-i", TINY}},
    {"export", {"export"}},
    {"export", {"export", "--format", "update-binfmts"}},
    {"export", {"export", "--arch", "arm,nonsuch"}},
    {"export", {"export", "--format", "nonsuch"}},
    {"status", {"status"}},
    {"status", {"status", "--strict"}},
    {"match", {"match", "-v", "/bin/sh", "/etc/passwd", "/", "/x\xff", "x.ext"}},
    {"match", {"match", "--root", "/usr", "/bin/sh"}},
    {"test", {"test"}},
    {"test", {"test", "all", "--root", "/"}},
    {"doctor", {"doctor"}},
    {"doctor", {"-v", "doctor", "/etc/passwd", "/x\xff"}},
    {"completion", {"completion", "bash"}},
    {"completion", {"completion", "zsh"}},
};

/* Where the exit status tells of a failure the document does too, and the other way round. */
static const char reason[] =
    " and ([(.results // [])[] | select(.result == \"failed\" or .result == \"skipped\") | .code | type] |"
    " all(. == \"string\"))"
    " and ((.error != null or any((.results // [])[]; .result == \"failed\") or"
    " any((.entries // [])[]; .health != null and .health != \"ok\") or (has(\"failed\") and .enabled == false) or"
    " any((.files // [])[]; .runs != true) or any((.tests // [])[]; .ok != true or .stale) or"
    " any((.checks // [])[]; .result == \"fail\"))";

/* What the exit status asks of the document. */
static const char *
wanted_of(int status)
{
	static const char *const wanted[] = {".error == null", "true", ".error.code == \"usage\"", ".error != null"};

	assert_in_range(status, 0, 3);
	return wanted[status];
}

static bool
has_word(const char *const words[], const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static const char *
word_of(const char *word)
{
	if (strcmp(word, TINY) == 0)
		return tiny_interpreter();
	if (strcmp(word, CONF) == 0)
		return conf;
	if (strcmp(word, LINES) == 0)
		return lines;
	if (strcmp(word, BAD) == 0)
		return bad;
	return strcmp(word, "@mounted") == 0 ? mounted : word;
}

/* With and without -j from the same start. */
static void
check(const char *name, const char *heading, const char *const words[], void (*from)(void), bool (*prepare)(void))
{
	const char *line[WORDS + 2] = {"-j"};
	char *contract = contract_filter(heading), filter[8000];
	bool dry = has_word(words, "-n") && strcmp(heading, CONTRACT_CHANGES) == 0;
	bool tried = has_word(words, "-v") && strcmp(heading, "match") == 0;
	int status, len;

	for (size_t i = 0; words[i]; i++)
		line[i + 1] = word_of(words[i]);
	from();
	run_prepare = prepare;
	status = tool_words(line + 1)->status;
	from();
	run_prepare = prepare;
	if (status != 0 && contract_is_bare(heading)) { /* only why */
		free(contract);
		contract = strdup(".warnings == []");
	}
	len = snprintf(filter, sizeof(filter), "(%s) and (%s)%s or %s)%s%s", contract, wanted_of(status), reason,
		       status == 1 ? "false" : "true", dry ? " and .dry_run and (.writes | type) == \"array\"" : "",
		       tried ? " and all(.files[]; has(\"tried\"))" : "");
	assert_in_range(len, 1, sizeof(filter) - 1);
	print_message("%s: %s\n", words[0] ? words[0] : "(nothing)", name);
	expect_json(expect(tool_words(line), status, NULL, NULL)->out, filter);
	run_prepare = NULL;
	free(contract);
}

static void
needs_jq(void)
{
	if (access("/usr/bin/jq", X_OK) < 0)
		skip_because("this machine has no jq");
}

/* A build that looks for leaks ends badly where it lacks /proc, whatever the program itself does. */
static bool
can_run(bool (*prepare)(void))
{
	bool can;

	run_prepare = prepare;
	can = tool("version", NULL)->status == 0;
	run_prepare = NULL;
	return can;
}

static void
json__each_command_in_each_situation__one_document_as_the_man_page_says(void **state)
{
	bool can[LENGTH(situations)];

	(void)state;
	needs_jq();
	for (size_t k = 0; k < LENGTH(situations); k++)
		can[k] = !situations[k].prepare || can_run(situations[k].prepare);
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (size_t k = 0; k < LENGTH(situations); k++) {
			const struct situation *s = &situations[k];
			const char *words[WORDS + 8] = {NULL};
			size_t n = 0;

			if (!can[k])
				continue;
			for (const char *const *word = s->unknown ? rows[i].unknown : rows[i].words; *word; word++)
				words[n++] = *word;
			for (size_t w = 0; s->words[w]; w++)
				words[n++] = s->words[w];
			check(s->name, s->heading ? s->heading : rows[i].heading, words, s->start ? s->start : start,
			      s->prepare);
		}
}

static void
json__more_command_lines__one_document_as_the_man_page_says(void **state)
{
	(void)state;
	needs_jq();
	for (size_t i = 0; i < LENGTH(more); i++)
		check("one more", more[i].heading, more[i].words, start, NULL);
}

/* What a change tells of its handler and of its file. */
static void
json__results__interpreter_flags_arch_and_file(void **state)
{
	static const struct {
		const char *words[WORDS], *filter;
	} t[] = {
	    {{"register", "arm", "-i", TINY, "-f", "F"},
	     ".flags == \"F\" and .arch == \"arm\" and .file == null and .interpreter != null"},
	    {{"register", "arm", "-i", "/nowhere"},
	     ".interpreter == \"/nowhere\" and .result == \"failed\" and .code == \"interpreter\""},
	    {{"register", "nonsuch"}, ".interpreter == null and .flags == null and .arch == null"},
	    {{"register", "arm", "-i", TINY, "--persist", "--conf-dir", CONF},
	     ".file.written and (.file.removed | not) and (.file.path | endswith(\"/conf/qemu-arm.conf\"))"},
	    {{"-n", "register", "arm", "-i", TINY, "--persist", "--conf-dir", CONF},
	     ".result == \"registered\" and .file.path"},
	    {{"remove", "arm", "--persist", "--conf-dir", CONF},
	     ".result == \"removed\" and .file.removed and (.file.written | not)"},
	    {{"disable", "at"}, ".flags == \"OC\" and .interpreter != null and .arch == null and .file == null"},
	    {{"remove", "aarch64"}, ".flags == \"PF\" and .arch == \"aarch64\" and .name == \"qemu-aarch64\""},
	    {{"remove", "b\xff"}, ".name_hex == \"62ff\" and .interpreter_hex == \"2f69fffe\" and .flags == \"\""},
	    {{"disable", "--global"}, ".name == \"binfmt_misc\" and .interpreter == null and .flags == null"},
	};
	char filter[512];

	(void)state;
	needs_jq();
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *line[WORDS + 2] = {"-j"};

		for (size_t k = 0; t[i].words[k]; k++)
			line[k + 1] = word_of(t[i].words[k]);
		start();
		snprintf(filter, sizeof(filter), ".results[0] | %s", t[i].filter);
		expect_json(tool_words(line)->out, filter);
	}
}

/* An operand that means no entry, what concerns all, what was asked before it matched, what a check is about. */
static void
json__all_that_was_said__in_the_document(void **state)
{
	static const char both[] = "[.failed[] | .name + .code] == [\"xmissing\", \"ymissing\"] and (.error.detail | "
				   "startswith(\"x: \")) and .error.code == \"missing\" and (.entries | length) == 1";
	char *file;

	(void)state;
	needs_jq();
	start();
	file = scratch_text("file.ext", "x", 0755);
	expect_json(expect(tool("-j", "status", "x", "--entry", "y", "at", NULL), 1, NULL, NULL)->out, both);
	expect_json(
	    tool("-jv", "match", file, NULL)->out,
	    ".files[0] | .entry == \"ext\" and .tried[-1] == {\"entry\": \"ext\", \"why\": \"matches\"} and (.tried "
	    "| length) == 5 and [.hops[].by] == [null, \"handler\"] and .hops[1].entry == \"ext\"");
	expect_json(tool("-j", "match", "/bin/sh", NULL)->out,
		    ".files[0] | .hops[0].by == \"native\" and (has(\"tried\") | not)");
	expect_json(tool("-j", "doctor", "--no-run", file, NULL)->out,
		    "[.checks[] | select(.check == \"match\")][0] as $m | $m.entry == \"ext\" and ($m.file | "
		    "endswith(\"/file.ext\")) and "
		    "any(.checks[]; .entry == \"off\" and .check == \"disabled\" and .file == null) and "
		    "any(.checks[]; .check == \"kernel\" and .entry == null and .file == null)");
	start_off();
	expect_json(tool("-j", "disable", "ext", "at", NULL)->out, ".warnings == [] and (.results | length) == 2");
	expect_json(tool("-j", "register", "arm", "-i", tiny_interpreter(), NULL)->out,
		    ".warnings | any(.[]; contains(\"switched off\"))");
	free(file);
}

/* A command that the table lacks is not looked at; what exec prints is its program's. */
static void
json__rows__every_command(void **state)
{
	(void)state;
	for (const struct cmd *cmd = commands; cmd->name; cmd++) {
		size_t found = 0;

		for (size_t i = 0; i < LENGTH(rows); i++)
			found += strcmp(rows[i].words[0], cmd->name) == 0;
		if (!found && cmd->operands != OPERANDS_PROGRAM)
			fail_msg("no row for %s", cmd->name);
	}
}

static int
prepare(void **state)
{
	if (ns_setup(state) != 0)
		return -1;
	if (mounted)
		return 0;
	mounted = scratch_folder("mounted");
	conf = scratch_folder("conf");
	lines = scratch_text("lines", ":new:E::new::/bin/true:\n:ext:E::other::/bin/true:\n:off:E::off::/x:\n", 0644);
	bad = scratch_text("bad", "junk\xff\n:x:E::x::/nowhere:F\n:new:M::\\x7fELF::/bin/true:\n", 0644);
	return mount(MOUNT, mounted, NULL, MS_BIND, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(json__rows__every_command, prepare),
	    cmocka_unit_test_setup(json__each_command_in_each_situation__one_document_as_the_man_page_says, prepare),
	    cmocka_unit_test_setup(json__results__interpreter_flags_arch_and_file, prepare),
	    cmocka_unit_test_setup(json__all_that_was_said__in_the_document, prepare),
	    cmocka_unit_test_setup(json__more_command_lines__one_document_as_the_man_page_says, prepare),
	};

	return ns_run(tests);
}
