/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "arch.h"
#include "cmd.h"
#include "json.h"
#include "out.h"
#include "pick.h"
#include "rule.h"

const struct opt match_opts[] = {OPT_END};

static void
print_json(const char *file, const struct pick *p)
{
	const struct view *handler = p->picked == PICK_HANDLER || p->picked == PICK_UNKNOWN ? &p->handler : NULL;
	char flags[RULE_FLAGS_MAX * 2];

	if (handler)
		rule_format_flags(handler->rule->flags, handler->rule->more_flags, flags);
	json_object(NULL);
	json_string("file", file);
	json_string("result", pick_word(p->picked));
	json_string("entry", handler ? handler->name : NULL);
	json_string("interpreter", handler ? handler->rule->interpreter : NULL);
	json_string("flags", handler ? flags : NULL);
	json_string("arch", p->arch ? p->arch->name : NULL);
	advice_json(&p->advice);
	json_end();
}

/* Each entry in the kernel's order, up to the one that takes the file. */
static void
print_tried(const struct snapshot *s, const struct pick *p)
{
	char why[ERR_TEXT_MAX];
	struct view view;

	for (size_t i = 0; p->asked && i < s->list.count; i++) {
		if (!pick_why(s, i, &p->subject, &view, why))
			continue;
		fputs("  ", stdout);
		out_text(stdout, view.name);
		fputs(": ", stdout);
		out_text(stdout, why);
		putchar('\n');
		if (p->picked == PICK_HANDLER && view.entry == p->handler.entry)
			return;
	}
}

static void
print_text(const char *file, const struct pick *p)
{
	out_text(stdout, file);
	printf(": %s", pick_word(p->picked));
	if (p->picked == PICK_HANDLER) {
		putchar(' ');
		out_text(stdout, p->handler.name);
		fputs(" -> ", stdout);
		out_text(stdout, p->handler.rule->interpreter);
	}
	if (p->arch && p->picked != PICK_NONE)
		printf(" (%s)", p->arch->name);
	advice_print(&p->advice, ": ");
	putchar('\n');
}

int
cmd_match(const struct cmd *cmd, struct args *args)
{
	static struct pick pick;
	bool all_run = true;
	struct snapshot s;
	int status;

	if (!args->operand_count)
		return cmd_usage(cmd, args, "which file?");
	status = snapshot_open(&s, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->json) {
		json_object(NULL);
		json_array(cmd->key);
	}
	for (size_t i = 0; i < args->operand_count; i++) {
		const char *file = args->operands[i].word;

		pick_file(&s, file, &pick);
		all_run &= pick.runs && pick.picked != PICK_UNKNOWN;
		if (pick.picked == PICK_ERROR)
			out_error(file, "%s", pick.advice.detail);
		if (args->json)
			print_json(file, &pick);
		else if (!args->quiet && pick.picked != PICK_ERROR)
			print_text(file, &pick);
		if (!args->json && args->verbose && pick.picked != PICK_ERROR)
			print_tried(&s, &pick);
	}
	if (args->json) {
		json_end();
		json_end();
	}
	snapshot_close(&s);
	return all_run && s.complete ? EXIT_DONE : EXIT_FAILED;
}
