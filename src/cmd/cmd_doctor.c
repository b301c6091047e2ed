/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "bootcheck.h"
#include "check.h"
#include "cmd.h"
#include "colour.h"
#include "doctor.h"
#include "doctor_machine.h"
#include "facts.h"
#include "filecheck.h"
#include "inforce.h"
#include "json.h"
#include "own_unit.h"
#include "print.h"
#include "remedy.h"
#include "report.h"
#include "snapshot.h"

const struct opt doctor_opts[] = {
    OPT_ROOT,
    OPT_BOOL("no-run", 0, no_run, "run nothing of any interpreter"),
    OPT_END,
};

/* What was found so far. */
struct visit {
	const struct args *args;
	int root; /* of --root, -1: our own */
	bool coloured;
	unsigned grades[GRADES];
};

static void
finding_json(const char *check, const struct finding *f)
{
	json_object(NULL);
	json_string("check", check);
	json_string("result", grade_word(f->grade));
	json_string("entry", f->entry);
	json_string("file", f->file);
	json_why(&f->why);
	json_end();
}

static void
finding_text(const char *check, const struct finding *f, bool coloured)
{
	static const enum tint tints[GRADES] = {[GRADE_WARN] = TINT_WARN, [GRADE_FAIL] = TINT_FAIL};
	enum tint tint = coloured ? tints[f->grade] : TINT_NONE;

	printf("%s%s%s  %s: ", colour_start(tint), grade_word(f->grade), colour_end(tint), check);
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
	bool answers = f->grade == GRADE_UNKNOWN && strcmp(check, "match") == 0; /* what was asked about a file */

	visit->grades[f->grade]++;
	if (args->json)
		finding_json(check, f);
	else if (f->grade == GRADE_FAIL || (!args->quiet && (f->grade == GRADE_WARN || answers || args->verbose)))
		finding_text(check, f, visit->coloured);
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

/* Of an instance that ends with its namespace a reboot brings nothing back, and nobody wants that. */
static long
count_flushed(const struct facts *facts, const struct boot *boot, const struct snapshot *host)
{
	if (facts->scope == BINFMT_UNKNOWN || (host && !boot))
		return FACTS_UNREAD;
	return host ? bootcheck_flushed(boot, host) : 0;
}

static void
examine(struct visit *visit)
{
	const struct args *args = visit->args;
	const struct snapshot *host; /* the entries that a reboot concerns */
	struct snapshot s;
	struct facts facts;
	struct boot boot;
	struct err err;
	bool seen = snapshot_open(&s, args->binfmt_dir, &err) == 0, configured;

	if (seen)
		snapshot_prepare(&s);
	facts_read(&facts, args->binfmt_dir, seen ? &s.b : NULL, seen ? &s.list : NULL, &err);
	host = seen && facts.scope == BINFMT_HOST ? &s : NULL;
	configured = boot_read(&boot, &err) == 0;
	if (configured)
		own_unit_read(&boot, args->commands);
	facts.flushed = count_flushed(&facts, configured ? &boot : NULL, host);
	if (seen && facts.scope == BINFMT_INHERITED)
		facts.in_force = inforce_is(&s).is;
	if (seen && (s.list.count == 0 || facts.in_force == LOOK_NO))
		facts.emulator = remedy_any(&s).is;
	facts.harmless = seen && (s.switched_on || check_switch_passes(&s.list));
	judge_machine(visit, &facts);
	if (seen)
		doctor_entries(&s, take_finding, visit);
	bootcheck_examine(configured ? &boot : NULL, host, take_finding, visit);
	if (configured)
		boot_free(&boot);
	for (size_t i = 0; i < args->operand_count; i++)
		filecheck(seen ? &s : NULL, visit->root, !args->no_run, args->operands[i].word, take_finding, visit);
	if (seen)
		snapshot_close(&s);
}

int
cmd_doctor(const struct cmd *cmd, struct args *args)
{
	struct visit visit = {.args = args, .coloured = colour_wanted()};
	struct err err;

	if (opt_root(args, &visit.root, &err) < 0)
		return report_fail(cmd, args, &err);
	report_begin(cmd, args, NULL);
	examine(&visit);
	report_end(args);
	if (!args->json && !args->quiet)
		printf("%u passed, %u warned, %u failed, %u unknown%s\n", visit.grades[GRADE_PASS],
		       visit.grades[GRADE_WARN], visit.grades[GRADE_FAIL], visit.grades[GRADE_UNKNOWN],
		       args->verbose ? "" : " (-v shows all)");
	if (visit.root >= 0)
		close(visit.root);
	return visit.grades[GRADE_FAIL] ? EXIT_FAILED : EXIT_DONE;
}
