/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "archtest.h"
#include "bootcheck.h"
#include "check.h"
#include "cmd.h"
#include "doctor.h"
#include "facts.h"
#include "health.h"
#include "json.h"
#include "resolve.h"
#include "rule.h"
#include "snapshot.h"
#include "text.h"

const struct opt doctor_opts[] = {OPT_END};

/* One visit: what was found so far, and the entries if they can be seen. */
struct visit {
	const struct args *args;
	struct snapshot s;
	bool seen;
	unsigned grades[3];
};

static const char *const grade_words[] = {[GRADE_PASS] = "pass", [GRADE_WARN] = "warn", [GRADE_FAIL] = "fail"};

static void
tell(void *arg, const char *check, const struct finding *f)
{
	struct visit *visit = arg;
	const struct args *args = visit->args;

	visit->grades[f->grade]++;
	if (args->json) {
		json_object(NULL);
		json_string("check", check);
		json_string("result", grade_words[f->grade]);
		hint_json(&f->advice);
		json_end();
		return;
	}
	if ((f->grade == GRADE_PASS && !args->verbose) || (f->grade != GRADE_FAIL && args->quiet))
		return;
	printf("%s  %s: ", grade_words[f->grade], check);
	print_safe(stdout, f->advice.detail);
	putchar('\n');
	if (!*f->advice.fix)
		return;
	fputs("      fix: ", stdout);
	print_safe(stdout, f->advice.fix);
	putchar('\n');
}

static void
judge_machine(struct visit *visit, const struct facts *facts)
{
	static struct finding f;

	for (const struct doctor_check *check = doctor_checks; check->name; check++) {
		check->judge(facts, &f);
		tell(visit, check->name, &f);
	}
}

/* Most problems have one remedy, whatever the entry. */
static void
fix_entry(const struct handler *view, enum problem problem, struct finding *f)
{
	static const char *const fixes[] = {
	    [PROBLEM_DISABLED] = "binfmtctl enable --entry %s",
	    [PROBLEM_MISSING] = "install the interpreter, or: binfmtctl remove --entry %s",
	    [PROBLEM_STALE] = "binfmtctl refresh --entry %s",
	    [PROBLEM_DELETED] = "install the interpreter and: binfmtctl refresh --entry %s",
	    [PROBLEM_NOT_EXECUTABLE] = "chmod +x the interpreter, or: binfmtctl remove --entry %s",
	    [PROBLEM_DYNAMIC] = "install a static interpreter (qemu-user-static), then register %s again",
	    [PROBLEM_INSECURE] = "binfmtctl disable --entry %s, then chown root and chmod go-w what is named",
	    [PROBLEM_SHADOWED] = "binfmtctl disable the one that should not win, or register %s again: the newest wins",
	    [PROBLEM_NATIVE] = "binfmtctl remove --entry %s",
	    [PROBLEM_LOOP] = "binfmtctl remove --entry %s",
	    [PROBLEM_LEFTOVER] = "register %s again",
	};
	char quoted[TEXT_QUOTED_MAX];
	const char *fix = fixes[problem], *at = strstr(fix, "%s");

	finding_fix(f, "%.*s%s%s", (int)(at - fix), fix, text_quote(view->name, quoted, sizeof(quoted)), at + 2);
}

/* What takes native programs or itself is better left disabled. */
static bool
is_dangerous(const struct health *health)
{
	for (size_t i = 0; i < health->count; i++)
		if (health->problems[i].problem == PROBLEM_NATIVE || health->problems[i].problem == PROBLEM_LOOP)
			return true;
	return false;
}

static void
judge_entry(struct visit *visit, const struct handler *view)
{
	static struct health health;
	static struct finding f;

	health_examine(&visit->s, view, &health);
	for (size_t i = 0; i < health.count; i++) {
		enum problem problem = health.problems[i].problem;
		bool mild = health_is_warning(problem) || problem == PROBLEM_DISABLED;

		finding_set(&f, mild ? GRADE_WARN : GRADE_FAIL, "%s: %s", view->name, health.problems[i].detail);
		if (problem != PROBLEM_DISABLED || !is_dangerous(&health))
			fix_entry(view, problem, &f);
		tell(visit, health_code(problem), &f);
	}
}

/* Who can become root by flag C: to be known even where all is well. */
static void
judge_credentials(struct visit *visit, const struct handler *view)
{
	static struct finding f;
	struct err err;

	if (!(view->rule->flags & RULE_C) || trust_check(view->rule->interpreter, &err) < 0)
		return; /* insecure: that was told already */
	finding_set(&f, GRADE_PASS, "%s (%s) gives set-user-id programs their rights, and only root can write %s",
		    view->name, view->arch ? view->arch->name : "other files", view->rule->interpreter);
	tell(visit, "credentials", &f);
}

static void
judge_entries(struct visit *visit)
{
	unsigned before = visit->grades[GRADE_WARN] + visit->grades[GRADE_FAIL];
	static struct finding f;
	struct handler view;

	for (size_t i = 0; i < visit->s.list.count; i++) {
		if (!snapshot_handler(&visit->s, i, &view))
			continue;
		judge_entry(visit, &view);
		judge_credentials(visit, &view);
	}
	if (visit->grades[GRADE_WARN] + visit->grades[GRADE_FAIL] != before)
		return;
	finding_set(&f, GRADE_PASS, "%zu entries, all healthy", visit->s.list.count);
	tell(visit, "entries", &f);
}

/* Runs the architecture's probe: what the file needs, without running the file. */
static void
try_arch(struct visit *visit, const struct resolved *resolved)
{
	static struct finding f;
	static struct archtest trial;

	archtest_run(resolved->arch, resolved, PROBE_TIMEOUT_MS, &trial);
	finding_set(&f,
		    !trial.ok     ? GRADE_FAIL
		    : trial.stale ? GRADE_WARN
				  : GRADE_PASS,
		    "%s programs %s%s%s%s%s", resolved->arch->name, trial.ok ? "run" : "do not run",
		    *trial.runner ? " by " : "", trial.runner, *trial.advice.detail ? ": " : "", trial.advice.detail);
	finding_fix(&f, "%s", trial.advice.fix);
	tell(visit, "test", &f);
}

/* The interpreter of the handler or script that the file goes to. */
static void
judge_interpreter(struct visit *visit, const struct resolved *resolved)
{
	static struct finding f;
	struct interp interp;
	char path[RULE_LINE_MAX] = "";
	const char *reason;

	if (resolved->result == RESOLVED_HANDLER)
		snprintf(path, sizeof(path), "%s", resolved->handler.rule->interpreter);
	else if (resolved->result != RESOLVED_SCRIPT || !interp_of_script(resolved->subject.head, path))
		return;
	reason = interp_look(path, &interp);
	if (!reason)
		finding_set(&f, GRADE_PASS, "%s is there and executable", path);
	else if (resolved->result == RESOLVED_HANDLER && resolved->handler.rule->flags & RULE_F)
		finding_set(&f, GRADE_WARN, "%s: %s; the kernel still holds the file that was opened at registration",
			    path, reason);
	else
		finding_set(&f, GRADE_FAIL, "%s: %s", path, reason);
	if (reason)
		finding_fix(&f, "install what brings %s", path);
	tell(visit, "interpreter", &f);
}

static void
judge_file(struct visit *visit, const char *file)
{
	static struct finding f;
	static struct resolved resolved;
	bool handler;

	resolve_file(&visit->s, file, &resolved);
	handler = resolved.result == RESOLVED_HANDLER || resolved.result == RESOLVED_UNKNOWN;
	finding_set(&f, resolved.runs ? GRADE_PASS : GRADE_FAIL, "%s: %s%s%s%s%s", file, resolve_word(resolved.result),
		    handler ? " " : "", handler ? resolved.handler.name : "", *resolved.advice.detail ? ": " : "",
		    resolved.advice.detail);
	finding_fix(&f, "%s", resolved.advice.fix);
	tell(visit, "match", &f);
	judge_interpreter(visit, &resolved);
	if (resolved.arch && (resolved.result == RESOLVED_HANDLER || resolved.result == RESOLVED_NATIVE))
		try_arch(visit, &resolved);
}

/* Where the entries cannot be seen, a file's architecture can still be tried. */
static void
judge_file_unseen(struct visit *visit, const char *file)
{
	static struct finding f;

	finding_set(&f, GRADE_WARN, "%s: which handler takes it cannot be seen here", file);
	finding_fix(&f, "binfmtctl test ARCH tells whether its architecture runs");
	tell(visit, "match", &f);
}

static void
examine(struct visit *visit)
{
	const struct args *args = visit->args;
	const struct snapshot *host; /* the entries that a reboot concerns */
	struct facts facts;
	struct err err;

	visit->seen = snapshot_read(&visit->s, args, &err) == 0;
	facts_read(&facts, &visit->s.b, visit->seen, &err);
	host = visit->seen && facts.scope == BINFMT_HOST ? &visit->s : NULL;
	facts.unconfigured = host ? bootcheck_unconfigured(host) : 0;
	judge_machine(visit, &facts);
	if (visit->seen)
		judge_entries(visit);
	bootcheck_examine(host, tell, visit);
	for (size_t i = 0; i < args->operand_count; i++) {
		if (visit->seen)
			judge_file(visit, args->operands[i].word);
		else
			judge_file_unseen(visit, args->operands[i].word);
	}
	if (visit->seen)
		snapshot_close(&visit->s);
}

int
cmd_doctor(const struct cmd *cmd, struct args *args)
{
	struct visit visit = {.args = args};

	if (args->json) {
		json_object(NULL);
		json_array(cmd->key);
	}
	examine(&visit);
	if (args->json) {
		json_end();
		json_end();
	} else if (!args->quiet) {
		printf("%u passed, %u warned, %u failed%s\n", visit.grades[GRADE_PASS], visit.grades[GRADE_WARN],
		       visit.grades[GRADE_FAIL], args->verbose ? "" : " (-v shows all)");
	}
	return visit.grades[GRADE_FAIL] ? EXIT_FAILED : EXIT_DONE;
}
