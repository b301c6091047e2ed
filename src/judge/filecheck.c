/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "arch.h"
#include "archruns.h"
#include "archtest.h"
#include "doctor.h"
#include "elfkind.h"
#include "envcheck.h"
#include "filecheck.h"
#include "filekind.h"
#include "host.h"
#include "inforce.h"
#include "needs.h"
#include "opened.h"
#include "resolve.h"

/* A visit to one file. */
struct visit {
	const struct snapshot *s;
	const char *file;
	int root;
	bool run; /* what is registered may run */
	doctor_tell *tell;
	void *arg;
};

/* What is said is about the file, and the entry (or NULL) that takes it. */
static void
tell_file(const struct visit *visit, const char *check, const char *entry, struct finding *f)
{
	f->entry = entry;
	f->file = visit->file;
	visit->tell(visit->arg, check, f);
}

/* Who runs the file, and whether exec of it works. */
static void
judge_match(const struct visit *visit, const struct resolved *r)
{
	struct finding f = {.why = r->why};
	bool named = r->handler.entry && (r->result == RESOLVED_HANDLER || r->result == RESOLVED_UNKNOWN);

	f.grade = r->walk.verdict == WALK_RUNS ? GRADE_PASS : GRADE_FAIL;
	if (r->walk.verdict == WALK_UNKNOWN)
		f.grade = GRADE_UNKNOWN;
	if (*f.why.text)
		err_wrap(&f.why, "%s: %s%s%s", visit->file, resolve_word(r->result), named ? " " : "",
			 named ? r->handler.name : "");
	else
		err_note(&f.why, "%s: %s%s%s", visit->file, resolve_word(r->result), named ? " " : "",
			 named ? r->handler.name : "");
	tell_file(visit, "match", named ? r->handler.name : NULL, &f);
}

/* Each file on the way that was found good. */
static void
judge_hops(const struct visit *visit, const struct walk *walk)
{
	static const char *const checks[] = {[WALK_FILE] = "file",
					     [WALK_HANDLER] = "interpreter",
					     [WALK_SCRIPT] = "interpreter",
					     [WALK_LOADER] = "loader"};
	struct finding f;

	for (size_t i = 1; i < walk->count; i++) {
		const struct walk_hop *hop = &walk->hops[i];

		if (!hop->seen || walk->problem == (int)i)
			continue;
		finding_set(&f, GRADE_PASS, "%s is there and executable", hop->path);
		tell_file(visit, checks[hop->by], hop->entry ? hop->entry->rule.name : NULL, &f);
	}
}

static enum grade
grade_of(const struct archtest *trial, bool untold)
{
	if (!trial->tried)
		return GRADE_UNKNOWN;
	if (!trial->ok)
		return GRADE_FAIL;
	if (trial->stale)
		return GRADE_WARN;
	return untold || trial->unseen ? GRADE_UNKNOWN : GRADE_PASS;
}

static void
keep_trial(void *arg, const struct arch *arch, const struct archtest *trial)
{
	(void)arch;
	*(struct archtest *)arg = *trial;
}

/* Runs the architecture's probe, not the file. True: its interpreter is QEMU. */
static bool
judge_arch(const struct visit *visit, const struct arch *arch)
{
	const struct archruns_way way = {.s = visit->s,
					 .root = visit->root,
					 .until = visit->run ? PROBE_UNTIL_EXIT : PROBE_UNTIL_FOREIGN,
					 .timeout_ms = PROBE_TIMEOUT_MS,
					 .version = visit->run};
	const char *option = visit->root < 0 ? "--no-run" : "--root";
	struct archtest trial;
	struct finding f;
	bool untold;

	archruns_do(&way, &arch, 1, keep_trial, &trial);
	untold = archtest_is_untold(&trial);
	finding_set(&f, grade_of(&trial, untold), "%s programs %s%s%s", arch->name,
		    !trial.tried ? "could not be tried"
		    : !trial.ok  ? "do not run"
		    : untold     ? "are started"
				 : "run",
		    *trial.runner ? " by " : "", trial.runner);
	if (untold)
		err_add(&f.why, "; whether that runs them was not tried (%s)", option);
	if (*trial.why.text)
		err_add(&f.why, ": %s", trial.why.text);
	finding_fix(&f, "%s", trial.why.fix);
	tell_file(visit, "test", *trial.entry ? trial.entry : NULL, &f);
	return *trial.version || trial.stopped;
}

static void
tell_need(const struct visit *visit, const struct err *need)
{
	struct finding f = {.grade = GRADE_WARN, .why = *need};

	err_wrap(&f.why, "%s", visit->file);
	if (visit->root >= 0)
		f.why.fix[0] = '\0'; /* it would name a file of our own root */
	tell_file(visit, "program", NULL, &f);
}

/* What the program itself needs, once its interpreter has started. */
static void
judge_needs(const struct visit *visit, const struct resolved *r, bool qemu)
{
	const struct needs_handler handler = {visit->file, r->handler.entry ? r->handler.entry->rule.flags : 0, qemu};
	struct err findings[NEEDS_FINDINGS_MAX];
	struct opened file;
	struct needs needs;
	size_t count;

	if (opened_open(visit->root, visit->file, false, &file) != 0)
		return;
	if (opened_readable(&file)) {
		needs_look(file.fd, visit->root < 0 ? AT_FDCWD : visit->root, r->arch, &needs);
		count = needs_findings(&needs, &handler, findings);
		if (!needs.elf) /* not even a whole header */
			count = elfkind_explain(&r->subject, needs.size, host_arch(), &findings[0]);
		for (size_t i = 0; i < count; i++)
			tell_need(visit, &findings[i]);
	}
	opened_close(&file);
}

/* A script may start and yet fail: the rest of its first line is the argument of what runs it. */
static void
judge_argument(const struct visit *visit, const struct resolved *r)
{
	struct err why;

	if (r->result != RESOLVED_SCRIPT || r->walk.verdict != WALK_RUNS)
		return;
	err_clear(&why);
	if (filekind_carriage_return(&r->subject, (uint64_t)r->walk.st.st_size, &why) ||
	    envcheck_missing(visit->root, &r->subject, &why))
		tell_need(visit, &why);
}

void
filecheck(const struct snapshot *s, int root, bool run, const char *file, doctor_tell *tell, void *arg)
{
	const struct visit visit = {s, file, root, run, tell, arg};
	static struct resolved r; /* 18 KB */
	bool foreign, qemu;

	resolve_file(s, root, file, &r);
	inforce_explain(s, root, &r);
	foreign = r.result == RESOLVED_HANDLER || (r.result == RESOLVED_UNKNOWN && r.walk.doubt == WALK_NO_TABLE);
	judge_match(&visit, &r);
	judge_hops(&visit, &r.walk);
	judge_argument(&visit, &r);
	if (!r.arch || (!foreign && r.result != RESOLVED_NATIVE))
		return;
	qemu = judge_arch(&visit, r.arch);
	if (foreign)
		judge_needs(&visit, &r, qemu);
}
