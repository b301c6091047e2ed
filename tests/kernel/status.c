/* SPDX-License-Identifier: MIT */
/* status on the real kernel: every problem that an entry can have, planted and seen. */
#include "harness.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "forbid.h"
#include "live.h"
#include "plant.h"
#include "tempname.h"
#include "trial.h"

/* What is planted; the code that is told; exit statuses of status, of status PLANTED, and of both with --strict. */
static const struct {
	void (*plant)(void);
	const char *code, *detail;
	int bare, named, bare_strict, named_strict;
} problems[] = {
    {plant_disabled, "disabled", "the kernel passes it over; binfmtctl enable turns it on", 0, 1, 0, 1},
    {plant_missing, "missing", "interpreter /nowhere/interpreter: does not exist", 1, 1, 1, 1},
    {plant_missing_folder, "not-executable", ": a directory", 1, 1, 1, 1},
    {plant_stale, "stale", "was replaced, the old file keeps running; binfmtctl refresh", 1, 1, 1, 1},
    {plant_stale_by_time, "stale", "by time: ", 1, 1, 1, 1},
    {plant_stale_disabled, "stale", "by time: ", 1, 1, 1, 1},
    {plant_deleted, "deleted", "was deleted, the old file keeps running", 1, 1, 1, 1},
    {plant_not_executable, "not-executable", ": not executable", 1, 1, 1, 1},
    {plant_dynamic, "dynamic", "is dynamically linked", 0, 0, 1, 1},
    {plant_insecure, "insecure", "is writable by its group or by others", 1, 1, 1, 1},
    {plant_shadowed, "shadowed", "entry front is tried first and takes its files", 0, 0, 1, 1},
    {plant_native, "native", "the rule matches this ", 1, 1, 1, 1},
    {plant_loop, "loop", "matches its own interpreter", 1, 1, 1, 1},
    {plant_leftover, "leftover", "an interrupted change left this; the next register or remove cleans it up", 1, 1, 1,
     1},
    {plant_temporary_alone, "leftover", "an interrupted change left this; the next register or remove cleans it up", 1,
     1, 1, 1},
};

static void
expect_status(const char *what, const char *entry, const char *strict, int wanted)
{
	const struct run *r = tool("status", strict, entry ? "--entry" : NULL, entry, NULL);

	if (r->status != wanted)
		fail_msg("%s: status %s %s: exit status %d, wanted %d\n%s%s", what, strict, entry ? entry : "",
			 r->status, wanted, r->out, r->err);
}

static void
check_problem(size_t i)
{
	const char *code = problems[i].code;
	char line[256], filter[512];

	ns_setup(NULL);
	problems[i].plant();
	snprintf(line, sizeof(line), PLANTED ": %s: ", code);
	expect(tool("status", NULL), problems[i].bare, line, "");
	expect(tool("status", NULL), problems[i].bare, problems[i].detail, "");
	snprintf(filter, sizeof(filter),
		 ".entries[] | select(.name == \"" PLANTED
		 "\") | .health != \"ok\" and .health == .problems[0].code and "
		 "([.problems[] | select(.code == \"%s\" and (.detail | contains(\"%s\")))] | length == 1)",
		 code, problems[i].detail);
	expect_json(tool("status", "-j", NULL)->out, filter);
	expect_status(code, NULL, "--verbose", problems[i].bare);
	expect_status(code, PLANTED, "--verbose", problems[i].named);
	expect_status(code, NULL, "--strict", problems[i].bare_strict);
	expect_status(code, PLANTED, "--strict", problems[i].named_strict);
}

static void
status__planted_problem__named_in_text_and_json_and_by_exit_status(void **state)
{
	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(problems); i++)
		check_problem(i);
	print_message("%zu kinds of problem were planted\n", LENGTH(problems));
}

static void
status__healthy_entry__ok_and_exit_0(void **state)
{
	(void)state;
	plant_arch(tiny_interpreter(), "F");
	register_line(":plain:E::ext::%s:F", tiny_interpreter());
	expect(tool("status", "--strict", NULL), 0, PLANTED "  aarch64  F      ok      ", "");
	expect(tool("status", PLANTED, "plain", NULL), 0, "plain", "");
	expect_json(tool("status", "-j", NULL)->out,
		    "[.entries[] | .health == \"ok\" and .problems == []] | length == 2 and all");
}

/* Health and all problems stand in the entry's own block. */
static void
status__verbose__each_rule_whole_with_its_problems(void **state)
{
	const struct run *r;

	(void)state;
	register_line(":plain:E::ext::%s:F", tiny_interpreter());
	register_raw(":gone:M:1:ab:\\xff\\x0f:/nowhere/interpreter:P");
	assert_int_equal(mount_write("gone", "0", 1), 0);
	r = expect(tool("status", "-v", NULL), 1,
		   ": switched on, private instance, 2 entries\n"
		   "\n"
		   "gone\n"
		   "  state        disabled\n"
		   "  health       disabled: the kernel passes it over\n"
		   "               missing: interpreter /nowhere/interpreter: does not exist",
		   "");
	expect(r, 1,
	       "\n  interpreter  /nowhere/interpreter\n"
	       "  flags        P\n"
	       "  at boot      nothing: this instance ends with its namespace\n"
	       "  offset       1\n"
	       "  magic        61 62\n"
	       "  mask         ff 0f\n"
	       "\n"
	       "plain\n"
	       "  state        enabled\n"
	       "  health       ok\n",
	       "");
	assert_null(strstr(r->out, "NAME"));
	assert_null(strstr(r->out, "gone: "));
	expect(tool("status", "-vq", "plain", NULL), 0, "", "");
	r = expect(tool("status", "-v", "plain", NULL), 0, "\n\nplain\n", "");
	assert_null(strstr(r->out, "gone"));
}

/* One that is found by its path is missing in other roots, whatever it is linked with. */
static void
status__no_flag_f__unfixed_and_counts_only_with_strict(void **state)
{
	char *path = scratch_copy("/bin/true", "dynamic");

	(void)state;
	register_line(":" PLANTED ":E::ext::%s:P", path);
	expect(tool("status", NULL), 0, PLANTED ": unfixed: flag F is not set, and scratch.", "");
	assert_int_equal(chmod(scratch(), 0755), 0);
	expect(tool("status", NULL), 0, PLANTED ": unfixed: flag F is not set: it fails in a chroot or container", "");
	expect(tool("status", PLANTED, NULL), 0, "unfixed", "");
	expect_json(expect(tool("status", "-j", "--strict", NULL), 1, NULL, "")->out,
		    "[.entries[0].problems[].code] == [\"unfixed\"]");
	free(path);
}

/* Deleted, or of a container that has ended: the file that is held counts, but no probe goes to it. */
static void
status__path_that_this_root_does_not_have_and_no_probe__unknown(void **state)
{
	static const char *const flags[] = {"F", "FC"};

	(void)state;
	for (size_t i = 0; i < LENGTH(flags); i++) {
		const char *path = plant_copy();

		ns_empty();
		register_line(":" PLANTED ":E::ext::%s:%s", path, flags[i]);
		assert_int_equal(unlink(path), 0);
		expect(tool("status", NULL), 0, PLANTED ": unknown: whether the kernel holds the file", "");
		expect(tool("status", "--strict", NULL), 1, NULL, "");
		expect_json(tool("status", "-j", NULL)->out, "[.entries[0].problems[].code] == [\"unknown\"]");
	}
}

static bool
no_links_read(void)
{
	return forbid(SYS_readlinkat, EPERM) /* what musl and new architectures use */
#ifdef SYS_readlink
	       && forbid(SYS_readlink, EPERM)
#endif
	    ;
}

/* The same of one that a probe would tell of, if it could be run or anything were run. */
static void
status__deleted_and_the_probe_tells_nothing__unknown(void **state)
{
	const char *path = plant_copy();

	(void)state;
	plant_arch(path, "F");
	assert_int_equal(unlink(path), 0);
	expect(tool("status", NULL), 1, "deleted", "");
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect_json(tool("status", "-j", NULL)->out, "[.entries[0].problems[].code] == [\"unknown\"]");
	assert_int_equal(mount_write("status", "1", 1), 0);
	run_prepare = no_links_read;
	expect_json(tool("status", "-j", NULL)->out, "[.entries[0].problems[].code] == [\"unknown\"]");
	run_prepare = NULL;
}

static void
status__several_problems__all_told_and_the_first_is_the_health(void **state)
{
	const char *path = plant_copy();

	(void)state;
	register_line(":" PLANTED ":E::ext::%s:C", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
	expect_json(expect(tool("status", "-j", NULL), 1, NULL, "")->out,
		    ".entries[0] | .health == \"disabled\" and "
		    "[.problems[].code] == [\"disabled\", \"missing\", \"insecure\"]");
}

/* An F entry is not hurt by what becomes of the mode of its file, which the kernel holds. */
static void
status__f_entry_and_same_file_made_not_executable__not_stale_by_probe(void **state)
{
	const char *path = plant_copy();

	(void)state;
	need_ptrace();
	plant_arch(path, "F");
	let_the_clock_tick();
	assert_int_equal(chmod(path, 0700), 0);
	expect(tool("status", NULL), 0, "ok", "");
}

/* The probe only tells of the entry that takes it. */
static void
status__stale_behind_another_entry__by_time(void **state)
{
	const char *path = plant_copy();

	(void)state;
	plant_arch(path, "F");
	expect(tool("register", "aarch64", "--name", "front", "-i", tiny_interpreter(), NULL), 0, NULL, NULL);
	plant_replace(path);
	expect(tool("status", NULL), 1, PLANTED ": stale: by time: ", "");
	expect(tool("status", "front", NULL), 0, "ok", "");
}

static void
status__stale_while_switched_off__by_time(void **state)
{
	(void)state;
	plant_stale();
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("status", NULL), 1, PLANTED ": stale: by time: ", "");
}

/* What runs a script is not the file that F holds. */
static void
status__script_interpreter__fresh_and_stale_by_time(void **state)
{
	static const char text[] = "#!/bin/sh\nexit 42\n";
	char *path = scratch_file("interpreter.sh"), *next = scratch_file("interpreter.next");

	(void)state;
	spill(path, text, sizeof(text) - 1, 0755);
	plant_arch(path, "F");
	expect(tool("status", NULL), 0, "is run by /bin/sh, which flag F does not hold", "");
	assert_null(strstr(tool("status", NULL)->out, "stale"));
	let_the_clock_tick();
	spill(next, text, sizeof(text) - 1, 0755);
	assert_int_equal(rename(next, path), 0);
	expect(tool("status", NULL), 1, PLANTED ": stale: by time: ", "");
	free(next);
	free(path);
}

static void
status__temporary_alone__shown_under_its_real_name(void **state)
{
	const struct run *r;

	(void)state;
	plant_temporary_alone();
	r = expect(tool("status", NULL), 1, "1 entry\n", "");
	assert_null(strstr(r->out, ".binfmtctl"));
	expect(tool("status", PLANTED, NULL), 1, PLANTED, "");
}

static void
status__hashed_leftover__leftover_beside_its_entry_and_alone(void **state)
{
	char name[RULE_NAME_MAX + 1], temporary[RULE_NAME_MAX + 1];

	(void)state;
	memset(name, 'n', 250);
	name[250] = '\0';
	tempname_make(name, temporary);
	register_line(":%s:E::ext::%s:F", name, tiny_interpreter());
	register_line(":%s:E::ext::%s:F", temporary, tiny_interpreter());
	expect_json(expect(tool("status", "-j", NULL), 1, NULL, "")->out,
		    ".entries | length == 1 and (.[0].name | length) == 250 and .[0].health == \"leftover\"");
	assert_int_equal(mount_write(name, "-1", 2), 0);
	expect_json(expect(tool("status", "-j", NULL), 1, NULL, "")->out,
		    ".entries | length == 1 and .[0].health == \"leftover\"");
	expect(tool("status", name, NULL), 1, "leftover", "");
}

#define ELF64                                                                                                          \
	"\\x7f"                                                                                                        \
	"ELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00"
#define ELF32                                                                                                          \
	"\\x7f"                                                                                                        \
	"ELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00"
#define MASK "\\xff\\xff\\xff\\xff\\xff\\xfe\\xfe\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff"
#define FEX_MASK "\\xff\\xff\\xff\\xff\\xff\\xfe\\xfe\\x00\\x00\\x00\\x00\\x00\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff"
#define OSABI_MASK                                                                                                     \
	"\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfc\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff"

/* As other programs register them, but for the interpreter. */
static const struct {
	const char *name, *rule, *flags, *arch; /* arch: as JSON */
} others[] = {
    {"jarwrapper", "E::jar:", "", "null"},
    {"Java", "M::\\xca\\xfe\\xba\\xbe:", "", "null"},
    {"WSLInterop", "M::MZ:", "PF", "null"},
    {"wine", "M::MZ:", "", "null"},
    {"APE", "M::MZqFpD:", "", "null"},
    {"cli", "M::MZ:", "OC", "null"},
    {"python3.11", "M::\\xa7\\x0d\\x0d\\x0a:", "", "null"},
    {"llvm-14-runtime.binfmt", "M::BC:", "", "null"},
    {"appimage", "M:8:AI\\x02:", "", "null"},
    {"rosetta", "M::" ELF64 "\\x3e\\x00:" MASK, "OCF", "\"x86_64\""},
    {"box64", "M::" ELF64 "\\x3e\\x00:" FEX_MASK, "", "\"x86_64\""},
    {"FEX-x86_64", "M:0:" ELF64 "\\x3e\\x00:" FEX_MASK, "POCF", "\"x86_64\""},
    {"FEX-x86", "M:0:" ELF32 "\\x03\\x00:" FEX_MASK, "POCF", "\"i386\""},
    {"box86", "M::" ELF32 "\\x03\\x00:" MASK, "", "\"i386\""},
    {"debian-arm64", "M::" ELF64 "\\xb7\\x00:" OSABI_MASK, "OCF", "\"aarch64\""},
    {"qemu-lies", "M:0:" ELF64 "\\xf3\\x00:" MASK, "", "\"riscv64\""},
};

/* Several would take native programs: with the switch off none takes any, and each is disabled at once too. */
static void
register_others(void)
{
	assert_int_equal(mount_write("status", "0", 1), 0);
	for (size_t i = 0; i < LENGTH(others); i++) {
		register_line(":%s:%s:%s:%s", others[i].name, others[i].rule, tiny_interpreter(), others[i].flags);
		assert_int_equal(mount_write(others[i].name, "0", 1), 0);
	}
}

static void
status__other_peoples_entries__recognised_by_magic(void **state)
{
	char filter[512];

	(void)state;
	register_others();
	for (size_t i = 0; i < LENGTH(others); i++) {
		snprintf(filter, sizeof(filter),
			 ".entries[] | select(.name == \"%s\") | .arch == %s and .type == \"%s\" and .health == "
			 "\"disabled\"",
			 others[i].name, others[i].arch, others[i].rule[0] == 'E' ? "extension" : "magic");
		expect_json(tool("status", "-j", NULL)->out, filter);
		expect_json(tool("status", "-j", others[i].name, NULL)->out, ".entries | length == 1");
		snprintf(filter, sizeof(filter), ".entries[] | select(.name == \"%s\") | .arch == %s", others[i].name,
			 others[i].arch);
		expect_json(tool("list", "-j", NULL)->out, filter);
	}
}

static void
status__other_peoples_entries_live__health_as_of_our_own(void **state)
{
	(void)state;
	register_line(":Java:M::\\xca\\xfe\\xba\\xbe::%s:F", tiny_interpreter());
	register_line(":WSLInterop:M::MZ::%s:PF", tiny_interpreter());
	register_raw(":wine:M::MZ::/nowhere/wine:");
	expect(tool("status", "Java", NULL), 0, "ok", "");
	expect(tool("status", "WSLInterop", NULL), 0, "shadowed: entry wine is tried first and takes its files", "");
	expect(tool("status", NULL), 1, "wine: missing: interpreter /nowhere/wine", "");
}

static void
status__scope__private_instance_or_parents(void **state)
{
	(void)state;
	expect(tool("status", NULL), 0, MOUNT ": switched on, private instance, 0 entries\n", "");
	expect_json(tool("status", "-j", NULL)->out,
		    "keys == [\"enabled\", \"entries\", \"failed\", \"mount\", \"scope\", \"warnings\"] and .scope == "
		    "\"namespace\" and .enabled "
		    "and .mount == \"" MOUNT "\" and .entries == []");
	if (shell("unshare -U true")->status != 0)
		skip_because("this machine's unshare(1) makes no user namespace");
	expect(shell("unshare -U ./binfmtctl status"), 0, "instance of a parent user namespace", "");
	expect_json(shell("unshare -U ./binfmtctl status -j")->out, ".scope != \"host\"");
}

static void
status__switched_off__said_first(void **state)
{
	(void)state;
	plant_arch(tiny_interpreter(), "F");
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("status", NULL), 1, ": switched OFF (nothing runs; binfmtctl enable --global), ", "");
	expect_json(expect(tool("status", "-j", NULL), 1, NULL, "")->out,
		    ".enabled == false and .entries[0].enabled and .entries[0].health == \"ok\"");
}

/* Whatever is asked, and however quietly: nothing runs. The advice that is printed ends it. */
static void
status__switched_off__exit_1_until_the_advice_is_followed(void **state)
{
	static const char *const rows[][4] = {
	    {"status"}, {"-q", "status"}, {"status", PLANTED}, {"-j", "-q", "status"}};

	(void)state;
	plant_arch(tiny_interpreter(), "F");
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool_words(rows[i]), 0, NULL, "");
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("-q", "status", NULL), 1, "",
	       MOUNT ": switched off: nothing runs; binfmtctl enable --global switches it on");
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool_words(rows[i]), 1, NULL, NULL);
	expect(tool("enable", "--global", NULL), 0, "enabled", "");
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool_words(rows[i]), 0, NULL, "");
}

static void
status__mount_not_visible__exit_3(void **state)
{
	const struct run *r =
	    shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl status -j'");

	(void)state;
	if (r->status == 32)
		skip_because("this machine does not let a test hide the mount");
	expect_json(expect(r, 3, NULL, "may still apply")->out, ".entries == []");
}

/* Names that the kernel takes: they reach no terminal function and forge no line. */
static const char *const exotic[] = {
    "two words",
    "\x1b[2J\x1b[31mred",
    "tab\there",
    "line\nbreak: ok",
    "\xff\xfe",
    "\xc3\xbc"
    "ber",
    "\xe2\x80\xaetxet",
    "back\\slash",
    "quote\"s",
    "-option",
    "%s%n",
    "\x7f",
    "\xc2\x9b"
    "31m",
    "dot.s",
    "~",
};

static void
check_printed(const struct run *r)
{
	for (const char *at = r->out; *at; at++)
		if ((*at > 0 && *at < 0x20 && *at != '\n') || *at == 0x7f || *at == (char)0xff)
			fail_msg("byte %02x was printed as it is", (unsigned char)*at);
	assert_null(strstr(r->out, "\xc2\x9b"));
	assert_null(strstr(r->out, "\xe2\x80\xae"));
}

static void
status__exotic_names__printed_safely(void **state)
{
	const struct run *r;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(exotic); i++)
		register_line("|%s|E||exo%zu||%s|F", exotic[i], i, tiny_interpreter());
	r = expect(tool("status", NULL), 0, NULL, "");
	check_printed(r);
	for (const char *at = r->out; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, LENGTH(exotic) + 3); /* the instance, an empty line, the headings */
	check_printed(expect(tool("list", NULL), 0, NULL, ""));
	expect_json(tool("status", "-j", NULL)->out,
		    "(.entries | length == 15) and ([.entries[] | select(has(\"name_hex\"))] | length == 1) and "
		    "([.entries[].name] | contains([\"line\\nbreak: ok\", \"two words\", \"quote\\\"s\"]))");
	for (size_t i = 0; i < LENGTH(exotic); i++)
		expect(tool("status", "--entry", exotic[i], NULL), 0, "ok", "");
}

/* A path with a newline makes the entry's text ambiguous: said, and not passed over. */
static void
status__path_with_line_break__never_healthy(void **state)
{
	const struct run *r;

	(void)state;
	register_raw("|odd|E||odd||/nowhere/a\nflags: F|");
	r = tool("status", NULL);
	assert_int_equal(r->status, 1);
	check_printed(r);
	expect_json(tool("status", "-j", NULL)->out, "has(\"entries\")");
}

static void
plant_disabled_missing(void)
{
	plant_missing();
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

static void
plant_disabled_loop(void)
{
	plant_loop();
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

/* What enable would refuse, status does not advise. */
static void
status__disabled__enable_named_only_where_it_takes_it(void **state)
{
	static void (*const plants[])(void) = {plant_disabled, plant_stale_disabled, plant_native,
					       plant_disabled_missing, plant_disabled_loop};
	size_t advised = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(plants); i++) {
		bool said;

		ns_setup(NULL);
		plants[i]();
		expect(tool("status", NULL), i > 0, PLANTED ": disabled: the kernel passes it over", "");
		said = says(tool("status", NULL)->out, "binfmtctl enable turns it on");
		if ((tool("enable", PLANTED, NULL)->status == 0) != said)
			fail_msg("plant %zu: enable is %sadvised", i, said ? "" : "not ");
		advised += said;
	}
	assert_int_equal(advised, 2);
}

/* Where there is no command to print, the words have to be true too. */
static void
status__unfixed__flag_f_named_only_where_it_would_do(void **state)
{
	char *dynamic = scratch_copy("/bin/true", "dynamic");
	const struct {
		const char *interpreter;
		bool held;
	} rows[] = {{tiny_interpreter(), true}, {script_interpreter(), false}, {dynamic, false}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r;

		ns_setup(NULL);
		register_line(":" PLANTED ":E::ext::%s:P", rows[i].interpreter);
		r = expect(tool("status", NULL), 0, PLANTED ": unfixed: flag F is not set", "");
		if (says(r->out, "; register it again with --flags PF\n") != rows[i].held)
			fail_msg("%s: %s", rows[i].interpreter, r->out);
	}
	free(dynamic);
}

static void
status__thousand_entries__all_shown(void **state)
{
	struct rule rule;
	char name[16];

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "e%zu", i);
		rule = live_rule(name, name, tiny_interpreter(), i % 2 ? RULE_F : RULE_P | RULE_F);
		assert_int_equal(live_register(&rule), 0);
	}
	expect(tool("status", "--strict", NULL), 0, ", 1000 entries\n", "");
	expect(tool("status", "e999", "e0", NULL), 0, "e999", "");
	expect_json(tool("status", "-j", NULL)->out,
		    "(.entries | length == 1000) and ([.entries[].health] | unique == [\"ok\"]) and "
		    ".entries[0].name == \"e999\"");
}

static void
status__unknown_operand__failed_and_the_others_shown(void **state)
{
	(void)state;
	plant_arch(tiny_interpreter(), "F");
	expect(tool("status", PLANTED, "planned", NULL), 1, PLANTED "  ", "binfmtctl: planned: no such entry");
	expect(tool("status", "--entry", "aarch64", NULL), 1, NULL, "binfmtctl: aarch64: no such entry");
	expect_json(tool("status", "-j", "planned", NULL)->out, ".entries == []");
}

/* It asks probes, but leaves no trace. */
static void
status__changes_nothing(void **state)
{
	char *before;

	(void)state;
	plant_stale();
	before = instance();
	tool("status", NULL);
	tool("status", "-j", NULL);
	expect_instance(before);
	free(before);
}

static void
status__healthy_entries__exit_0(void **state)
{
	(void)state;
	expect(tool("status", NULL), 0, "0 entries", "");
	two_entries();
	expect(tool("status", NULL), 0, MOUNT ": switched on, private instance, 2 entries", "");
	expect(tool("status", "arm64", NULL), 0, "qemu-aarch64", "");
	assert_null(strstr(tool("status", "arm64", NULL)->out, "qemu-riscv64"));
}

static void
status__disabled__counts_only_where_named(void **state)
{
	(void)state;
	two_entries();
	tool("disable", "aarch64", NULL);
	expect(tool("status", NULL), 0, "disabled", "");
	expect(tool("status", "aarch64", NULL), 1, "disabled", "");
	expect(tool("status", "riscv64", NULL), 0, "ok", "");
}

/* Two programs of a kind that nobody meant to be one in front of the other. */
static void
status__shadowed__counts_only_with_strict(void **state)
{
	(void)state;
	two_entries();
	expect(tool("register", "aarch64", "-i", "/bin/true", "--name", "front", NULL), 0, NULL, NULL);
	expect(tool("status", NULL), 0, "qemu-aarch64: shadowed: entry front is tried first and takes its files", "");
	expect(tool("status", "--strict", "aarch64", NULL), 1, "shadowed", "");
	expect_json(tool("status", "-j", NULL)->out,
		    "[.entries[] | select(.name == \"front\") | .problems[].code | select(. == \"shadowed\")] == []");
}

/* Debian's detectors share a magic and an interpreter; APE's MZqFpD is to be tried before MZ. */
static void
status__narrower_or_same_interpreter_in_front__not_shadowed(void **state)
{
	char *other = tiny_copy("other");

	(void)state;
	register_line(":broad:M::MZ::%s:F", tiny_interpreter());
	register_line(":narrow:M::MZqFpD::%s:F", other);
	register_line(":twin:M::BC::%s:F", other);
	register_line(":twin2:M::BC::%s:F", other);
	expect(tool("status", "--strict", NULL), 0, "4 entries", "");
	register_line(":broad2:M::M::%s:F", other);
	expect_json(expect(tool("status", "-j", "--strict", NULL), 1, NULL, "")->out,
		    "[.entries[] | select(.health == \"shadowed\") | .name] == [\"broad\"]");
	free(other);
}

static void
status__interpreter_missing_or_not_executable__exit_1(void **state)
{
	char *file = scratch_text("plain", "", 0644);

	(void)state;
	register_raw(":gone:E::foo::/nowhere/at/all:");
	expect(tool("status", NULL), 1, "gone: missing: interpreter /nowhere/at/all", "");
	register_line("|plain|E||bar||%s|", file);
	expect(tool("status", "plain", NULL), 1, "plain: not-executable: ", "");
	free(file);
}

/* As a full disk leaves it, and as links can: exec starts nothing, whatever the mode says. */
static void
status__interpreter_that_cannot_start__broken(void **state)
{
	char *program = trial_built("whole", "int main(void) { return 42; }\n", "-static"), *file, *link;

	(void)state;
	file = scratch_copy(program, "cut");
	register_line("|cut|E||cut||%s|", file);
	register_line("|held|E||held||%s|F", program);
	expect(tool("status", "cut", NULL), 0, "cut: unfixed: ", "");
	assert_int_equal(truncate(file, 8192), 0);
	expect(tool("status", NULL), 1, "cut: broken: ", "");
	expect(tool("status", "cut", NULL), 1, "so it is killed at its start", "");
	expect(tool("doctor", NULL), 1, "fail  broken: cut: ", "");
	link = scratch_file("circle");
	assert_int_equal(symlink("circle", link), 0);
	register_line("|circle|E||circle||%s|", link);
	expect(tool("status", "circle", NULL), 1, "so exec fails with ELOOP", "");
	free(link);
	free(file);
	free(program);
}

static void
status__interpreter_replaced_or_deleted__said(void **state)
{
	char *file = tiny_copy("upgraded");

	(void)state;
	need_ptrace();
	tool("register", "aarch64", "-i", file, NULL);
	expect(tool("status", NULL), 0, "ok", "");
	upgrade(file);
	expect(tool("status", NULL), 1, "qemu-aarch64: stale: ", "");
	unlink(file);
	expect(tool("status", NULL), 1, "qemu-aarch64: deleted: ", "");
	free(file);
}

static void
status__rule_that_takes_native_programs__said(void **state)
{
	(void)state;
	register_line(":brick:E::foo::%s:F", tiny_interpreter());
	expect(tool("status", NULL), 0, "ok", "");
	assert_int_equal(mount_write("status", "0", 1), 0);
	register_raw(":brick2:M::\\x7fELF::/bin/true:");
	expect(tool("status", "brick2", NULL), 1, "brick2: native: ", "");
	expect(tool("status", "brick2", NULL), 1, "brick2: loop: ", "");
	assert_int_equal(mount_write("brick2", "-1", 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(status__planted_problem__named_in_text_and_json_and_by_exit_status),
	    cmocka_unit_test(status__healthy_entry__ok_and_exit_0),
	    cmocka_unit_test(status__verbose__each_rule_whole_with_its_problems),
	    cmocka_unit_test(status__no_flag_f__unfixed_and_counts_only_with_strict),
	    cmocka_unit_test(status__path_that_this_root_does_not_have_and_no_probe__unknown),
	    cmocka_unit_test(status__deleted_and_the_probe_tells_nothing__unknown),
	    cmocka_unit_test(status__several_problems__all_told_and_the_first_is_the_health),
	    cmocka_unit_test(status__f_entry_and_same_file_made_not_executable__not_stale_by_probe),
	    cmocka_unit_test(status__stale_behind_another_entry__by_time),
	    cmocka_unit_test(status__stale_while_switched_off__by_time),
	    cmocka_unit_test(status__script_interpreter__fresh_and_stale_by_time),
	    cmocka_unit_test(status__temporary_alone__shown_under_its_real_name),
	    cmocka_unit_test(status__hashed_leftover__leftover_beside_its_entry_and_alone),
	    cmocka_unit_test(status__other_peoples_entries__recognised_by_magic),
	    cmocka_unit_test(status__other_peoples_entries_live__health_as_of_our_own),
	    cmocka_unit_test(status__scope__private_instance_or_parents),
	    cmocka_unit_test(status__switched_off__said_first),
	    cmocka_unit_test(status__switched_off__exit_1_until_the_advice_is_followed),
	    cmocka_unit_test(status__mount_not_visible__exit_3),
	    cmocka_unit_test(status__exotic_names__printed_safely),
	    cmocka_unit_test(status__path_with_line_break__never_healthy),
	    cmocka_unit_test(status__thousand_entries__all_shown),
	    cmocka_unit_test(status__unknown_operand__failed_and_the_others_shown),
	    cmocka_unit_test(status__changes_nothing),
	    cmocka_unit_test(status__healthy_entries__exit_0),
	    cmocka_unit_test(status__disabled__counts_only_where_named),
	    cmocka_unit_test(status__unfixed__flag_f_named_only_where_it_would_do),
	    cmocka_unit_test(status__disabled__enable_named_only_where_it_takes_it),
	    cmocka_unit_test(status__shadowed__counts_only_with_strict),
	    cmocka_unit_test(status__narrower_or_same_interpreter_in_front__not_shadowed),
	    cmocka_unit_test(status__interpreter_missing_or_not_executable__exit_1),
	    cmocka_unit_test(status__interpreter_that_cannot_start__broken),
	    cmocka_unit_test(status__interpreter_replaced_or_deleted__said),
	    cmocka_unit_test(status__rule_that_takes_native_programs__said),
	};

	return ns_run(tests);
}
