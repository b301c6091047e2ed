/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <sys/prctl.h>

#include "arch.h"
#include "doctor.h"
#include "health.h"
#include "recall.h"
#include "snapshot.h"

const char *
grade_word(enum grade grade)
{
	static const char *const words[GRADES] = {"pass", "warn", "fail", "unknown"};

	return words[grade];
}

/* Who is told, and whether anything was amiss. */
struct visit {
	const struct handler *handler;
	doctor_tell *tell;
	void *arg;
	bool amiss;
};

static void
tell_problem(void *arg, const struct err *problem)
{
	struct visit *visit = arg;
	bool mild = health_is_warning(problem->code) || problem->code == ERR_DISABLED;
	struct finding f = {.grade = mild ? GRADE_WARN : GRADE_FAIL, .why = *problem, .entry = visit->handler->name};

	if (problem->code == ERR_UNKNOWN)
		f.grade = GRADE_UNKNOWN;

	err_wrap(&f.why, "%s", visit->handler->name);
	visit->tell(visit->arg, err_word(problem->code), &f);
	visit->amiss = true;
}

/* Who can become root by flag C: to be known even where all is well. */
static void
judge_credentials(struct recall *recall, const struct handler *handler, doctor_tell *tell, void *arg)
{
	const struct rule *rule = &handler->entry->rule;
	struct finding f;

	if (!(rule->flags & RULE_C) || recall_owners(recall, rule->interpreter, &f.why) < 0)
		return; /* insecure: that was told already */
	finding_set(&f, GRADE_PASS, "%s (%s) %s, and only root can write %s", handler->name,
		    handler->arch ? handler->arch->name : "other files",
		    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "has flag C, without effect here (no_new_privs)"
								: "gives set-user-id programs their rights",
		    rule->interpreter);
	f.entry = handler->name;
	tell(arg, "credentials", &f);
}

void
doctor_entries(const struct snapshot *s, doctor_tell *tell, void *arg)
{
	struct handler handler;
	struct visit visit = {&handler, tell, arg, false};
	struct recall recall = {.of = NULL};
	struct finding f;

	for (size_t i = 0; i < s->list.count; i++) {
		if (s->list.entries[i].reason) {
			finding_set(&f, GRADE_WARN, "%s: %s: what it takes and runs is not known",
				    s->list.entries[i].rule.name, s->list.entries[i].reason);
			f.entry = s->list.entries[i].rule.name;
			tell(arg, "not-understood", &f);
			visit.amiss = true;
		}
		if (!snapshot_shown(s, i, &handler))
			continue;
		health_examine(s, NULL, &recall, &handler, tell_problem, &visit);
		judge_credentials(&recall, &handler, tell, arg);
	}
	if (visit.amiss)
		return;
	finding_set(&f, GRADE_PASS, "%zu %s, all healthy", s->list.count, s->list.count == 1 ? "entry" : "entries");
	tell(arg, "entries", &f);
}
