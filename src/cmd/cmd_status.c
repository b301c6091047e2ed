/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "arch.h"
#include "at_boot.h"
#include "boot.h"
#include "cmd.h"
#include "columns.h"
#include "details.h"
#include "drift.h"
#include "health.h"
#include "json.h"
#include "own_unit.h"
#include "print.h"
#include "recall.h"
#include "remedy.h"
#include "report.h"
#include "snapshot.h"

const struct opt status_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("strict", 0, strict, "warnings are failures too"),
    OPT_END,
};

/* One run of status over the entries asked for. */
struct survey {
	const struct cmd *cmd;
	const struct args *args;
	struct snapshot s;
	struct columns entries, problems;
	const struct boot *boot; /* of the host, NULL: none is */
	bool *wanted;            /* by listed entry; NULL: not known, so all */
	bool healthy, lacking;   /* lacking: an operand means no entry */
	struct recall recall;
	struct handler handler; /* the one examined now */
	enum err_code first;    /* its first problem, or ERR_NONE */
};

static bool
counts(const struct survey *survey, enum err_code problem)
{
	if (problem == ERR_DISABLED)
		return survey->args->operand_count > 0;
	return !health_is_warning(problem) || survey->args->strict;
}

/* Whether entries are shown whole. */
static bool
is_whole(const struct survey *survey)
{
	const struct args *args = survey->args;

	return args->verbose && !args->quiet && !args->json;
}

static void
problem_json(const struct err *problem)
{
	json_object(NULL);
	json_cause(problem);
	json_end();
}

static void
problem_text(struct survey *survey, const struct err *problem)
{
	char line[ERR_TEXT_MAX + RULE_NAME_MAX + 64];

	snprintf(line, sizeof(line), "%s: %s: %s", survey->handler.name, err_word(problem->code), problem->text);
	columns_row(&survey->problems, TINT_NONE, (const char *[]){line});
}

/* The first one below "health", the others below that. */
static void
problem_field(struct survey *survey, const struct err *problem)
{
	char text[ERR_TEXT_MAX + 64];

	snprintf(text, sizeof(text), "%s: %s", err_word(problem->code), problem->text);
	details_field(survey->first == ERR_NONE ? "health" : "", text);
}

static void
take_problem(void *arg, const struct err *problem)
{
	struct survey *survey = arg;

	if (survey->args->json)
		problem_json(problem);
	else if (is_whole(survey))
		problem_field(survey, problem);
	else
		problem_text(survey, problem);
	if (survey->first == ERR_NONE)
		survey->first = problem->code;
	if (!counts(survey, problem->code))
		return;
	survey->healthy = false;
	if (survey->args->quiet && !survey->args->json)
		print_err(survey->handler.name, "%s: %s", err_word(problem->code), problem->text);
}

/* Of an entry that is not understood nothing else can be said; what it is, report_unknown has. */
static void
examine(struct survey *survey)
{
	const char *reason = survey->handler.entry->reason;
	struct err problem;

	if (!reason) {
		health_examine(&survey->s, survey->boot, &survey->recall, &survey->handler, take_problem, survey);
		return;
	}
	err_set(&problem, ERR_NOT_UNDERSTOOD, "%s", reason);
	survey->first = ERR_NOT_UNDERSTOOD;
	if (survey->args->json)
		problem_json(&problem);
}

static const char *
health_word(const struct survey *survey)
{
	return survey->first == ERR_NONE ? "ok" : err_word(survey->first);
}

static void
survey_json(struct survey *survey)
{
	json_object(NULL);
	report_handler(&survey->handler);
	json_array("problems");
	examine(survey);
	json_end();
	json_string("health", health_word(survey));
	at_boot_json(survey->boot, &survey->handler);
	json_end();
}

static enum tint
health_tint(const struct survey *survey)
{
	if (survey->first == ERR_NONE)
		return TINT_NONE;
	return survey->first == ERR_NOT_UNDERSTOOD || counts(survey, survey->first) ? TINT_FAIL : TINT_WARN;
}

static void
survey_row(struct survey *survey)
{
	const struct handler *h = &survey->handler;
	char flags[RULE_FLAGS_MAX];

	examine(survey);
	rule_format_flags(h->entry->rule.flags, h->entry->rule.more_flags, flags);
	columns_row(&survey->entries, health_tint(survey),
		    (const char *[]){h->name, h->arch ? h->arch->name : "-", *flags ? flags : "-", health_word(survey),
				     h->entry->reason ? "-" : h->entry->rule.interpreter});
}

static void
survey_details(struct survey *survey)
{
	char at_boot[ERR_TEXT_MAX];

	putchar('\n');
	details_head(&survey->handler);
	examine(survey);
	if (survey->first == ERR_NONE)
		details_field("health", "ok");
	drift_source(&survey->s, survey->boot, &survey->handler, at_boot);
	details_rule(&survey->handler, at_boot);
}

static void
survey_all(struct survey *survey)
{
	for (size_t i = 0; i < survey->s.list.count; i++) {
		if ((survey->wanted && !survey->wanted[i]) || !snapshot_listed(&survey->s, i, &survey->handler))
			continue;
		survey->first = ERR_NONE;
		if (survey->args->json)
			survey_json(survey);
		else if (is_whole(survey))
			survey_details(survey);
		else
			survey_row(survey);
	}
}

/* What is known of an entry that is not there, and what helps. */
static void
add_remedy(const struct survey *survey, const struct operand *operand, struct err *err)
{
	const struct arch *arch = operand_arch(operand);
	static struct warnings warnings; /* 8 KB */
	char name[RULE_NAME_MAX + 1];

	warnings.len = 0;
	if (arch)
		arch_entry_name(arch, name);
	drift_warn(arch ? name : operand->word, NULL, &warnings);
	if (warnings.len)
		err_add(err, "; %s", warnings.text);
	remedy_absent(&survey->s, arch, err);
}

/* The operands that mean no entry. */
static void
failed_json(const struct survey *survey)
{
	const struct args *args = survey->args;
	const char *names[ARCH_ROWS_MAX];
	struct err err;

	json_array("failed");
	for (size_t i = 0; i < args->operand_count; i++) {
		if (operand_entries(&survey->s.list, &args->operands[i], names, &err) >= 0)
			continue;
		add_remedy(survey, &args->operands[i], &err);
		json_object(NULL);
		json_string("name", args->operands[i].word);
		json_cause(&err);
		json_end();
	}
	json_end();
}

/* An operand that means no entry. */
static void
tell_missing(void *arg, const struct operand *operand, struct err *err)
{
	struct survey *survey = arg;

	add_remedy(survey, operand, err);
	report_error(operand->word, err);
	survey->lacking = true;
}

/* Marks the entries that the operands mean; false (and said) if one means none. */
static bool
mark_wanted(struct survey *survey)
{
	const struct args *args = survey->args;
	struct err err;

	survey->wanted = operand_marks(&survey->s.list, args->operands, args->operand_count, tell_missing, survey);
	if (survey->wanted)
		return !survey->lacking;
	err_set(&err, ERR_MEMORY, "out of memory");
	report_error(NULL, &err);
	return false;
}

static void
print_head(const struct survey *survey)
{
	static const char *const scopes[] = {
	    [BINFMT_HOST] = "host instance",       [BINFMT_NAMESPACE] = "private instance",
	    [BINFMT_PRIVATE] = "private instance", [BINFMT_INHERITED] = "instance of a parent user namespace",
	    [BINFMT_UNKNOWN] = "instance unknown",
	};
	struct handler handler;
	size_t count = 0;

	for (size_t i = 0; i < survey->s.list.count; i++)
		count += snapshot_listed(&survey->s, i, &handler);
	print_safe(stdout, survey->s.b.dir);
	printf(": switched %s, %s, %zu %s\n",
	       survey->s.switched_on ? "on" : "OFF (nothing runs; binfmtctl enable --global)",
	       scopes[snapshot_scope(&survey->s)], count, count == 1 ? "entry" : "entries");
}

/* With --json the columns are empty. */
static int
print_columns(struct survey *survey)
{
	if (!survey->args->quiet && survey->entries.rows)
		putchar('\n');
	return columns_print(&survey->entries) | columns_print(&survey->problems);
}

static int
survey_and_print(struct survey *survey)
{
	static const char *const headings[] = {"NAME", "ARCH", "FLAGS", "HEALTH", "INTERPRETER", NULL};
	static const char *const no_heading[] = {"", NULL};

	columns_start(&survey->entries, headings);
	survey->entries.marked = 3;
	columns_start(&survey->problems, no_heading);
	report_begin(survey->cmd, survey->args, &survey->s);
	if (!survey->args->quiet && !survey->args->json)
		print_head(survey);
	survey_all(survey);
	report_more(survey->args);
	if (survey->args->json)
		failed_json(survey);
	report_end(survey->args);
	return print_columns(survey);
}

/* Where the switch is off no entry is of use. What the head says of it, -q keeps quiet about. */
static bool
is_switched_on(const struct survey *survey)
{
	const struct args *args = survey->args;

	if (!survey->s.switched_on && args->quiet && !args->json)
		print_err(survey->s.b.dir, "switched off: nothing runs; binfmtctl enable --global switches it on");
	return survey->s.switched_on;
}

int
cmd_status(const struct cmd *cmd, struct args *args)
{
	struct survey survey = {.cmd = cmd, .args = args};
	bool found, complete;
	struct boot boot;
	struct err err;
	int done;

	if (snapshot_open(&survey.s, args->binfmt_dir, &err) < 0)
		return report_fail(cmd, args, &err);
	report_unknown(&survey.s, true);
	complete = !survey.s.unknown;
	snapshot_prepare(&survey.s);
	survey.healthy = is_switched_on(&survey);
	found = mark_wanted(&survey);
	if (snapshot_scope(&survey.s) == BINFMT_HOST) {
		boot_read(&boot, &err); /* what fails is unread, which counts */
		own_unit_read(&boot, args->commands);
		survey.boot = &boot;
	}
	done = survey_and_print(&survey);
	if (survey.boot)
		boot_free(&boot);
	free(survey.wanted);
	snapshot_close(&survey.s);
	return done == 0 && found && survey.healthy && complete ? EXIT_DONE : EXIT_FAILED;
}
