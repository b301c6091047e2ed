/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "archtest.h"
#include "cmd.h"
#include "columns.h"
#include "json.h"
#include "operand.h"
#include "resolve.h"
#include "rule.h"
#include "suggest.h"
#include "text.h"

const struct opt test_opts[] = {
    OPT_COUNT("timeout", 0, "SECONDS", timeout, "give a program so long to answer (5)"),
    OPT_END,
};

/* One run of test. */
struct tests {
	const struct args *args;
	struct snapshot *s; /* NULL: the entries cannot be seen */
	struct columns table, details;
	unsigned done;
	bool healthy;
};

static void
print_json(const char *arch, const char *entry, const struct archtest *t)
{
	json_object(NULL);
	json_string("arch", arch);
	json_bool("ok", t->ok);
	json_string("entry", entry);
	json_string("runner", *t->runner ? t->runner : NULL);
	json_string("version", *t->version ? t->version : NULL);
	json_bool("stale", t->stale);
	hint_json(&t->advice);
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

static void
add_row(struct tests *tests, const char *arch, const char *entry, const struct archtest *t)
{
	char version[PROBE_OUTPUT_MAX], line[2 * ERR_TEXT_MAX + 64];

	short_version(t->version, version);
	columns_row(&tests->table, (const char *[]){arch,
						    !t->ok     ? "FAILED"
						    : t->stale ? "stale"
							       : "ok",
						    entry ? entry : "-", version,
						    *t->runner  ? t->runner
						    : t->native ? "native"
								: "-"});
	if (!*t->advice.detail)
		return;
	snprintf(line, sizeof(line), "%s: %s%s%s", arch, t->advice.detail, *t->advice.fix ? "; try: " : "",
		 t->advice.fix);
	columns_row(&tests->details, (const char *[]){line});
}

static void
show(struct tests *tests, const char *arch, const char *entry, const struct archtest *t)
{
	tests->done++;
	tests->healthy &= t->ok && !t->stale;
	if (tests->args->json)
		print_json(arch, entry, t);
	else if (!tests->args->quiet)
		add_row(tests, arch, entry, t);
	else if (!t->ok || t->stale)
		print_err(arch, "%s", t->advice.detail);
}

static void
test_arch(struct tests *tests, const struct arch *arch)
{
	long seconds = tests->args->timeout;
	unsigned timeout_ms = seconds < 0 ? PROBE_TIMEOUT_MS : (unsigned)seconds * 1000;
	static struct resolved resolved;
	static struct archtest trial;

	memset(&resolved, 0, sizeof(resolved));
	resolved.subject.path = "";
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
	size_t count = arch_select(word, rows);
	struct archtest none = {.ok = false};
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	for (size_t i = 0; i < count; i++)
		test_arch(tests, rows[i]);
	if (count)
		return;
	suggest_start(&suggest, word);
	arch_suggest(&suggest);
	hint_set(&none.advice, "unknown architecture%s", suggest_text(&suggest, text));
	print_err(word, "%s", none.advice.detail);
	tests->healthy = false;
	if (tests->args->json)
		show(tests, word, NULL, &none);
}

/* Whether the architecture has a live handler; with `ours` one of its default name, enabled or not. */
static bool
is_live(const struct snapshot *s, const struct arch *arch, bool ours)
{
	char name[RULE_NAME_MAX + 1];
	struct handler view;

	arch_entry_name(arch, name);
	if (ours)
		return binfmt_list_find(&s->list, name);
	for (size_t i = 0; i < s->list.count; i++)
		if (snapshot_handler(s, i, &view) && view.rule->enabled && view.arch == arch)
			return true;
	return false;
}

static void
test_live(struct tests *tests, bool ours)
{
	unsigned before = tests->done;

	for (size_t i = 0; i < arch_count; i++)
		if (is_live(tests->s, &arch_table[i], ours))
			test_arch(tests, &arch_table[i]);
	if (tests->done == before)
		print_warning(NULL, "nothing to test: no architecture has a live handler");
}

static void
run_all(struct tests *tests)
{
	const struct args *args = tests->args;

	if (!args->operand_count)
		test_live(tests, false);
	for (size_t i = 0; i < args->operand_count; i++) {
		if (strcmp(args->operands[i].word, "all") == 0)
			test_live(tests, true);
		else
			test_word(tests, args->operands[i].word);
	}
}

/* The table, then what is to be said of its rows. */
static int
print_text(struct tests *tests)
{
	return columns_print(&tests->table) | columns_print(&tests->details);
}

/* Named architectures can be tried even where the entries cannot be seen. */
static bool
needs_entries(const struct args *args)
{
	for (size_t i = 0; i < args->operand_count; i++)
		if (strcmp(args->operands[i].word, "all") == 0)
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
	int status, done;

	if (args->timeout == 0)
		return report_usage(cmd, args, "--timeout needs at least one second");
	if (needs_entries(args) || snapshot_visible(args)) {
		status = snapshot_open(&s, cmd, args);
		if (status != EXIT_DONE)
			return status;
		tests.s = &s;
	}
	if (args->json) {
		json_object(NULL);
		json_array(cmd->key);
	}
	columns_start(&tests.table, headings);
	tests.table.marked = 1;
	tests.table.good = "ok";
	columns_start(&tests.details, no_heading);
	run_all(&tests);
	done = print_text(&tests);
	if (args->json) {
		json_end();
		json_end();
	}
	if (tests.s)
		snapshot_close(tests.s);
	return tests.healthy && done == 0 ? EXIT_DONE : EXIT_FAILED;
}
