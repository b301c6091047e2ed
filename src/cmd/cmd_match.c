/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "arch.h"
#include "cmd.h"
#include "inforce.h"
#include "json.h"
#include "print.h"
#include "report.h"
#include "resolve.h"
#include "tried.h"

const struct opt match_opts[] = {OPT_ROOT, OPT_END};

/* One run of match. */
struct matching {
	const struct args *args;
	const struct snapshot *s; /* NULL: no table is visible */
	int root;                 /* of --root, -1: our own */
};

static void
json_verdict(const struct walk *walk)
{
	if (walk->verdict == WALK_UNKNOWN)
		json_null("runs");
	else
		json_bool("runs", walk->verdict == WALK_RUNS);
	json_string("errno", walk->verdict == WALK_FAILS ? walk_errno(walk->error) : NULL);
}

static void
json_hops(const struct walk *walk)
{
	static const char *const words[] = {
	    [WALK_FILE] = NULL, [WALK_HANDLER] = "handler", [WALK_SCRIPT] = "script", [WALK_LOADER] = "loader"};

	json_array("hops");
	for (size_t i = 0; i < walk->count; i++) {
		const struct walk_hop *hop = &walk->hops[i];
		bool itself = walk->runner == (int)i && i == 0;

		json_object(NULL);
		json_string("path", hop->path);
		json_string("by", itself ? "native" : words[hop->by]);
		json_string("entry", hop->entry ? hop->entry->rule.name : NULL);
		json_string("problem", walk->problem == (int)i ? walk->why.text : NULL);
		json_end();
	}
	json_end();
}

static void
match_json(const struct matching *m, const char *file, const struct resolved *r)
{
	const struct rule *rule = r->handler.entry ? &r->handler.entry->rule : NULL;
	bool known = rule && rule->pattern.type != PATTERN_UNKNOWN;
	char flags[RULE_FLAGS_MAX];

	if (known)
		rule_format_flags(rule->flags, rule->more_flags, flags);
	json_object(NULL);
	json_string("file", file);
	json_string("result", resolve_word(r->result));
	json_string("entry", rule ? r->handler.name : NULL);
	json_string("interpreter", known ? rule->interpreter : NULL);
	json_string("flags", known ? flags : NULL);
	json_string("arch", r->arch ? r->arch->name : NULL);
	json_verdict(&r->walk);
	json_why(&r->why);
	json_hops(&r->walk);
	if (m->args->verbose)
		tried_json(m->s, r);
	json_end();
}

/* The files on the way that really runs it, behind the first. */
static void
print_hops(const struct walk *walk)
{
	static const char *const words[] = {
	    [WALK_FILE] = "", [WALK_HANDLER] = "interpreter", [WALK_SCRIPT] = "#! program", [WALK_LOADER] = "loader"};

	for (size_t i = 1; i < walk->count; i++) {
		printf("  -> %s ", words[walk->hops[i].by]);
		print_safe(stdout, walk->hops[i].path);
		putchar('\n');
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
match_one(const struct matching *m, const char *file)
{
	const struct args *args = m->args;
	static struct resolved r; /* 18 KB */

	resolve_file(m->s, m->root, file, &r);
	inforce_explain(m->s, m->root, &r);
	if (r.result == RESOLVED_ERROR)
		print_err(file, "%s", r.why.text);
	if (args->json)
		match_json(m, file, &r);
	else if (!args->quiet && r.result != RESOLVED_ERROR)
		match_text(file, &r);
	if (args->json || !args->verbose || r.result == RESOLVED_ERROR)
		return r.walk.verdict == WALK_RUNS;
	tried_print(m->s, &r);
	print_hops(&r.walk);
	return r.walk.verdict == WALK_RUNS;
}

static int
match_all(const struct cmd *cmd, const struct matching *m, bool all_run)
{
	report_begin(cmd, m->args, NULL);
	for (size_t i = 0; i < m->args->operand_count; i++)
		all_run &= match_one(m, m->args->operands[i].word);
	report_end(m->args);
	if (m->root >= 0)
		close(m->root);
	return all_run ? EXIT_DONE : EXIT_FAILED;
}

int
cmd_match(const struct cmd *cmd, struct args *args)
{
	struct matching m = {.args = args};
	struct snapshot s;
	struct err err;
	int status;

	if (!args->operand_count)
		return report_usage(cmd, args, "missing operand: FILE...");
	if (opt_root(args, &m.root, &err) < 0)
		return report_fail(cmd, args, &err);
	if (snapshot_open(&s, args->binfmt_dir, &err) < 0) {
		print_warning(NULL, "%s", err.text);
		report_keep_error(&err);
		match_all(cmd, &m, true);
		return err.status;
	}
	m.s = &s;
	report_unknown(&s, true);
	status = match_all(cmd, &m, !s.unknown);
	snapshot_close(&s);
	return status;
}
