/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "cmd.h"
#include "columns.h"
#include "health.h"
#include "json.h"
#include "operand.h"
#include "rule.h"
#include "snapshot.h"
#include "text.h"

const struct opt status_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("strict", 0, strict, "warnings (dynamic, shadowed) are failures too"),
    OPT_END,
};

/* One run of status over the entries asked for. */
struct survey {
	const struct args *args;
	struct snapshot s;
	struct columns entries, problems;
	bool *wanted; /* by listed entry; NULL: all */
	bool healthy;
};

static const char *
scope_word(enum binfmt_scope scope)
{
	return scope == BINFMT_HOST ? "host" : scope == BINFMT_NAMESPACE ? "namespace" : "unknown";
}

static const char *
scope_text(enum binfmt_scope scope)
{
	return scope == BINFMT_HOST        ? "host instance"
	       : scope == BINFMT_NAMESPACE ? "private instance"
	       : scope == BINFMT_INHERITED ? "instance of a parent user namespace"
					   : "instance unknown";
}

static bool
counts(const struct survey *survey, enum problem problem)
{
	if (problem == PROBLEM_DISABLED)
		return survey->wanted != NULL;
	return !health_is_warning(problem) || survey->args->strict;
}

static void
show_json(const struct handler *view, const struct health *h)
{
	json_object(NULL);
	report_handler(view);
	json_string("health", h->count ? health_code(h->problems[0].problem) : "ok");
	json_array("problems");
	for (size_t i = 0; i < h->count; i++) {
		json_object(NULL);
		json_string("code", health_code(h->problems[i].problem));
		json_string("detail", h->problems[i].detail);
		json_end();
	}
	json_end();
	json_end();
}

static void
show_text(struct survey *survey, const struct handler *view, const struct health *h)
{
	char flags[RULE_FLAGS_MAX * 2];

	char line[ERR_TEXT_MAX + RULE_NAME_MAX + 64];

	rule_format_flags(view->rule->flags, view->rule->more_flags, flags);
	columns_row(&survey->entries,
		    (const char *[]){view->name, view->arch ? view->arch->name : "-", *flags ? flags : "-",
				     h->count ? health_code(h->problems[0].problem) : "ok", view->rule->interpreter});
	for (size_t i = 0; i < h->count; i++) {
		snprintf(line, sizeof(line), "%s: %s: %s", view->name, health_code(h->problems[i].problem),
			 h->problems[i].detail);
		columns_row(&survey->problems, (const char *[]){line});
	}
}

static void
survey_one(struct survey *survey, size_t i)
{
	static struct health h;
	struct handler view;

	if (!snapshot_handler(&survey->s, i, &view))
		return;
	health_examine(&survey->s, &view, &h);
	if (survey->args->json)
		show_json(&view, &h);
	else
		show_text(survey, &view, &h);
	for (size_t k = 0; k < h.count; k++)
		if (counts(survey, h.problems[k].problem)) {
			survey->healthy = false;
			if (survey->args->quiet && !survey->args->json)
				print_err(view.name, "%s: %s", health_code(h.problems[k].problem),
					  h.problems[k].detail);
		}
}

static void
mark(struct survey *survey, const char *name)
{
	const struct binfmt_entry *e = binfmt_list_find(&survey->s.list, name);

	if (e)
		survey->wanted[e - survey->s.list.entries] = true;
}

/* `all`: the entries of our own names that there are. */
static void
mark_all(struct survey *survey)
{
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		mark(survey, name);
	}
}

/* Marks the entries that the operands mean; false (and said) if one means none. */
static bool
mark_wanted(struct survey *survey)
{
	struct targets targets;
	bool found = true;
	struct err err;

	for (size_t i = 0; i < survey->args->operand_count; i++) {
		const struct operand *operand = &survey->args->operands[i];

		if (!operand->literal && strcmp(operand->word, "all") == 0) {
			mark_all(survey);
		} else if (operand_find(&survey->s.list, operand, &targets, &err) < 0) {
			print_err(operand->word, "%s", err.text);
			found = false;
		} else {
			for (size_t k = 0; k < targets.count; k++)
				mark(survey, targets.names[k]);
		}
	}
	return found;
}

static void
print_head(const struct survey *survey)
{
	size_t count = 0;
	struct handler view;

	for (size_t i = 0; i < survey->s.list.count; i++)
		count += snapshot_handler(&survey->s, i, &view);
	print_safe(stdout, survey->s.b.dir);
	printf(": switched %s, %s, %zu %s\n",
	       survey->s.switched_on ? "on" : "OFF (nothing runs; binfmtctl enable --global)",
	       scope_text(binfmt_scope(&survey->s.b)), count, count == 1 ? "entry" : "entries");
}

/* With --json the tables are empty. */
static int
print_text(struct survey *survey)
{
	if (!survey->args->quiet && !survey->args->json)
		print_head(survey);
	if (!survey->args->quiet && survey->entries.rows)
		putchar('\n');
	return columns_print(&survey->entries) | columns_print(&survey->problems);
}

static int
run(struct survey *survey)
{
	static const char *const headings[] = {"NAME", "ARCH", "FLAGS", "HEALTH", "INTERPRETER", NULL};
	static const char *const no_heading[] = {"", NULL};

	if (survey->args->json) {
		json_object(NULL);
		snapshot_json(&survey->s);
		json_string("scope", scope_word(binfmt_scope(&survey->s.b)));
		json_array("entries");
	}
	columns_start(&survey->entries, headings);
	survey->entries.marked = 3;
	survey->entries.good = "ok";
	columns_start(&survey->problems, no_heading);
	for (size_t i = 0; i < survey->s.list.count; i++)
		if (!survey->wanted || survey->wanted[i])
			survey_one(survey, i);
	if (survey->args->json) {
		json_end();
		json_end();
	}
	return print_text(survey);
}

int
cmd_status(const struct cmd *cmd, struct args *args)
{
	struct survey survey = {.args = args, .healthy = true};
	int status = snapshot_open(&survey.s, cmd, args), done;
	bool found = true;

	if (status != EXIT_DONE)
		return status;
	if (args->operand_count) {
		survey.wanted = calloc(survey.s.list.count + 1, sizeof(*survey.wanted));
		found = survey.wanted && mark_wanted(&survey);
	}
	done = run(&survey);
	free(survey.wanted);
	snapshot_close(&survey.s);
	return done == 0 && found && survey.healthy && survey.s.complete ? EXIT_DONE : EXIT_FAILED;
}
