/* SPDX-License-Identifier: MIT */
/* Warnings: of what a rule takes from this machine, behind the verdict, and none of what has not happened. */
#include "forbid.h"
#include "harness.h"

#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "arch.h"
#include "hex.h"
#include "host.h"

#define NATIVE "also takes some of this machine's own programs: those that have its bytes"
#define SCRIPTS "also takes some scripts: those that have its bytes"
#define BOTH "also takes some of this machine's own programs and some scripts: those"

#define RULE "register", "--name", "x"

enum { IDENT = 16 };

/* Bytes that the kernel does not look at in a native program, and what is told of a rule for them. */
static void
warn__narrow_rule__told_and_really_takes_native_programs(void **state)
{
	static const struct {
		const char *magic, *offset, *mask, *err;
	} rows[] = {
	    {"AI\\x02", "8", "ffffff", NATIVE}, /* AppImageLauncher's own */
	    {"\\x7fELF\\x02\\x01\\x01A", "0", "ffffffff000000ff", NATIVE},
	    {"\\x41", "4", "ff", BOTH},
	    {"\\x41\\x42", "7", "ffff", BOTH},
	    {"\\x07", "15", "0f", BOTH},
	    {"\\x07", "15", "ff", NATIVE},
	};
	char *program_path = tiny_copy("native"), *text;
	static char bytes[1 << 16];
	FILE *f;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		unsigned char magic[IDENT], mask[IDENT];
		size_t size, at = strtoul(rows[i].offset, NULL, 10), len;

		assert_null(hex_parse(rows[i].magic, magic, IDENT, &size));
		assert_null(hex_parse(rows[i].mask, mask, IDENT, &size));
		f = fopen(tiny_interpreter(), "re");
		len = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		assert_in_range(len, 1, sizeof(bytes) - 1);
		for (size_t k = 0; k < size; k++)
			bytes[at + k] = (char)(((unsigned char)bytes[at + k] & ~mask[k]) | magic[k]);
		spill(program_path, bytes, len, 0755);
		expect(execute(program_path), 42, "", "");
		expect(tool(RULE, "--magic", rows[i].magic, "--offset", rows[i].offset, "--mask", rows[i].mask, "-i",
			    script_interpreter(), NULL),
		       0, "x: registered", rows[i].err);
		text = strdup(execute(program_path)->out);
		assert_true(says(text, "told"));
		free(text);
		expect(tool("remove", "x", NULL), 0, "removed", "");
	}
	free(program_path);
}

static void
warn__rule_for_some_scripts__told_and_takes_them(void **state)
{
	char *script = scratch_text("narrow", "#!/bin/sh -u\nexit 7\n", 0755);

	(void)state;
	expect(execute(script), 7, "", "");
	expect(tool(RULE, "--magic", "#!/bin/sh -u\\x0a", "-i", script_interpreter(), NULL), 0, "x: registered",
	       SCRIPTS);
	expect(execute(script), 0, "told", "");
	free(script);
}

static void
warn__what_runs_nowhere_here__not_told(void **state)
{
	static const char *const rows[][12] = {
	    {RULE, "--magic", "MZ\\x90"},
	    {RULE, "--magic", "cafebabe"},
	    {RULE, "--magic", "#\\x02", "--mask", "fffe"},
	    {RULE, "--magic", "0223212f", "--offset", "1"},
	    {RULE, "--magic", "\\x7fELF", "--offset", "1"},
	    {RULE, "--extension", "jar"},
	    {RULE, "--extension", "jar", "-f", "P"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[16];
		size_t n = 0;

		for (; rows[i][n]; n++)
			words[n] = rows[i][n];
		words[n++] = "-i";
		words[n++] = tiny_interpreter();
		words[n] = NULL;
		expect(tool_words(words), 0, "x: ", "");
	}
}

/* The second architecture of this machine: as its name, as one of its programs, as its bytes. */
static void
warn__second_architecture__told_whatever_it_was_named_by(void **state)
{
	const char *name = strcmp(host_arch()->name, "x86_64") == 0    ? "i386"
			   : strcmp(host_arch()->name, "aarch64") == 0 ? "arm"
								       : NULL;
	char *file, runs[128], may[128];

	(void)state;
	need_ptrace();
	if (!name)
		skip_because("this machine has no second architecture");
	file = probe_program(name, "second");
	snprintf(runs, sizeof(runs), "warning: this machine runs %s programs itself; the rule takes them from it",
		 name);
	snprintf(may, sizeof(may), "warning: this machine may run %s programs itself; the rule takes them from it",
		 name);
	if (host_runs(arch_find(name)).is != LOOK_YES)
		runs[0] = '\0';
	expect(tool("register", name, "-i", tiny_interpreter(), NULL), 0, "registered", runs);
	expect(tool(RULE, "--like", file, "-i", tiny_interpreter(), NULL), 0, "registered", NULL);
	assert_int_equal(says(tool("-n", RULE, "--like", file, "-i", tiny_interpreter(), "-fP", NULL)->err, "itself"),
			 *runs != '\0');
	tool("remove", "x", name, NULL);
	run_prepare = forbid_processes;
	expect(tool(RULE, "--like", file, "-i", tiny_interpreter(), "--force", NULL), 0, "registered", may);
	expect(tool("register", name, "-i", tiny_interpreter(), "--force", NULL), 0, "registered", may);
	run_prepare = NULL;
	free(file);
}

/* Of a definition that is refused only the refusal is told. */
static void
warn__refused__no_word_of_what_did_not_happen(void **state)
{
	static const char *const rows[][12] = {
	    {"register", NULL, "-i", "/nowhere"}, /* this machine's own architecture */
	    {"register", "riscv64", "-f", "P", "-i", "/nowhere"},
	    {"register", "aarch64", "-i", "/nowhere"},
	    {"register", "aarch64", "-f", "POC", "--keep"},
	    {RULE, "--magic", "AI\\x02", "--offset", "8", "-i", "/nowhere"},
	    {RULE, "--magic", "\\x7fELF", "-i", "/nowhere"},
	    {"register", "riscv64", "-f", "F", "-i", "/nowhere", "--force"},
	};

	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-f", "P", NULL), 0, "registered", "lack");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[16] = {NULL};
		const struct run *r;

		for (size_t n = 0; n < 10 && (n < 2 || rows[i][n]); n++)
			words[n] = rows[i][n] ? rows[i][n] : host_arch()->name;
		r = expect(tool_words(words), 1, "", "binfmtctl: ");
		if (says(r->err, "warning"))
			fail_msg("row %zu: %s", i, r->err);
	}
	expect_json(tool("-j", "register", "aarch64", "-i", "/nowhere", NULL)->out, ".results[0].warnings == []");
}

static void
warn__done__behind_the_verdict(void **state)
{
	char *name = scratch_file("both");
	const char *warning;

	(void)state;
	expect(shell("./binfmtctl register aarch64 -f P -i '%s' >'%s' 2>&1", tiny_interpreter(), name), 0, "", "");
	warning = strstr(slurp(name), "warning: ");
	assert_non_null(warning);
	assert_true(strncmp(slurp(name), "qemu-aarch64: registered", 24) == 0);
	free(name);
}

/* What an entry keeps is only lacking where the default would have had it. */
static void
warn__flags_kept__lack_f_only_where_it_is_the_default(void **state)
{
	(void)state;
	expect(tool(RULE, "--extension", "a", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect(tool(RULE, "--extension", "b", "-i", tiny_interpreter(), NULL), 0, "replaced", "");
	expect(tool(RULE, "--extension", "b", "-i", tiny_interpreter(), NULL), 0, "unchanged", "");
	tool("register", "aarch64", "-f", "P", "-i", tiny_interpreter(), NULL);
	expect(tool("register", "aarch64", NULL), 0, "unchanged", "keeps its flags, which lack F");
}

/* The bytes that were taken are in the result; a rule for one of them is worth a word. */
static void
warn__bytes_typed__shown_and_one_alone_told(void **state)
{
	static const struct {
		const char *magic, *mask, *offset, *out, *err;
	} rows[] = {
	    {"BC", NULL, NULL, ", magic bc)", "--magic BC means the byte 0xBC; the letters are '\\x42C'"},
	    {"BC", NULL, NULL, ", magic bc)", "takes every file with bc at offset 0"},
	    {"\\xbc", NULL, "300", "", "past byte 256"},
	    {"b1", NULL, NULL, ", magic b1)", "only one byte counts"},
	    {"\\xbcA", NULL, NULL, ", magic bc41)", ""},
	    {"bc41", "f0ff", NULL, ", magic bc41, mask f0ff)", ""},
	    {"bc41", "f000", NULL, ", magic bc41, mask f000)", "every file with b0 in some bits at offset 0"},
	    {"bc41", "00ff", "1", ", magic bc41, mask 00ff, offset 1)", "every file with 41 at offset 2"},
	    {"MZ", NULL, NULL, "", "these letters are: --magic '\\x4dZ'"},
	    {"0x7f45", NULL, NULL, "", "write: --magic 7f45\n"},
	    {"4d 5a", NULL, NULL, "", "write: --magic 4d5a\n"},
	    {"4d5a", "0xffff", NULL, "", "write: --mask ffff\n"},
	    {"4d5a", "ff", NULL, "", "magic and mask differ in length\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[16] = {RULE, "-i", tiny_interpreter(), "--magic", rows[i].magic};
		size_t n = 7;

		if (rows[i].mask) {
			words[n++] = "--mask";
			words[n++] = rows[i].mask;
		}
		if (rows[i].offset) {
			words[n++] = "--offset";
			words[n++] = rows[i].offset;
		}
		expect(tool_words(words), *rows[i].out ? 0 : 1, rows[i].out, rows[i].err);
		tool("remove", "x", "--missing-ok", NULL);
	}
	expect(tool(RULE, "--like", "/bin/sh", "--force", "-n", "-i", tiny_interpreter(), NULL), 0, ", magic 7f454c46",
	       "forced");
}

/* Of a replaced entry: what it was, as far as it differed. */
static void
warn__replaced__what_differed(void **state)
{
	static const struct {
		const char *words[8], *was;
	} rows[] = {
	    {{"--extension", "a"}, NULL},
	    {{"--extension", "b"}, "; was extension a)"},
	    {{"--extension", "b", "-f", "P"}, "; was flags none)"},
	    {{"--extension", "b", "-f", "POC"}, "; was flags P)"},
	    {{"--extension", "c", "-f", "F"}, "; was flags POC, extension b)"},
	    {{"--magic", "bc41"}, "; was extension c)"},
	    {{"--magic", "bc42"}, "; was magic bc41)"},
	    {{"--magic", "bc42", "--mask", "fff0"}, "; was magic bc42, no mask)"},
	    {{"--magic", "bc4f", "--mask", "ff0f"}, "; was magic bc42, mask fff0)"},
	    {{"--magic", "bc4f", "--mask", "ff0f", "--offset", "2"}, "; was offset 0)"},
	    {{"--magic", "bc4fc1"}, "; was magic bc4f, mask ff0f, offset 2)"},
	    {{"--extension", "a"}, "; was magic bc4fc1)"},
	};
	char was[4200];
	char *other = tiny_copy("other");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[16] = {RULE, "-i", tiny_interpreter()};

		memcpy(words + 5, rows[i].words, sizeof(rows[i].words));
		expect(tool_words(words), 0, rows[i].was ? rows[i].was : "x: registered", NULL);
	}
	snprintf(was, sizeof(was), "x: replaced (%s, flags F; was %s)\n", other, tiny_interpreter());
	expect(tool(RULE, "--extension", "a", "-i", other, NULL), 0, was, "");
	expect(tool(RULE, "--extension", "a", "-i", other, NULL), 0, "flags F)\n", "");
	free(other);
}

static char *installed;

/* The folder of the test in the place of one that PATH names. */
static bool
show_installed(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(installed, "/usr/local/sbin", NULL, MS_BIND, NULL) == 0;
}

/* The same where it cannot be listed. */
static bool
show_closed(void)
{
	return show_installed() && chmod(installed, 0) == 0 && prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) == 0 &&
	       forbid_capabilities();
}

static const struct run *
register_extension(bool (*prepare)(void), const char *extension)
{
	const struct run *r;

	run_prepare = prepare;
	r = tool("-n", RULE, "--extension", extension, "-i", tiny_interpreter(), NULL);
	run_prepare = NULL;
	if (r->status == 229)
		skip_because("this machine permits no mount over /usr/local/sbin");
	return r;
}

/* A rule by name takes what is installed under such a name, whatever its bytes are. */
static void
warn__extension__told_of_installed_programs_that_run_without_it(void **state)
{
	static const struct {
		const char *extension, *file; /* that is told; NULL: nothing */
	} rows[] = {
	    {"script7", "a.b.script7"}, {"native7", "n.native7"}, {"link7", "l.link7"},
	    {"SCRIPT7", NULL},          {"text7", NULL}, /* nothing runs it now, so nothing is taken */
	    {"foreign7", NULL},                          /* as that */
	    {"closed7", NULL},          {"none7", NULL},
	};
	char *native, *foreign, told[256];

	(void)state;
	installed = scratch_folder("installed");
	native = tiny_copy("installed/n.native7");
	foreign = probe_program("aarch64", "installed/f.foreign7");
	free(scratch_text("installed/a.b.script7", "#!/bin/sh\n", 0755));
	free(scratch_text("installed/t.text7", "text\n", 0755));
	free(scratch_text("installed/c.closed7", "#!/bin/sh\n", 0644));
	expect(shell("ln -sf n.native7 '%s/l.link7'", installed), 0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(told, sizeof(told),
			 "warning: the rule also takes /usr/local/sbin/%s, which this machine runs itself",
			 rows[i].file ? rows[i].file : "");
		expect(register_extension(show_installed, rows[i].extension), 0, "x: would be registered",
		       rows[i].file ? told : "");
	}
	expect(register_extension(show_closed, "none7"), 0, "x: would be registered",
	       "whether the rule takes programs of this machine by their names cannot be told");
	assert_int_equal(chmod(installed, 0755), 0);
	free(native);
	free(foreign);
	free(installed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(warn__narrow_rule__told_and_really_takes_native_programs),
	    cmocka_unit_test(warn__rule_for_some_scripts__told_and_takes_them),
	    cmocka_unit_test(warn__what_runs_nowhere_here__not_told),
	    cmocka_unit_test(warn__second_architecture__told_whatever_it_was_named_by),
	    cmocka_unit_test(warn__refused__no_word_of_what_did_not_happen),
	    cmocka_unit_test(warn__done__behind_the_verdict),
	    cmocka_unit_test(warn__flags_kept__lack_f_only_where_it_is_the_default),
	    cmocka_unit_test(warn__bytes_typed__shown_and_one_alone_told),
	    cmocka_unit_test(warn__replaced__what_differed),
	    cmocka_unit_test(warn__extension__told_of_installed_programs_that_run_without_it),
	};

	return ns_run(tests);
}
