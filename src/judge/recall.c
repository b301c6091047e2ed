/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_list.h"
#include "buckets.h"
#include "check.h"
#include "inforce.h"
#include "pathtime.h"
#include "recall.h"
#include "trust.h"

/* What the table is asked about an interpreter. */
static void
set_subject(const struct recall *recall, struct subject *subject)
{
	subject->path = recall->of->rule.interpreter;
	memcpy(subject->head, recall->walk.head, sizeof(subject->head));
}

/* Whether an entry takes, or may take, a file. */
static bool
may_be_taken(const struct binfmt_list *list, const struct subject *subject)
{
	struct way way;

	buckets_takers(list->buckets, list->count, subject, &way);
	for (size_t i; (i = way_next(&way)) < list->count;) {
		const struct pattern *p = &list->entries[i].rule.pattern;

		if (list->entries[i].enabled && (p->type > PATTERN_EXTENSION || pattern_takes(p, subject)))
			return true;
	}
	return false;
}

/* Whether the walk met nothing but the interpreter and its loader, so that the entry had no part in it. */
static bool
is_shared(const struct recall *recall, const struct binfmt_list *list)
{
	const struct walk *walk = &recall->walk;
	struct subject subject;

	if (walk->doubt || walk->count > 2 || (walk->count == 2 && walk->hops[1].by != WALK_LOADER))
		return false;
	set_subject(recall, &subject);
	return !walk->read || !may_be_taken(list, &subject);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether the walk is this entry's too. */
static bool
is_of(const struct recall *recall, const struct entry *entry)
{
	const struct rule *rule = &entry->rule, *was = recall->of ? &recall->of->rule : NULL;
	struct subject subject;

	if (!was || !recall->shared || !same_text(rule->interpreter, was->interpreter) || rule->flags != was->flags ||
	    !same_text(rule->more_flags, was->more_flags))
		return false;
	if (rule->flags & RULE_F && pathtime_doubt(&recall->walk.hops[0].times, &entry->registered))
		return false;
	set_subject(recall, &subject);
	return !recall->walk.read || !pattern_takes(&rule->pattern, &subject);
}

const struct walk *
recall_walk(struct recall *recall, const struct binfmt_list *list, const struct entry *entry)
{
	const struct check check = {.list = list, .live = entry};

	if (is_of(recall, entry)) {
		recall->walk.hops[0].entry = recall->of = entry;
		return &recall->walk;
	}
	recall->of = entry;
	check_walk(&entry->rule, &check, &recall->walk);
	recall->shared = is_shared(recall, list);
	return &recall->walk;
}

struct look
recall_in_force(struct recall *recall, const struct snapshot *s, const struct entry *entry)
{
	if (!recall->asked)
		recall->in_force = inforce_is(s);
	recall->asked = true;
	return recall->in_force.is == LOOK_UNKNOWN ? inforce_runs(s, entry) : recall->in_force;
}

/* An answer that is no answer is asked for again. */
static int
answer(struct recall_answer *recall, const char *path, int (*ask)(const char *, struct err *), struct err *err)
{
	if (!recall->path || strcmp(recall->path, path) != 0)
		recall->path = ask(path, &recall->err) < 0 && recall->err.code == ERR_UNKNOWN ? NULL : path;
	if (!*recall->err.text)
		return 0;
	*err = recall->err;
	return -1;
}

static int
ask_owners(const char *path, struct err *err)
{
	return trust_check(path, NULL, err);
}

int
recall_reach(struct recall *recall, const char *path, struct err *err)
{
	return answer(&recall->reach, path, trust_reach, err);
}

int
recall_owners(struct recall *recall, const char *path, struct err *err)
{
	return answer(&recall->owners, path, ask_owners, err);
}
