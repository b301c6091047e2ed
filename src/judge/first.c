/* SPDX-License-Identifier: MIT */
#include "first.h"
#include "err.h"
#include "probe.h"
#include "snapshot.h"
#include "walk.h"

/* Whether the first bytes alone decide: no entry that asks for more takes the file, or may. */
static bool
bytes_decide(const struct snapshot *s, const struct subject *subject)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct entry *e = &s->list.entries[i];
		enum pattern_type type = e->rule.pattern.type;

		if (e->enabled && (type > PATTERN_EXTENSION ||
				   (type == PATTERN_EXTENSION && pattern_takes(&e->rule.pattern, subject))))
			return false;
	}
	return true;
}

/* Whether a run was made by an entry: its interpreter, or what runs that. Unknown where that cannot be told. */
static struct look
has_run(const struct snapshot *s, const struct entry *e, const struct probe_result *run)
{
	const struct walk_where where = {.root = -1, .list = &s->list, .switched_on = true};
	static struct walk walk; /* 12 KB */
	const struct walk_hop *runner;

	walk_rule(&where, &e->rule, e, NULL, &walk);
	if (walk.doubt || walk.runner < 0)
		return look_unknown();
	runner = &walk.hops[walk.runner];
	return look_seen(runner->dev == run->dev && runner->ino == run->ino);
}

/* The entry that made a run. NULL also where several could have that differ in what they run, or how. */
static const struct entry *
of_runner(const struct snapshot *s, const struct subject *subject, const struct probe_result *run)
{
	const struct entry *e = NULL, *found = NULL;

	while ((e = binfmt_list_next_taker(&s->list, subject, e))) {
		struct look has = has_run(s, e, run);

		if (has.is == LOOK_UNKNOWN || (has.is == LOOK_YES && found && !rule_same_run(&found->rule, &e->rule)))
			return NULL;
		if (has.is == LOOK_YES && !found)
			found = e;
	}
	return found;
}

const struct entry *
first_of(const struct snapshot *s, const struct subject *subject, size_t size)
{
	struct probe_result run;
	struct err ignored;

	if (!s->switched_on || snapshot_ours(s).is != LOOK_YES || !bytes_decide(s, subject) ||
	    probe_run(subject->head, size, NULL, PROBE_UNTIL_EXEC, PROBE_TIMEOUT_MS, &run, &ignored) < 0 ||
	    run.end != PROBE_STOPPED || run.itself)
		return NULL;
	return of_runner(s, subject, &run);
}

/* The bits that a pattern asks for, all from the file's beginning. */
static void
add_bits(const struct pattern *pattern, unsigned char magic[static PATTERN_WINDOW],
	 unsigned char mask[static PATTERN_WINDOW])
{
	for (size_t i = 0; i < pattern->size; i++) {
		magic[pattern->offset + i] |= pattern->magic[i] & pattern_mask(pattern, i);
		mask[pattern->offset + i] |= pattern_mask(pattern, i);
	}
}

const struct entry *
first_of_two(const struct snapshot *s, const struct entry *a, const struct entry *b)
{
	unsigned char mask[PATTERN_WINDOW] = {0};
	struct subject subject = {.path = ""};
	const struct pattern both = {
	    .type = PATTERN_MAGIC, .size = PATTERN_WINDOW, .magic = subject.head, .mask = mask};
	const struct entry *first;

	if (a->rule.pattern.type != PATTERN_MAGIC || b->rule.pattern.type != PATTERN_MAGIC)
		return NULL;
	add_bits(&a->rule.pattern, subject.head, mask);
	add_bits(&b->rule.pattern, subject.head, mask);
	first = first_of(s, &subject, sizeof(subject.head));
	return first && pattern_covers(&first->rule.pattern, &both) ? first : NULL;
}
