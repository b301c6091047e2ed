/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "arch.h"
#include "cmd.h"
#include "json.h"
#include "print.h"
#include "report.h"
#include "resolve.h"

const struct opt match_opts[] = {OPT_END};

static void
match_json(const char *file, const struct resolved *r)
{
	bool shown = r->result == RESOLVED_HANDLER || r->result == RESOLVED_UNKNOWN;
	const struct rule *rule = shown ? &r->handler.entry->rule : NULL;
	char flags[RULE_FLAGS_MAX];

	if (rule)
		rule_format_flags(rule->flags, rule->more_flags, flags);
	json_object(NULL);
	json_string("file", file);
	json_string("result", resolve_word(r->result));
	json_string("entry", rule ? r->handler.name : NULL);
	json_string("interpreter", rule ? rule->interpreter : NULL);
	json_string("flags", rule ? flags : NULL);
	json_string("arch", r->arch ? r->arch->name : NULL);
	json_why(&r->why);
	json_end();
}

/* Each entry in the kernel's order, up to the one that takes the file. */
static void
print_tried(const struct snapshot *s, const struct resolved *r)
{
	char why[ERR_TEXT_MAX];
	struct handler handler;

	for (size_t i = 0; r->asked && i < s->list.count; i++) {
		if (!resolve_why(s, i, &r->subject, &handler, why))
			continue;
		fputs("  ", stdout);
		print_safe(stdout, handler.name);
		fputs(": ", stdout);
		print_safe(stdout, why);
		putchar('\n');
		if (r->result == RESOLVED_HANDLER && handler.entry == r->handler.entry)
			return;
	}
}

static void
match_text(const char *file, const struct resolved *r)
{
	print_safe(stdout, file);
	printf(": %s", resolve_word(r->result));
	if (r->result == RESOLVED_HANDLER) {
		putchar(' ');
		print_safe(stdout, r->handler.name);
		fputs(" -> ", stdout);
		print_safe(stdout, r->handler.entry->rule.interpreter);
	}
	if (r->arch && r->result != RESOLVED_NONE)
		printf(" (%s)", r->arch->name);
	print_why(&r->why, ": ");
	putchar('\n');
}

/* Whether exec of the file would work. */
static bool
match_one(const struct snapshot *s, const struct args *args, const char *file)
{
	struct resolved r;

	resolve_file(s, file, &r);
	if (r.result == RESOLVED_ERROR)
		print_err(file, "%s", r.why.text);
	if (args->json)
		match_json(file, &r);
	else if (!args->quiet && r.result != RESOLVED_ERROR)
		match_text(file, &r);
	if (!args->json && args->verbose && r.result != RESOLVED_ERROR)
		print_tried(s, &r);
	return r.runs && r.result != RESOLVED_UNKNOWN;
}

int
cmd_match(const struct cmd *cmd, struct args *args)
{
	struct snapshot s;
	struct err err;
	bool all_run;

	if (!args->operand_count)
		return report_usage(cmd, args, "missing operand: FILE...");
	if (snapshot_open(&s, args->binfmt_dir, &err) < 0)
		return report_fail(cmd, args, &err);
	report_unknown(&s);
	all_run = !s.unknown;
	report_begin(cmd, args, NULL);
	for (size_t i = 0; i < args->operand_count; i++)
		all_run &= match_one(&s, args, args->operands[i].word);
	report_end(args);
	snapshot_close(&s);
	return all_run ? EXIT_DONE : EXIT_FAILED;
}
