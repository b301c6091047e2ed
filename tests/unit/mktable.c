/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT "magic/mktable.awk"

enum { FILES_MAX = 3, ARGS_MAX = 128, OUT_MAX = 128 * 1024, PATH_SIZE = 256, LINE_SIZE = 600, NOT_FOUND = 127 };

static const struct awk {
	const char *name;
	const char *argv[3];
} awks[] = {
    {"awk", {"awk"}},
    {"mawk", {"mawk"}},
    {"gawk --posix", {"gawk", "--posix"}},
    {"busybox awk", {"busybox", "awk"}},
    {"original-awk", {"original-awk"}},
};

static char dir[] = "build/mktable-XXXXXX";
static char out[OUT_MAX], err[OUT_MAX], first_out[OUT_MAX];

#define MAGIC "magic 7f 45 80\n"
#define MASK "mask ff ff f0\n"
#define NATIVE "native alpha i?86 armv*l\n"
#define INTERPRETER "interpreter qemu-alpha\n"
#define EFLAGS "eflags 0000a0ff\n"
#define PROBE "probe 2a 00\n"
#define REST NATIVE INTERPRETER EFLAGS PROBE
#define GOOD MAGIC MASK REST
#define BYTES13 " 00 00 00 00 00 00 00 00 00 00 00 00 00"
#define BYTES52 BYTES13 BYTES13 BYTES13 BYTES13

/* Files are given to awk in the order written here; "%s" in a reason is the folder. */
static const struct refusal {
	const char *said;
	struct {
		const char *name, *text;
	} files[FILES_MAX];
} refusals[] = {
    {"a:0: empty file", {{"a", ""}}},
    {"b:0: empty file", {{"a", GOOD}, {"b", ""}, {"c", GOOD}}},
    {"a:2: missing key magic", {{"a", "# only\n# comments\n"}}},
    {"a:5: missing key magic", {{"a", MASK REST}}},
    {"a:5: missing key mask", {{"a", MAGIC REST}}},
    {"a:5: missing key native", {{"a", MAGIC MASK INTERPRETER EFLAGS PROBE}}},
    {"a:5: missing key interpreter", {{"a", MAGIC MASK NATIVE EFLAGS PROBE}}},
    {"a:5: missing key eflags", {{"a", MAGIC MASK NATIVE INTERPRETER PROBE}}},
    {"a:6: missing key probe", {{"a", MAGIC MASK NATIVE INTERPRETER EFLAGS "\n"}, {"b", GOOD}}},
    {"a:7: unknown key colour", {{"a", GOOD "colour red\n"}}},
    {"a:7: unknown key Magic", {{"a", GOOD "Magic 7f\n"}}},
    {"a:7: repeated key magic", {{"a", GOOD MAGIC}}},
    {"a:7: repeated key mask", {{"a", GOOD MASK}}},
    {"a:7: repeated key native", {{"a", GOOD NATIVE}}},
    {"a:7: repeated key interpreter", {{"a", GOOD INTERPRETER}}},
    {"a:7: repeated key eflags", {{"a", GOOD EFLAGS}}},
    {"a:7: repeated key probe", {{"a", GOOD PROBE}}},
    {"a:8: repeated key group", {{"a", GOOD "group b\ngroup b\n"}, {"b", GOOD}}},
    {"a:1: magic has no value", {{"a", "magic\n" MASK REST}}},
    {"a:6: probe has no value", {{"a", MAGIC MASK NATIVE INTERPRETER EFLAGS "probe \n"}}},
    {"a:7: alias has no value", {{"a", GOOD "alias\n"}}},
    {"a:7: interpreter takes one word", {{"a", MAGIC MASK NATIVE EFLAGS PROBE "\ninterpreter qemu-a b\n"}}},
    {"a:7: group takes one word", {{"a", GOOD "group b c\n"}, {"b", GOOD}, {"c", GOOD}}},
    {"a:5: eflags takes one word", {{"a", MAGIC MASK NATIVE INTERPRETER "eflags 0000 0000\n" PROBE}}},
    {"a:1: bad magic 7F", {{"a", "magic 7F 45 80\n" MASK REST}}},
    {"a:1: bad magic 7", {{"a", "magic 7f 7 80\n" MASK REST}}},
    {"a:1: bad magic 7f45", {{"a", "magic 7f45 80\n" MASK REST}}},
    {"a:2: bad mask 0x", {{"a", MAGIC "mask ff 0x f0\n" REST}}},
    {"a:6: bad probe #", {{"a", MAGIC MASK NATIVE INTERPRETER EFLAGS "probe 2a # exit\n"}}},
    {"a:5: bad eflags 0", {{"a", MAGIC MASK NATIVE INTERPRETER "eflags 0\n" PROBE}}},
    {"a:5: bad eflags 000000000", {{"a", MAGIC MASK NATIVE INTERPRETER "eflags 000000000\n" PROBE}}},
    {"a:5: bad eflags 0000000A", {{"a", MAGIC MASK NATIVE INTERPRETER "eflags 0000000A\n" PROBE}}},
    {"a:3: bad native i[3-6]86", {{"a", MAGIC MASK "native i[3-6]86\n" INTERPRETER EFLAGS PROBE}}},
    {"a:4: bad interpreter /usr/bin/qemu-a", {{"a", MAGIC MASK NATIVE "interpreter /usr/bin/qemu-a\n" EFLAGS PROBE}}},
    {"a:7: bad alias one,", {{"a", GOOD "alias one, two\n"}}},
    {"a:7: bad alias \"one\"", {{"a", GOOD "alias two \"one\"\n"}}},
    {"a:7: bad alias b\\n", {{"a", GOOD "alias b\\n\n"}}},
    {"a:7: alias a is the name of a file", {{"a", GOOD "alias a\n"}}},
    {"a:7: alias b is the name of a file", {{"a", GOOD "alias one b\n"}, {"b", GOOD}}},
    {"b:7: alias a is the name of a file", {{"a", GOOD}, {"b", GOOD "alias a\n"}}},
    {"b:8: alias one is in %s/a:7 too", {{"a", GOOD "alias one\n"}, {"b", GOOD "\nalias two one\n"}}},
    {"a:8: alias one is in %s/a:7 too", {{"a", GOOD "alias one\nalias one\n"}}},
    {"a:7: group b is no other file", {{"a", GOOD "group b\n"}}},
    {"a:7: group a is no other file", {{"a", GOOD "group a\n"}}},
    {"a:2: mask is not as long as magic", {{"a", MAGIC "mask ff ff\n" REST}}},
    {"a:1: mask is not as long as magic", {{"a", "mask ff ff ff ff\n" MAGIC REST}}},
    {"a:1: magic is longer than 52 bytes", {{"a", "magic" BYTES52 " 00\nmask" BYTES52 " 00\n" REST}}},
    {"a:1: magic has bits outside mask", {{"a", "magic 7f 45 81\n" MASK REST}}},
    {"a:2: magic has bits outside mask", {{"a", "mask 7f ff\nmagic 80 00\n" REST}}},
    {"b:1: magic has bits outside mask", {{"a", GOOD}, {"b", "magic 02\nmask fd\n" REST}, {"c", GOOD}}},
    {"a:1: carriage return", {{"a", "# made elsewhere\r\n" GOOD}}},
    {"a:2: carriage return", {{"a", MAGIC "mask ff ff f0\r\n" REST}}},
    {"a.txt:0: bad file name", {{"a.txt", GOOD}}},
    {"b~:0: bad file name", {{"a", GOOD}, {"b~", GOOD}}},
    {"a=1:0: bad file name", {{"a=1", GOOD}}},
    {"a:0: not in order after %s/b", {{"b", GOOD}, {"a", GOOD}}},
    {"a:0: not in order after %s/a", {{"a", GOOD}, {"a", GOOD}}},
    {"10:0: not in order after %s/9", {{"9", GOOD}, {"10", GOOD}}},
    {"a-b:0: not in order after %s/ab", {{"a", GOOD}, {"ab", GOOD}, {"a-b", GOOD}}},
};

static void
read_text(const char *path, char text[static OUT_MAX])
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, OUT_MAX - 1, f);
	assert_true(feof(f));
	text[n] = '\0';
	fclose(f);
}

static void
path_of(char path[static PATH_SIZE], const char *name)
{
	snprintf(path, PATH_SIZE, "%s/%s", dir, name);
}

static void
plant(char path[static PATH_SIZE], const char *name, const char *text)
{
	FILE *f;

	path_of(path, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
unplant(void)
{
	char pattern[PATH_SIZE];
	glob_t g;

	path_of(pattern, "*");
	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			unlink(g.gl_pathv[i]);
		globfree(&g);
	}
}

/* Runs an awk, fills out and err, returns the exit status. */
static int
run(const struct awk *awk, const char *const args[])
{
	const char *argv[ARGS_MAX];
	char out_path[PATH_SIZE], err_path[PATH_SIZE];
	size_t n = 0;
	int status;
	pid_t pid;

	path_of(out_path, ".out");
	path_of(err_path, ".err");
	for (size_t i = 0; awk->argv[i]; i++)
		argv[n++] = awk->argv[i];
	for (size_t i = 0; args[i]; i++) {
		assert_true(n < ARGS_MAX - 1);
		argv[n++] = args[i];
	}
	argv[n] = NULL;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("LC_ALL", "C", 1);
		if (!freopen("/dev/null", "r", stdin) || !freopen(out_path, "w", stdout) ||
		    !freopen(err_path, "w", stderr))
			_exit(NOT_FOUND - 1);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(errno == ENOENT ? NOT_FOUND : NOT_FOUND - 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	read_text(out_path, out);
	read_text(err_path, err);
	return WEXITSTATUS(status);
}

/* awk itself is needed to build the program at all; the others may be absent. */
static const struct awk *
awk_or_skip(void **state)
{
	const struct awk *awk = *state;

	if (run(awk, (const char *const[]){"BEGIN { exit 0 }", NULL}) != 0) {
		if (awk == awks)
			fail_msg("awk does not run: %s", err);
		skip_because("this machine has no %s", awk->name);
	}
	return awk;
}

/* The whole line that a refusal must print. */
static void
line_of(const char *said, char line[static LINE_SIZE])
{
	const char *folder = strstr(said, "%s");

	if (folder)
		snprintf(line, LINE_SIZE, "%s/%.*s%s%s\n", dir, (int)(folder - said), said, dir, folder + 2);
	else
		snprintf(line, LINE_SIZE, "%s/%s\n", dir, said);
}

static void
refused__message_and_status(void **state)
{
	const struct awk *awk = awk_or_skip(state);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		char paths[FILES_MAX][PATH_SIZE], line[LINE_SIZE];
		const char *args[FILES_MAX + 3] = {"-f", SCRIPT};
		int status;

		for (size_t j = 0; j < FILES_MAX && r->files[j].name; j++) {
			plant(paths[j], r->files[j].name, r->files[j].text);
			args[j + 2] = paths[j];
		}
		line_of(r->said, line);
		status = run(awk, args);
		if (strcmp(err, line) != 0 || status != 1 || out[0] != '\0')
			fail_msg("%s: exit %d, said %swanted %s", awk->name, status, err, line);
		unplant();
	}
}

static void
refused__no_files(void **state)
{
	const struct awk *awk = awk_or_skip(state);

	assert_int_equal(run(awk, (const char *const[]){"-f", SCRIPT, NULL}), 1);
	assert_string_equal(err, "magic:0: no files given\n");
	assert_string_equal(out, "");
}

static void
accepted__every_key_and_largest_magic(void **state)
{
	static const char text[] =
	    "# a comment\n\n  # another\nprobe  2a  00\n\talias\tone two\nalias linux/a.b/v1\n"
	    "magic" BYTES52 "\nmask" BYTES52 "\ngroup b-c\n" NATIVE INTERPRETER "eflags 0000a0ff";
	static const char *const wanted[] = {
	    ".name = \"a\"",
	    ".name = \"b-c\"",
	    ".group = \"b-c\"",
	    ".group = NULL",
	    "{ \"one\", \"two\", \"linux/a.b/v1\", NULL }",
	    "{ NULL }",
	    "{ \"alpha\", \"i?86\", \"armv*l\", NULL }",
	    ".interpreter = \"qemu-alpha\"",
	    ".size = 52",
	    ".size = 3",
	    "{ 0x7f, 0x45, 0x80, }",
	    "{ 0xff, 0xff, 0xf0, }",
	    "{ 0x2a, 0x00, }",
	    ".probe_size = 2",
	    ".e_flags = 0x0000a0ff",
	    "do not edit",
	    "arch_count",
	};
	const struct awk *awk = awk_or_skip(state);
	char paths[2][PATH_SIZE];

	plant(paths[0], "a", text);
	plant(paths[1], "b-c", GOOD);
	assert_int_equal(run(awk, (const char *const[]){"-f", SCRIPT, paths[0], paths[1], NULL}), 0);
	assert_string_equal(err, "");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(out, wanted[i]))
			fail_msg("%s: no %s in\n%s", awk->name, wanted[i], out);
	unplant();
}

/* The tree's own files: every awk makes the same table of them. */
static void
accepted__own_files_same_table(void **state)
{
	const struct awk *awk = awk_or_skip(state);
	const char *args[ARGS_MAX] = {"-f", SCRIPT};
	size_t n = 2;
	glob_t g;

	assert_int_equal(glob("magic/*", 0, NULL, &g), 0);
	assert_true(g.gl_pathc < ARGS_MAX - n);
	for (size_t i = 0; i < g.gl_pathc; i++)
		if (strcmp(g.gl_pathv[i], SCRIPT) != 0)
			args[n++] = g.gl_pathv[i];
	assert_int_equal(run(awk, args), 0);
	globfree(&g);
	assert_string_equal(err, "");
	assert_true(n > 30);
	if (awk == awks)
		memcpy(first_out, out, sizeof(out));
	else if (strcmp(out, first_out) != 0)
		fail_msg("%s makes another table than awk", awk->name);
}

static int
make_dir(void **state)
{
	(void)state;
	if (mkdir("build", 0777) < 0 && errno != EEXIST)
		return -1;
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	char path[PATH_SIZE];

	(void)state;
	unplant();
	path_of(path, ".out");
	unlink(path);
	path_of(path, ".err");
	unlink(path);
	return rmdir(dir);
}

int
main(void)
{
	static const struct {
		const char *name;
		CMUnitTestFunction run;
	} cases[] = {
	    {"mktable__planted_file__refused", refused__message_and_status},
	    {"mktable__no_files__refused", refused__no_files},
	    {"mktable__every_key__accepted", accepted__every_key_and_largest_magic},
	    {"mktable__own_files__same_table", accepted__own_files_same_table},
	};
	enum { CASES = sizeof(cases) / sizeof(cases[0]), AWKS = sizeof(awks) / sizeof(awks[0]) };
	static char names[AWKS][CASES][64];
	struct CMUnitTest tests[AWKS * CASES];
	size_t n = 0;

	for (size_t i = 0; i < AWKS; i++)
		for (size_t j = 0; j < CASES; j++) {
			snprintf(names[i][j], sizeof(names[i][j]), "%s (%s)", cases[j].name, awks[i].name);
			tests[n++] =
			    (struct CMUnitTest){names[i][j], cases[j].run, NULL, NULL, (void *)(uintptr_t)&awks[i]};
		}
	return cmocka_run_group_tests_name("mktable", tests, make_dir, remove_dir);
}
