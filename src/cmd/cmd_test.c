/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "archtest.h"
#include "cmd.h"
#include "columns.h"
#include "json.h"
#include "overlap.h"
#include "print.h"
#include "report.h"
#include "resolve.h"

const struct opt test_opts[] = {
    OPT_COUNT("timeout", 0, "SECONDS", timeout, "time limit per program (default 5)"),
    OPT_END,
};

/* One run of test. */
struct tests {
	const struct args *args;
	struct snapshot *s; /* NULL: the entries cannot be seen */
	struct columns rows, details;
	unsigned done;
	bool healthy;
};

static void
test_json(const char *arch, const char *entry, const struct archtest *t)
{
	json_object(NULL);
	json_string("arch", arch);
	json_bool("ok", t->ok);
	json_string("entry", entry);
	json_string("runner", *t->runner ? t->runner : NULL);
	json_string("version", *t->version ? t->version : NULL);
	json_bool("stale", t->stale);
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
	return t->stale ? "stale" : "ok";
}

static void
test_text(struct tests *tests, const char *arch, const char *entry, const struct archtest *t)
{
	char version[PROBE_OUTPUT_MAX], line[2 * ERR_TEXT_MAX + 64];
	const char *runner = t->native ? "native" : "-";

	short_version(t->version, version);
	if (*t->runner)
		runner = t->runner;
	columns_row(&tests->rows, (const char *[]){arch, result_word(t), entry ? entry : "-", version, runner});
	if (!*t->why.text)
		return;
	snprintf(line, sizeof(line), "%s: %s%s%s", arch, t->why.text, *t->why.fix ? "; try: " : "", t->why.fix);
	columns_row(&tests->details, (const char *[]){line});
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
test_arch(struct tests *tests, const struct arch *arch)
{
	long seconds = tests->args->timeout;
	unsigned timeout_ms = seconds < 0 ? PROBE_TIMEOUT_MS : (unsigned)seconds * 1000;
	struct resolved resolved = {.subject = {.path = ""}};
	struct archtest trial;

	probe_build(arch, 1, resolved.subject.head);
	if (tests->s)
		resolve_subject(tests->s, &resolved);
	archtest_run(arch, tests->s ? &resolved : NULL, timeout_ms, &trial);
	show(tests, arch->name, tests->s && resolved.result == RESOLVED_HANDLER ? resolved.handler.name : NULL, &trial);
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
	print_err(word, "%s", none.why.text);
	tests->healthy = false;
	if (tests->args->json)
		show(tests, word, NULL, &none);
}

/* Every architecture that some live handler is for. */
static void
test_handled(struct tests *tests)
{
	for (size_t i = 0; i < arch_count; i++)
		if (arch_taker(&tests->s->list, &arch_table[i]))
			test_arch(tests, &arch_table[i]);
}

static void
run_all(struct tests *tests)
{
	const struct args *args = tests->args;
	const struct arch *rows[ARCH_ROWS_MAX];
	bool named = false;

	if (!args->operand_count)
		test_handled(tests);
	for (size_t i = 0; i < args->operand_count; i++) {
		size_t count = operand_is_all(&args->operands[i]) ? operand_all(&tests->s->list, rows) : 0;

		for (size_t k = 0; k < count; k++)
			test_arch(tests, rows[k]);
		if (operand_is_all(&args->operands[i]))
			continue;
		test_word(tests, args->operands[i].word);
		named = true;
	}
	if (!tests->done && !named)
		print_warning(NULL, "nothing to test: no architecture has a live handler");
}

/* Named architectures can be tried even where the entries cannot be seen. */
static bool
needs_entries(const struct args *args)
{
	for (size_t i = 0; i < args->operand_count; i++)
		if (operand_is_all(&args->operands[i]))
			return true;
	return args->operand_count == 0;
}

int
cmd_test(const struct cmd *cmd, struct args *args)
{
	static const char *const headings[] = {"ARCH", "RESULT", "ENTRY", "VERSION", "RUN BY", NULL};
	static const char *const no_heading[] = {"", NULL};
	struct tests tests = {.args = args, .healthy = true};
	struct snapshot s;
	struct err err;
	int done;

	if (args->timeout == 0)
		return report_usage(cmd, args, "--timeout needs at least one second");
	if (snapshot_open(&s, args->binfmt_dir, &err) == 0)
		tests.s = &s;
	else if (needs_entries(args))
		return report_fail(cmd, args, &err);
	if (tests.s)
		report_unknown(&s);
	columns_start(&tests.rows, headings);
	tests.rows.marked = 1;
	tests.rows.good = "ok";
	columns_start(&tests.details, no_heading);
	report_begin(cmd, args, NULL);
	run_all(&tests);
	report_end(args);
	done = columns_print(&tests.rows) | columns_print(&tests.details); /* empty with --json */
	if (tests.s)
		snapshot_close(tests.s);
	return tests.healthy && done == 0 ? EXIT_DONE : EXIT_FAILED;
}
