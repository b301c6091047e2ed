/* SPDX-License-Identifier: MIT */
/* Exit status, JSON and the standard descriptors of every command, whatever the outcome. */
#include "harness.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"

static void
needs_jq(void)
{
	if (access("/usr/bin/jq", X_OK) < 0)
		skip_because("this machine has no jq");
}

/* One entry of each kind, and one disabled. */
static void
some_entries(void)
{
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect(tool("register", "riscv64", "-i", tiny_interpreter(), "-fPOF", NULL), 0, "registered", "");
	expect(tool("register", "--name", "ext", "--extension", "foo", "-i", script_interpreter(), NULL), 0,
	       "registered", "");
	expect(tool("register", "--name", "at", "--magic", "cafe", "--offset", "1", "-i", script_interpreter(), NULL),
	       0, "registered", "");
	expect(tool("disable", "riscv64", NULL), 0, "disabled", "");
}

static void
exit__wrong_usage__2_and_the_usage_line(void **state)
{
	static const struct {
		const char *words[10], *err;
	} rows[] = {
	    {{NULL}, "no command given"},
	    {{NULL}, "\n  register     register or update handlers\n"},
	    {{"nonsuch"}, "unknown command 'nonsuch' (binfmtctl help shows all)"},
	    {{"regster"}, "nearest: register"},
	    {{"ls"}, "unknown command 'ls'; in binfmtctl it is: list\n"},
	    {{"rm", "x"}, "in binfmtctl it is: remove\n"},
	    {{"delete"}, "in binfmtctl it is: remove\n"},
	    {{"unregister"}, "in binfmtctl it is: remove\n"},
	    {{"uninstall"}, "in binfmtctl it is: remove\n"},
	    {{"add"}, "in binfmtctl it is: register\n"},
	    {{"install", "aarch64"}, "in binfmtctl it is: register\n"},
	    {{"show"}, "in binfmtctl it is: status\n"},
	    {{"display"}, "in binfmtctl it is: status\n"},
	    {{"info"}, "in binfmtctl it is: status\n"},
	    {{"reload"}, "in binfmtctl it is: refresh\n"},
	    {{"help", "rm"}, "help: unknown command 'rm'; in binfmtctl it is: remove\n"},
	    {{"help", "list", "status"}, "help takes one command"},
	    {{"version", "list"}, "version takes no operand"},
	    {{"status", "a,,b"}, "'a,,b': nothing stands on one side of a comma"},
	    {{"remove", ","}, "','"},
	    {{"enable", "qemu-aarch64", ",b"}, "',b'"},
	    {{"register", "aarch64,"}, "'aarch64,'"},
	    {{"reg", "aarch64"}, "unknown command 'reg'"},
	    {{"--nonsuch"}, "unknown option --nonsuch"},
	    {{"-x", "list"}, "unknown option -x"},
	    {{"list", "--jso"}, "unknown option --jso"},
	    {{"list", "--json=yes"}, "--json takes no value"},
	    {{"list", "-d"}, "-d needs a value (DIR)"},
	    {{"list", "--binfmt-dir"}, "--binfmt-dir needs a value (DIR)"},
	    {{"list", "extra"}, "list takes no operand"},
	    {{"register"}, "register: missing operand: ARCH (or all, "},
	    {{"register", "aarch64", "--ke"}, "unknown option --ke"},
	    {{"register", "aarch64", "--timeout", "soon"}, "--timeout needs a number"},
	    {{"register", "aarch64", "--timeout=-1"}, "--timeout needs a number"},
	    {{"register", "aarch64", "--timeout="}, "--timeout needs a number"},
	    {{"register", "--name", "x", "--magic", "ca", "--offset", "0x1", "-i", "/bin/sh"}, "--offset needs"},
	    {{"register", "--name", "x", "--magic", "ca", "--offset", "99999999999", "-i", "/bin/sh"},
	     "--offset needs"},
	    {{"register", "--name", "x", "--magic", "ca", "--extension", "y", "-i", "/bin/sh"}, "exclude each other"},
	    {{"register", "--name", "x", "--bpf", "h", "--like", "/bin/sh"}, "exclude each other"},
	    {{"register", "aarch64", "--magic", "ca", "--name", "x"}, "ARCH cannot be combined with --magic"},
	    {{"register", "--magic", "ca", "-i", "/bin/sh"}, "needs --name"},
	    {{"register", "--magic", "ca", "--name", "x"}, "needs --interpreter"},
	    {{"register", "--bpf", "h", "--name", "x", "-i", "/bin/sh"}, "takes no --interpreter"},
	    {{"register", "aarch64", "--mask", "ff"}, "go with --magic"},
	    {{"register", "aarch64", "--offset", "1"}, "go with --magic"},
	    {{"register", "aarch64", "arm", "--name", "x"}, "go with one architecture"},
	    {{"register", "aarch64", "arm", "-i", "/bin/sh"}, "go with one architecture"},
	    {{"register", "all", "-i", "/bin/sh"}, "go with one architecture"},
	    {{"register", "all", "aarch64"}, "all is every architecture: name no other beside it"},
	    {{"register", "aarch64", "all"}, "all is every architecture"},
	    {{"register", "all", "all"}, "all is every architecture"},
	    {{"register", "aarch64", "--conf-dir", "/tmp"}, "--conf-dir goes with --persist"},
	    {{"register", "--name", "x", "--magic", "ca", "-i", "/bin/sh", "--interpreter-dir", "/"}, "goes with"},
	    {{"remove"}, "remove: missing operand: ENTRY (or all, or --global)"},
	    {{"remove", "x", "--global"}, "--global removes all"},
	    {{"remove", "--global", "--persist"}, "--global removes all"},
	    {{"remove", "x", "--conf-dir", "/tmp"}, "--conf-dir goes with --persist"},
	    {{"remove", "x", "--force"}, "unknown option --force"},
	    {{"enable"}, "enable: missing operand: ENTRY (or all, or --global)"},
	    {{"disable", "--global", "x"}, "--global takes no operand"},
	    {{"disable", "--missing-ok", "x"}, "unknown option --missing-ok"},
	    {{"status", "--supported"}, "unknown option --supported"},
	};
	char *before;

	(void)state;
	some_entries();
	before = instance();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(tool_words(rows[i].words), 2, "", rows[i].err);
		expect(tool_words(rows[i].words), 2, "", "\nusage: binfmtctl ");
	}
	expect_instance(before);
	free(before);
}

/* The same without operand, with a bad one, without a mount, and misused, whatever each makes of it. */
static void
exit__any_command_with_json__one_document(void **state)
{
	static const char *const tails[][5] = {{NULL},
					       {"nonsuch"},
					       {"--nonsuch"},
					       {"all"},
					       {"-d", "/nowhere", "x"},
					       {"-d", "/etc/passwd"},
					       {"--nonsuch", "x"},
					       {"--nonsuch", "x", "--json"},
					       {"-q", "nonsuch"}};

	(void)state;
	needs_jq();
	some_entries();
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		for (size_t i = 0; i < LENGTH(tails); i++) {
			const char *words[8] = {cmd->name, "-j"};
			const struct run *r;

			for (size_t k = 0; tails[i][k]; k++)
				words[2 + k] = tails[i][k];
			r = tool_words(words);
			if (cmd->failure)
				assert_in_range(r->status, cmd->failure, 127); /* as env(1) */
			else
				assert_in_range(r->status, 0, 3);
			expect_json(r->out, "type == \"object\"");
		}
}

/* -j may stand anywhere, also behind what is wrong. */
static void
exit__json_asked_after_a_mistake__one_document(void **state)
{
	static const char *const rows[][6] = {
	    {"register", "--nonsuch", "-j"}, {"register", "--timeout", "x", "--json"},
	    {"--nonsuch", "list", "-j"},     {"nonsuch", "-j"},
	    {"list", "-x", "--json"},        {"register", "-f", "-j", "--nonsuch", "-vj"}};

	(void)state;
	needs_jq();
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect_json(expect(tool_words(rows[i]), 2, NULL, "usage:")->out, ".error.code == \"usage\"");
	expect(tool("register", "--nonsuch", "--", "-j", NULL), 2, "", "usage:");
}

static void
exit__json_of_changes__the_fixed_keys(void **state)
{
	static const struct {
		const char *words[10];
		int status;
		const char *filter;
	} rows[] = {
	    {{"register", "aarch64"}, 0, ".results[0].result == \"unchanged\""},
	    {{"register", "aarch64", "-fPF"}, 0, ".results[0] | .name == \"qemu-aarch64\" and .result == \"replaced\""},
	    {{"register", "arm", "-i", "TINY"}, 0, ".results[0].result == \"registered\""},
	    {{"register", "nonsuch"}, 1, ".results[0] | .name == \"nonsuch\" and .code == \"unknown\""},
	    {{"register", "aarch64", "nonsuch"}, 1, "[.results[].result] == [\"unchanged\", \"failed\"]"},
	    {{"register", "arm", "-i", "/nowhere"}, 1, ".results[0].code == \"interpreter\""},
	    {{"register", "arm", "-fX"}, 1, ".results[0].code == \"flags\""},
	    {{"register", "--name", "a/b", "--magic", "ca", "-i", "TINY"}, 1, ".results[0].code == \"field\""},
	    {{"disable", "aarch64"}, 0, ".results[0].result == \"disabled\""},
	    {{"disable", "aarch64"}, 0, ".results[0].result == \"unchanged\""},
	    {{"enable", "aarch64"}, 0, ".results[0].result == \"enabled\""},
	    {{"enable", "nonsuch"}, 1, ".results[0] | .result == \"failed\" and .code == \"missing\""},
	    {{"disable", "--global"}, 0, ".results[0].result == \"disabled\""},
	    {{"enable", "--global"}, 0, ".results[0].result == \"enabled\""},
	    {{"-n", "remove", "ext"},
	     0,
	     "(.results[0].writes // .writes) == [{\"file\": \"" MOUNT "/ext\", \"bytes_hex\": \"2d31\"}]"},
	    {{"-n", "register", "aarch64"}, 0, "(.results[0].writes // .writes) == []"},
	    {{"remove", "ext", "at"}, 0, "[.results[].result] == [\"removed\", \"removed\"]"},
	    {{"remove", "ext", "--missing-ok"}, 0, ".results[0].result == \"skipped\""},
	    {{"remove", "ext"}, 1, ".results[0].result == \"failed\""},
	    {{"remove", "all"}, 0, ".results | length == 3"},
	    {{"remove", "all"}, 0, ".results == []"},
	    {{"remove", "--global"}, 0, ".results[0].result == \"removed\""},
	};

	(void)state;
	needs_jq();
	some_entries();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[12] = {"-j"};
		char *out;

		for (size_t k = 0; k < LENGTH(rows[i].words) && rows[i].words[k]; k++)
			words[1 + k] = strcmp(rows[i].words[k], "TINY") ? rows[i].words[k] : tiny_interpreter();
		out = strdup(expect(tool_words(words), rows[i].status, NULL, NULL)->out);
		expect_json(out, rows[i].filter);
		expect_json(out,
			    "all(.results[]; has(\"name\") and has(\"result\") and has(\"code\") and has(\"detail\"))");
		free(out);
	}
}

static void
exit__json_of_list_and_status__the_fixed_keys(void **state)
{
	static const char keys[] =
	    "all(.entries[]; has(\"name\") and has(\"enabled\") and has(\"type\") and has(\"offset\") and "
	    "has(\"magic\") and has(\"mask\") and has(\"extension\") and has(\"interpreter\") and has(\"flags\") and "
	    "has(\"arch\"))";
	static const char *const filters[] = {
	    ".mount == \"" MOUNT "\" and .enabled == true",
	    "[.entries[].name] == [\"at\", \"ext\", \"qemu-riscv64\", \"qemu-aarch64\"]",
	    ".entries[0] | .type == \"magic\" and .offset == 1 and .magic == \"cafe\" and .mask == null and "
	    ".extension == null and .arch == null and .flags == \"\"",
	    ".entries[1] | .type == \"extension\" and .extension == \"foo\" and .offset == null and .magic == null",
	    ".entries[2] | .enabled == false and .arch == \"riscv64\" and .flags == \"POF\"",
	    ".entries[3] | .enabled == true and .offset == 0 and .mask == "
	    "\"ffffffffffffff000000000000000000feffffff\" and (.interpreter | startswith(\"/\"))",
	};
	static const char *const health[] = {
	    ".scope == \"namespace\"",
	    "[.entries[].health] == [\"unfixed\", \"unfixed\", \"disabled\", \"ok\"]",
	    ".entries[2].problems[0] | .code == \"disabled\" and (.detail | type == \"string\")",
	    ".entries[3].problems == []",
	};
	char *list, *status;

	(void)state;
	needs_jq();
	some_entries();
	list = strdup(expect(tool("-j", "list", NULL), 0, NULL, "")->out);
	status = strdup(expect(tool("status", "--json", NULL), 0, NULL, "")->out);
	expect_json(list, keys);
	expect_json(status, keys);
	for (size_t i = 0; i < LENGTH(filters); i++) {
		expect_json(list, filters[i]);
		expect_json(status, filters[i]);
	}
	for (size_t i = 0; i < LENGTH(health); i++)
		expect_json(status, health[i]);
	expect_json(tool("-j", "status", "aarch64", NULL)->out, "[.entries[].name] == [\"qemu-aarch64\"]");
	expect_json(expect(tool("-j", "status", "riscv64", NULL), 1, NULL, "")->out,
		    ".entries[0].health == \"disabled\"");
	tool("remove", "--global", NULL);
	tool("disable", "--global", NULL);
	expect_json(tool("-j", "list", NULL)->out, ".entries == [] and .enabled == false");
	expect_json(tool("-j", "status", NULL)->out, ".entries == [] and .enabled == false");
	free(list);
	free(status);
}

/* Commands that need the mount, with words that would do well if it were there. */
static const char *const needing[][5] = {{"register", "aarch64", "-i", "/bin/sh"},
					 {"register", "all"},
					 {"remove", "x"},
					 {"remove", "x", "--missing-ok"},
					 {"remove", "all"},
					 {"remove", "--global"},
					 {"enable", "all"},
					 {"disable", "--global"},
					 {"list"},
					 {"status"},
					 {"-n", "register", "aarch64"}};

static void
check_unavailable(const char *dir, const char *err, bool changes_only)
{
	for (size_t i = 0; i < LENGTH(needing); i++) {
		const char *words[12] = {"-d", dir};
		const char *first = needing[i][0];
		size_t n = 2;

		if (changes_only && (!strcmp(first, "list") || !strcmp(first, "status") || !strcmp(first, "-n")))
			continue;
		for (size_t k = 0; k < LENGTH(needing[i]) && needing[i][k]; k++)
			words[n++] = needing[i][k];
		expect(tool_words(words), 3, "", err);
		words[n] = "--json";
		expect_json(expect(tool_words(words), 3, NULL, err)->out, ".error | has(\"code\") and has(\"detail\")");
	}
}

static void
exit__nothing_to_act_on__3_and_no_json_list_of_entries(void **state)
{
	char *empty = scratch_file("empty"), *file = scratch_file("file"), *other = scratch_file("other");

	(void)state;
	assert_int_equal(mkdir(empty, 0755), 0);
	assert_int_equal(mkdir(other, 0755), 0);
	spill(file, "", 0, 0644);
	assert_int_equal(mount("other", other, "tmpfs", 0, NULL), 0);
	check_unavailable("/nowhere/at/all", "binfmt_misc is not", false);
	check_unavailable(empty, "another file system, not binfmt_misc", false);
	check_unavailable(file, "is not a directory", false);
	check_unavailable(other, "another file system, not binfmt_misc", false);
	check_unavailable("/proc/sys/fs", "binfmt_misc is not", false);
	assert_int_equal(umount(other), 0);
	free(empty);
	free(file);
	free(other);
}

static void
exit__mounted_read_only__3_for_changes_only(void **state)
{
	char *dir = scratch_file("ro"), *before;

	(void)state;
	some_entries();
	before = instance();
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(mount(MOUNT, dir, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	check_unavailable(dir, "is mounted read-only", true);
	expect(tool("-d", dir, "list", NULL), 0, "qemu-aarch64", "");
	expect(tool("-d", dir, "status", NULL), 0, "qemu-aarch64", "");
	expect_instance(before);
	assert_int_equal(umount(dir), 0);
	free(before);
	free(dir);
}

static void
exit__mounted_elsewhere__acts_there(void **state)
{
	char *dir = scratch_folder("elsewhere");

	(void)state;
	assert_int_equal(mount(MOUNT, dir, NULL, MS_BIND, NULL), 0);
	expect(tool("-d", dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	assert_non_null(strstr(entry_text("qemu-aarch64"), "enabled"));
	expect(tool("list", "--binfmt-dir", dir, NULL), 0, "qemu-aarch64", "");
	expect(tool("-d", dir, "-n", "remove", "aarch64", NULL), 0, "elsewhere/qemu-aarch64: -1", "");
	assert_int_equal(umount(dir), 0);
	free(dir);
}

static void
exit__quiet__errors_only(void **state)
{
	(void)state;
	expect(tool("-q", "register", "aarch64", "-i", tiny_interpreter(), "-fP", NULL), 0, "", "");
	expect(tool("-q", "register", "aarch64", "-i", script_interpreter(), NULL), 0, "", "");
	expect(tool("-q", "register", "nonsuch", NULL), 1, "", "unknown architecture");
	expect(tool("-q", "disable", "aarch64", NULL), 0, "", "");
	expect(tool("remove", "aarch64", "--quiet", NULL), 0, "", "");
	expect(tool("remove", "aarch64", "--quiet", NULL), 1, "", "no entry qemu-aarch64");
	expect(tool("remove", "aarch64", "--quiet", "--missing-ok", NULL), 0, "", "");
}

/* No byte or character that a terminal would act on, and no line that is not ours. */
static void
assert_harmless(const char *text)
{
	static const char *const marks[] = {"\u202e", "\u200b", "\u2028", "\xc2\x9b", "\xc2\x85", "\xff", "FORGED "};

	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < 0x20 && *c != '\n') || *c == 0x7f)
			fail_msg("byte %#x in: %s", (unsigned)*c, text);
	for (size_t i = 0; i < LENGTH(marks); i++)
		for (const char *at = text; (at = strstr(at, marks[i])); at++)
			if (i < 6 || at == text || at[-1] == '\n')
				fail_msg("mark %zu in: %s", i, text);
}

/* Names that only the kernel lets pass. */
static const char *const hostile[] = {
    "\033[2J\033]0;title\007", "two\nFORGED lines",        "\x7f\b\r\t", "\xc2\x9b[31m", "\u202eesrever",
    "bad\xff\xfeutf",          "zero\u200bwidth\u2028line"};

static void
exit__hostile_names_and_paths__never_printed_raw(void **state)
{
	static const char *const runs[][4] = {{"list"},
					      {"status"},
					      {"-j", "list"},
					      {"-j", "status"},
					      {"-v", "status"},
					      {"remove", "qemu-none"},
					      {"-j", "match", "/etc/passwd"},
					      {"match", "-v", "/etc/passwd"},
					      {"doctor"},
					      {"-j", "doctor"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(hostile); i++)
		register_line("|%s|E||foo%zu||/bin/%s|", hostile[i], i, hostile[i]);
	for (size_t i = 0; i < LENGTH(runs); i++) {
		const struct run *r = tool_words(runs[i]);

		assert_in_range(r->status, 0, 1);
		assert_harmless(r->out);
		assert_harmless(r->err);
	}
}

static void
exit__hostile_operands__never_printed_raw_and_meant_literally(void **state)
{
	static const char *const runs[][2] = {{"status"}, {"disable"}, {"remove"}, {"remove"}, {"register"}, {"match"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(hostile); i++) {
		register_line("|%s|E||foo%zu||/bin/true|", hostile[i], i);
		for (size_t k = 0; k < LENGTH(runs); k++) {
			const struct run *r = tool(runs[k][0], hostile[i], NULL);

			assert_harmless(r->out);
			assert_harmless(r->err);
			if (k == 1 || k == 2)
				assert_int_equal(r->status, 0);
		}
		assert_harmless(tool(hostile[i], NULL)->err);
		assert_harmless(tool("list", hostile[i], NULL)->err);
		assert_harmless(tool("-d", hostile[i], "list", NULL)->err);
		assert_harmless(tool("register", "aarch64", "-f", hostile[i], NULL)->err);
	}
	expect(shell("ls -A " MOUNT), 0, "register\nstatus\n", "");
}

static void
exit__names_that_are_not_utf8__twin_key_with_the_bytes(void **state)
{
	(void)state;
	needs_jq();
	register_raw("|bad\xff|E||foo||/bin/\xfe|");
	expect_json(tool("-j", "list", NULL)->out,
		    ".entries[0] | .name == \"bad\\ufffd\" and .name_hex == \"626164ff\" and "
		    ".interpreter_hex == \"2f62696e2ffe\" and (has(\"extension_hex\") | not)");
	expect_json(tool("-j", "remove", "bad\xff", NULL)->out, ".results[0].name_hex == \"626164ff\"");
}

static void
exit__names_that_hide_in_a_terminal__escaped_and_whole_in_json(void **state)
{
	(void)state;
	needs_jq();
	register_raw("|a\U000e0041\u202e\xc2\x9b\"\\|E||foo||/bin/true|");
	expect_json(tool("-j", "list", NULL)->out, ".entries[0].name == \"a\\udb40\\udc41\\u202e\\u009b\\\"\\\\\" and "
						   "(.entries[0] | has(\"name_hex\") | not)");
	assert_null(strstr(tool("-j", "list", NULL)->out, "\U000e0041"));
}

/* What the shell does to the descriptors, and what becomes of the run. */
static void
exit__output_that_cannot_be_written__1_and_said(void **state)
{
	static const char *const lines[] = {
	    "list >/dev/full", "status >/dev/full",     "-j list >/dev/full", "list >&-",          "--help >/dev/full",
	    "--version >&-",   "enable all >/dev/full", "-j enable all >&-",  "match / >/dev/full"};

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip_because("this machine has no /dev/full");
	some_entries();
	for (size_t i = 0; i < LENGTH(lines); i++)
		expect(shell("exec ./binfmtctl %s", lines[i]), 1, "",
		       "standard output: the result could not be written");
}

static void
exit__reader_gone__1_not_killed_by_sigpipe(void **state)
{
	(void)state;
	some_entries();
	expect(shell("{ sleep 0.2; ./binfmtctl list; echo \"status $?\" >&2; } | :"), 0, "", "status 1\n");
}

static void
exit__standard_descriptors_closed__work_done_all_the_same(void **state)
{
	static const char *const closed[] = {"<&-", "2>&-", "<&- 2>&-", "</dev/full 2>/dev/full"};

	(void)state;
	for (size_t i = 0; i < LENGTH(closed); i++) {
		expect(shell("exec ./binfmtctl register aarch64 -i '%s' %s", tiny_interpreter(), closed[i]), 0,
		       "registered", "");
		expect(shell("exec ./binfmtctl list %s", closed[i]), 0, "qemu-aarch64", "");
		expect(shell("exec ./binfmtctl remove nonsuch %s", closed[i]), 1, "", NULL);
		expect(shell("exec ./binfmtctl -q remove aarch64 %s >&-", closed[i]), 0, "", "");
		assert_string_equal(entry_text("qemu-aarch64"), "");
	}
}

static void
exit__closed_output__no_file_of_ours_takes_its_place(void **state)
{
	char *before;

	(void)state;
	some_entries();
	before = instance();
	expect(shell("exec ./binfmtctl list <&- >&- 2>&-"), 1, "", "");
	expect(shell("exec ./binfmtctl status <&- >&- 2>&-"), 1, "", "");
	expect(shell("exec ./binfmtctl remove nonsuch <&- >&- 2>&-"), 1, "", "");
	expect_instance(before);
	free(before);
}

static void
exit__umask__files_are_as_they_should(void **state)
{
	static const char *const masks[] = {"077", "000", "777"};
	char *dir = scratch_folder("umask");

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(masks); i++) {
		expect(shell("umask %s; ./binfmtctl register aarch64 -i '%s' --persist --conf-dir '%s'", masks[i],
			     tiny_interpreter(), dir),
		       0, i ? "persisted" : "registered", "");
		expect(shell("ls -l '%s'", dir), 0, "-rw-r--r-- ", "");
		expect(shell("rm '%s/qemu-aarch64.conf'", dir), 0, "", "");
	}
	free(dir);
}

static void
exit__hostile_environment__changes_nothing(void **state)
{
	static const char *const environments[] = {"POSIXLY_CORRECT=1", "PATH=",
						   "PATH=/nowhere",     "BINFMT_DIR=/nowhere",
						   "COLUMNS=1 TERM=",   "LC_ALL=tr_TR.UTF-8",
						   "LANG=C LC_ALL=C",   "HOME= TMPDIR=/none",
						   "QEMU_VERSION=1",    "XDG_CONFIG_HOME=/etc"};
	char *wanted;

	(void)state;
	need_ptrace();
	some_entries();
	wanted = strdup(tool("status", "-j", NULL)->out);
	for (size_t i = 0; i < LENGTH(environments); i++) {
		expect(shell("export %s; exec ./binfmtctl status -j", environments[i]), 0, wanted, "");
		expect(shell("export %s; exec ./binfmtctl register aarch64 -fF -i '%s' -v", environments[i],
			     tiny_interpreter()),
		       0, "unchanged", "");
		expect(shell("export %s; exec ./binfmtctl register aarch64 --ke", environments[i]), 2, "", "--ke");
	}
	free(wanted);
}

static void
exit__help_and_version__0_for_every_command(void **state)
{
	(void)state;
	expect(tool("--help", NULL), 0, "\n  register ", "");
	expect(tool("-V", NULL), 0, "binfmtctl " BINFMTCTL_VERSION "\n", "");
	expect(tool("version", NULL), 0, "binfmtctl " BINFMTCTL_VERSION "\n", "");
	expect(tool("list", "extra", "--version", NULL), 0, "binfmtctl " BINFMTCTL_VERSION "\n", "");
	expect_json(tool("-j", "version", NULL)->out, ".version == \"" BINFMTCTL_VERSION "\"");
	expect_json(tool("-j", "--version", NULL)->out, ".version == \"" BINFMTCTL_VERSION "\"");
	expect_json(
	    tool("-j", "help", NULL)->out,
	    "(.commands[0] | .name == \"register\" and (.usage | length == 5) and (.options | length > 10)) and "
	    "(.options | any(.name == \"json\" and .letter == \"j\" and .arg == null)) and "
	    "(.commands | any(.name == \"version\" and .usage == [\"binfmtctl version [OPTION]...\"]))");
	expect_json(tool("list", "--help", "-j", NULL)->out, "[.commands[].name] == [\"list\"]");
	for (const struct cmd *cmd = commands; cmd->name; cmd++) {
		expect(tool(cmd->name, "--help", NULL), 0, "usage: binfmtctl ", "");
		expect(tool("-h", cmd->name, NULL), 0, cmd->help, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exit__wrong_usage__2_and_the_usage_line),
	    cmocka_unit_test(exit__any_command_with_json__one_document),
	    cmocka_unit_test(exit__json_asked_after_a_mistake__one_document),
	    cmocka_unit_test(exit__json_of_changes__the_fixed_keys),
	    cmocka_unit_test(exit__json_of_list_and_status__the_fixed_keys),
	    cmocka_unit_test(exit__nothing_to_act_on__3_and_no_json_list_of_entries),
	    cmocka_unit_test(exit__mounted_read_only__3_for_changes_only),
	    cmocka_unit_test(exit__mounted_elsewhere__acts_there),
	    cmocka_unit_test(exit__quiet__errors_only),
	    cmocka_unit_test(exit__hostile_names_and_paths__never_printed_raw),
	    cmocka_unit_test(exit__hostile_operands__never_printed_raw_and_meant_literally),
	    cmocka_unit_test(exit__names_that_are_not_utf8__twin_key_with_the_bytes),
	    cmocka_unit_test(exit__names_that_hide_in_a_terminal__escaped_and_whole_in_json),
	    cmocka_unit_test(exit__output_that_cannot_be_written__1_and_said),
	    cmocka_unit_test(exit__reader_gone__1_not_killed_by_sigpipe),
	    cmocka_unit_test(exit__standard_descriptors_closed__work_done_all_the_same),
	    cmocka_unit_test(exit__closed_output__no_file_of_ours_takes_its_place),
	    cmocka_unit_test(exit__umask__files_are_as_they_should),
	    cmocka_unit_test(exit__hostile_environment__changes_nothing),
	    cmocka_unit_test(exit__help_and_version__0_for_every_command),
	};

	return ns_run(tests);
}
