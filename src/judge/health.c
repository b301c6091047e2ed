/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "arch.h"
#include "check.h"
#include "health.h"
#include "interp.h"
#include "match.h"
#include "rule.h"
#include "snapshot.h"
#include "stale.h"
#include "tempname.h"

static const char *const codes[] = {
    [PROBLEM_DISABLED] = "disabled",
    [PROBLEM_MISSING] = "missing",
    [PROBLEM_STALE] = "stale",
    [PROBLEM_DELETED] = "deleted",
    [PROBLEM_NOT_EXECUTABLE] = "not-executable",
    [PROBLEM_DYNAMIC] = "dynamic",
    [PROBLEM_INSECURE] = "insecure",
    [PROBLEM_SHADOWED] = "shadowed",
    [PROBLEM_NATIVE] = "native",
    [PROBLEM_LOOP] = "loop",
    [PROBLEM_LEFTOVER] = "leftover",
};

const char *
health_code(enum problem problem)
{
	return codes[problem];
}

int
health_is_warning(enum problem problem)
{
	return problem == PROBLEM_DYNAMIC || problem == PROBLEM_SHADOWED;
}

__attribute__((format(printf, 3, 4))) static void
add(struct health *h, enum problem problem, const char *fmt, ...)
{
	va_list ap;

	if (h->count == PROBLEMS)
		return;
	h->problems[h->count].problem = problem;
	va_start(ap, fmt);
	vsnprintf(h->problems[h->count].detail, sizeof(h->problems[0].detail), fmt, ap);
	va_end(ap);
	h->count++;
}

static void
examine_stale(const struct snapshot *s, const struct handler *view, struct health *h)
{
	struct staleness is = stale_of(view->rule, &view->entry->mtime, &s->list, s->switched_on);
	const char *how = is.by_time ? " (by time)" : "", *path = view->rule->interpreter;

	if (is.stale == STALE_REPLACED && is.by_time)
		add(h, PROBLEM_STALE,
		    "by time: %s was changed after the entry was registered; binfmtctl register makes it fresh", path);
	else if (is.stale == STALE_REPLACED)
		add(h, PROBLEM_STALE, "%s was replaced, the old file keeps running; binfmtctl refresh makes it fresh",
		    path);
	else if (is.stale == STALE_DELETED)
		add(h, PROBLEM_DELETED, "%s was deleted, the old file keeps running%s", path, how);
}

static void
examine_interpreter(const struct snapshot *s, const struct handler *view, struct health *h)
{
	const struct rule *rule = view->rule;
	struct interp interp;
	const char *reason = interp_look(rule->interpreter, &interp);
	struct stat st;
	struct err err;

	if (rule->flags & RULE_F)
		examine_stale(s, view, h);
	else if (reason)
		add(h,
		    stat(rule->interpreter, &st) < 0 || !S_ISREG(st.st_mode) ? PROBLEM_MISSING : PROBLEM_NOT_EXECUTABLE,
		    "%s: %s", rule->interpreter, reason);
	if (!reason && rule->flags & RULE_F && interp.dynamic)
		add(h, PROBLEM_DYNAMIC,
		    "%s is dynamically linked: it fails in a chroot or container without its libraries",
		    rule->interpreter);
	if (rule->flags & RULE_C && trust_check(rule->interpreter, &err) < 0)
		add(h, PROBLEM_INSECURE, "%s", err.text);
}

void
health_examine(const struct snapshot *s, const struct handler *view, struct health *h)
{
	const char *reason, *front = check_in_front(view->rule, &s->list);
	struct interp interp;

	h->count = 0;
	if (!view->rule->enabled)
		add(h, PROBLEM_DISABLED, "switched off; binfmtctl enable switches it on");
	if (view->rule->type != RULE_BPF)
		examine_interpreter(s, view, h);
	if (front && view->rule->enabled)
		add(h, PROBLEM_SHADOWED, "entry %s stands in front and takes files from it", front);
	reason = check_native(view->rule);
	if (reason)
		add(h, PROBLEM_NATIVE, "%s", reason);
	reason = interp_look(view->rule->interpreter, &interp) ? NULL : check_loop(view->rule, &interp, &s->list);
	if (reason)
		add(h, PROBLEM_LOOP, "%s", reason);
	if (view->leftover)
		add(h, PROBLEM_LEFTOVER, "a change was killed half way; %s ends it",
		    tempname_is_hashed(view->name) ? "removing the entry, or registering it by its own name,"
						   : "the next binfmtctl run that changes something");
}
