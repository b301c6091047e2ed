/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "archruns.h"
#include "archtest.h"
#include "cmd.h"
#include "columns.h"
#include "host.h"
#include "json.h"
#include "ours.h"
#include "overlap.h"
#include "print.h"
#include "report.h"
#include "resolve.h"

const struct opt test_opts[] = {
    OPT_COUNT("timeout", 0, "SECONDS", timeout, "time limit per program (default 5)"),
    OPT_ROOT,
    OPT_END,
};

/* One run of test. */
struct tests {
	const struct args *args;
	struct snapshot *s;                        /* NULL: the entries cannot be seen */
	int root;                                  /* of --root, -1: our own */
	const struct arch *waiting[ARCH_ROWS_MAX]; /* to be tried side by side */
	size_t count;
	bool only_handled; /* of these nothing is shown where no handler takes its programs */
	struct columns rows, details;
	unsigned done;
	bool healthy;
};

static void
test_json(const char *arch, const char *entry, const struct archtest *t)
{
	json_object(NULL);
	json_string("arch", arch);
	json_look("ok", t->tried ? look_seen(t->ok) : look_unknown());
	json_string("entry", entry);
	json_string("runner", *t->runner ? t->runner : NULL);
	json_string("version", *t->version ? t->version : NULL);
	json_look("stale", t->stale_known ? look_seen(t->stale) : look_unknown());
	json_why(&t->why);
	json_end();
}

/* "7.2.22" of "qemu-aarch64 version 7.2.22 (Debian ...)". */
static void
short_version(const char *version, char text[static PROBE_OUTPUT_MAX])
{
	const char *number = strstr(version, " version ");

	number = number ? number + strlen(" version ") : "-";
	snprintf(text, PROBE_OUTPUT_MAX, "%.*s", (int)strcspn(number, " "), number);
}

static const char *
result_word(const struct archtest *t)
{
	if (!t->ok)
		return "FAILED";
	if (t->stale)
		return "stale";
	return archtest_is_untold(t) ? "started" : "ok";
}

static void
test_text(struct tests *tests, const char *arch, const char *entry, const struct archtest *t)
{
	char version[PROBE_OUTPUT_MAX], line[2 * ERR_TEXT_MAX + 64];
	const char *runner = t->native ? "native" : "-";

	short_version(t->version, version);
	if (*t->runner)
		runner = t->runner;
	columns_row(&tests->rows, t->ok && !t->stale ? TINT_NONE : TINT_FAIL,
		    (const char *[]){arch, result_word(t), entry ? entry : "-", version, runner});
	if (!*t->why.text)
		return;
	snprintf(line, sizeof(line), "%s: %s%s%s", arch, t->why.text, *t->why.fix ? "; try: " : "", t->why.fix);
	columns_row(&tests->details, TINT_NONE, (const char *[]){line});
}

static void
show(struct tests *tests, const char *arch, const char *entry, const struct archtest *t)
{
	tests->done++;
	tests->healthy &= t->ok && !t->stale;
	if (tests->args->json)
		test_json(arch, entry, t);
	else if (!tests->args->quiet)
		test_text(tests, arch, entry, t);
	else if (!t->ok || t->stale)
		print_err(arch, "%s", t->why.text);
}

static void
take_trial(void *arg, const struct arch *arch, const struct archtest *t)
{
	struct tests *tests = arg;
	struct archtest told = *t;

	if (archtest_is_untold(t))
		err_add(&told.why, "%swhether the interpreter runs programs was not tried (--root)",
			*t->why.text ? "; " : "");
	if (!tests->only_handled || !t->unhandled)
		show(tests, arch->name, *t->entry ? t->entry : NULL, &told);
}

/* Tries those that wait. */
static void
try_waiting(struct tests *tests)
{
	const struct args *args = tests->args;
	const struct archruns_way way = {
	    .s = tests->s,
	    .root = tests->root,
	    .until = PROBE_UNTIL_EXIT,
	    .timeout_ms = args->timeout < 0 ? PROBE_TIMEOUT_MS : (unsigned)args->timeout * 1000,
	    .version = args->json || !args->quiet,
	};

	archruns_do(&way, tests->waiting, tests->count, take_trial, tests);
	tests->count = 0;
}

static void
test_arch(struct tests *tests, const struct arch *arch)
{
	if (tests->count == ARCH_ROWS_MAX)
		try_waiting(tests);
	tests->waiting[tests->count++] = arch;
}

static void
test_word(struct tests *tests, const char *word)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	struct archtest none = {.ok = false};
	size_t count = operand_archs(word, rows, &none.why);

	for (size_t i = 0; i < count; i++)
		test_arch(tests, rows[i]);
	if (count)
		return;
	try_waiting(tests); /* those before it are told first */
	print_err(word, "%s", none.why.text);
	tests->healthy = false;
	if (tests->args->json)
		show(tests, word, NULL, &none);
}

/* Every architecture that some live handler is for; where none can be seen, every foreign one that is handled. */
static void
test_handled(struct tests *tests)
{
	try_waiting(tests);
	tests->only_handled = !tests->s;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *arch = &arch_table[i];

		if (tests->s ? arch_taker(&tests->s->list, arch) != NULL : host_runs(arch).is != LOOK_YES)
			test_arch(tests, arch);
	}
	try_waiting(tests);
	tests->only_handled = false;
}

/* Every architecture with an entry of its default name. */
static void
test_all(struct tests *tests)
{
	const struct arch *rows[ARCH_ROWS_MAX];
	size_t count = tests->s ? operand_all(&tests->s->list, rows) : 0;

	for (size_t i = 0; i < count; i++)
		test_arch(tests, rows[i]);
	if (!tests->s)
		test_handled(tests);
}

static void
run_all(struct tests *tests)
{
	const struct args *args = tests->args;
	bool named = false;

	if (!args->operand_count)
		test_handled(tests);
	for (size_t i = 0; i < args->operand_count; i++) {
		if (operand_is_all(&args->operands[i])) {
			test_all(tests);
			continue;
		}
		test_word(tests, args->operands[i].word);
		named = true;
	}
	try_waiting(tests);
	if (!tests->done && !named)
		report_warning(NULL, "nothing to test: no architecture has a live handler");
}

int
cmd_test(const struct cmd *cmd, struct args *args)
{
	static const char *const headings[] = {"ARCH", "RESULT", "ENTRY", "VERSION", "RUN BY", NULL};
	static const char *const no_heading[] = {"", NULL};
	struct tests tests = {.args = args, .healthy = true};
	struct snapshot s;
	struct err err;
	bool seen;
	int done;

	if (args->timeout == 0)
		return report_usage(cmd, args, "--timeout needs at least one second");
	if (opt_root(args, &tests.root, &err) < 0)
		return report_fail(cmd, args, &err);
	seen = snapshot_open(&s, args->binfmt_dir, &err) == 0;
	if (!seen)
		report_warning(NULL, "%s", err.text);
	else if (ours_is(&s.b).is != LOOK_YES)
		report_warning(NULL, "%s may not be the instance in force here, which is the one that is tested",
			       args->binfmt_dir);
	else
		report_unknown(tests.s = &s, false);
	columns_start(&tests.rows, headings);
	tests.rows.marked = 1;
	columns_start(&tests.details, no_heading);
	report_begin(cmd, args, NULL);
	run_all(&tests);
	report_end(args);
	done = columns_print(&tests.rows) | columns_print(&tests.details); /* empty with --json */
	if (seen)
		snapshot_close(&s);
	if (tests.root >= 0)
		close(tests.root);
	return tests.healthy && done == 0 ? EXIT_DONE : EXIT_FAILED;
}
