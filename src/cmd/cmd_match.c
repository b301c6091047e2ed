/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "arch.h"
#include "cmd.h"
#include "json.h"
#include "resolve.h"
#include "rule.h"
#include "text.h"

const struct opt match_opts[] = {OPT_END};

static void
print_json(const char *file, const struct resolved *p)
{
	const struct handler *handler =
	    p->result == RESOLVED_HANDLER || p->result == RESOLVED_UNKNOWN ? &p->handler : NULL;
	char flags[RULE_FLAGS_MAX * 2];

	if (handler)
		rule_format_flags(handler->rule->flags, handler->rule->more_flags, flags);
	json_object(NULL);
	json_string("file", file);
	json_string("result", resolve_word(p->result));
	json_string("entry", handler ? handler->name : NULL);
	json_string("interpreter", handler ? handler->rule->interpreter : NULL);
	json_string("flags", handler ? flags : NULL);
	json_string("arch", p->arch ? p->arch->name : NULL);
	hint_json(&p->advice);
	json_end();
}

/* Each entry in the kernel's order, up to the one that takes the file. */
static void
print_tried(const struct snapshot *s, const struct resolved *p)
{
	char why[ERR_TEXT_MAX];
	struct handler view;

	for (size_t i = 0; p->asked && i < s->list.count; i++) {
		if (!resolve_why(s, i, &p->subject, &view, why))
			continue;
		fputs("  ", stdout);
		print_safe(stdout, view.name);
		fputs(": ", stdout);
		print_safe(stdout, why);
		putchar('\n');
		if (p->result == RESOLVED_HANDLER && view.entry == p->handler.entry)
			return;
	}
}

static void
print_text(const char *file, const struct resolved *p)
{
	print_safe(stdout, file);
	printf(": %s", resolve_word(p->result));
	if (p->result == RESOLVED_HANDLER) {
		putchar(' ');
		print_safe(stdout, p->handler.name);
		fputs(" -> ", stdout);
		print_safe(stdout, p->handler.rule->interpreter);
	}
	if (p->arch && p->result != RESOLVED_NONE)
		printf(" (%s)", p->arch->name);
	hint_print(&p->advice, ": ");
	putchar('\n');
}

int
cmd_match(const struct cmd *cmd, struct args *args)
{
	static struct resolved resolved;
	bool all_run = true;
	struct snapshot s;
	int status;

	if (!args->operand_count)
		return report_usage(cmd, args, "which file?");
	status = snapshot_open(&s, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->json) {
		json_object(NULL);
		json_array(cmd->key);
	}
	for (size_t i = 0; i < args->operand_count; i++) {
		const char *file = args->operands[i].word;

		resolve_file(&s, file, &resolved);
		all_run &= resolved.runs && resolved.result != RESOLVED_UNKNOWN;
		if (resolved.result == RESOLVED_ERROR)
			print_err(file, "%s", resolved.advice.detail);
		if (args->json)
			print_json(file, &resolved);
		else if (!args->quiet && resolved.result != RESOLVED_ERROR)
			print_text(file, &resolved);
		if (!args->json && args->verbose && resolved.result != RESOLVED_ERROR)
			print_tried(&s, &resolved);
	}
	if (args->json) {
		json_end();
		json_end();
	}
	snapshot_close(&s);
	return all_run && s.complete ? EXIT_DONE : EXIT_FAILED;
}
