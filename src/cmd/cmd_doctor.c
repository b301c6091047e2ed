/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "bootcheck.h"
#include "cmd.h"
#include "doctor.h"
#include "facts.h"
#include "json.h"
#include "print.h"
#include "report.h"
#include "snapshot.h"

const struct opt doctor_opts[] = {OPT_END};

/* What was found so far. */
struct visit {
	const struct args *args;
	unsigned grades[3];
};

static const char *const grade_words[] = {[GRADE_PASS] = "pass", [GRADE_WARN] = "warn", [GRADE_FAIL] = "fail"};

static void
finding_json(const char *check, const struct finding *f)
{
	json_object(NULL);
	json_string("check", check);
	json_string("result", grade_words[f->grade]);
	json_why(&f->why);
	json_end();
}

static void
finding_text(const char *check, const struct finding *f)
{
	printf("%s  %s: ", grade_words[f->grade], check);
	print_safe(stdout, f->why.text);
	putchar('\n');
	if (!*f->why.fix)
		return;
	fputs("      fix: ", stdout);
	print_safe(stdout, f->why.fix);
	putchar('\n');
}

static void
take_finding(void *arg, const char *check, const struct finding *f)
{
	struct visit *visit = arg;
	const struct args *args = visit->args;

	visit->grades[f->grade]++;
	if (args->json)
		finding_json(check, f);
	else if (f->grade == GRADE_FAIL || (!args->quiet && (f->grade == GRADE_WARN || args->verbose)))
		finding_text(check, f);
}

static void
judge_machine(struct visit *visit, const struct facts *facts)
{
	struct finding f;

	for (const struct doctor_check *check = doctor_checks; check->name; check++) {
		check->judge(facts, &f);
		take_finding(visit, check->name, &f);
	}
}

/* Where the entries cannot be seen, a file's architecture can still be tried. */
static void
judge_unseen(struct visit *visit, const char *file)
{
	struct finding f;

	finding_set(&f, GRADE_WARN, "%s: which handler takes it cannot be seen here", file);
	finding_fix(&f, "binfmtctl test ARCH tells whether its architecture runs");
	take_finding(visit, "match", &f);
}

static void
examine(struct visit *visit)
{
	const struct args *args = visit->args;
	const struct snapshot *host; /* the entries that a reboot concerns */
	struct snapshot s;
	struct facts facts;
	struct err err;
	bool seen = snapshot_open(&s, args->binfmt_dir, &err) == 0;

	facts_read(&facts, args->binfmt_dir, seen ? &s.b : NULL, &err);
	host = seen && facts.scope == BINFMT_HOST ? &s : NULL;
	facts.unconfigured = host ? bootcheck_unconfigured(host) : 0;
	judge_machine(visit, &facts);
	if (seen)
		doctor_entries(&s, take_finding, visit);
	bootcheck_examine(host, take_finding, visit);
	for (size_t i = 0; i < args->operand_count; i++) {
		if (seen)
			doctor_file(&s, args->operands[i].word, take_finding, visit);
		else
			judge_unseen(visit, args->operands[i].word);
	}
	if (seen)
		snapshot_close(&s);
}

int
cmd_doctor(const struct cmd *cmd, struct args *args)
{
	struct visit visit = {.args = args};

	report_begin(cmd, args, NULL);
	examine(&visit);
	report_end(args);
	if (!args->json && !args->quiet)
		printf("%u passed, %u warned, %u failed%s\n", visit.grades[GRADE_PASS], visit.grades[GRADE_WARN],
		       visit.grades[GRADE_FAIL], args->verbose ? "" : " (-v shows all)");
	return visit.grades[GRADE_FAIL] ? EXIT_FAILED : EXIT_DONE;
}
