/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "err.h"
#include "first.h"
#include "probe.h"
#include "snapshot.h"

static bool
is_file(const char *path, const struct probe_result *run)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == run->dev && st.st_ino == run->ino;
}

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

/* The entry whose interpreter was run. NULL also where that is the interpreter of several that differ in flags. */
static const struct entry *
of_runner(const struct snapshot *s, const struct subject *subject, const struct probe_result *run)
{
	const struct entry *e = NULL, *found = NULL;

	while ((e = binfmt_list_next_taker(&s->list, subject, e))) {
		if (!is_file(e->rule.interpreter, run))
			continue;
		if (found && !rule_same_run(&found->rule, &e->rule))
			return NULL;
		found = found ? found : e;
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

static void
add_bytes(struct subject *subject, const struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->size; i++)
		subject->head[pattern->offset + i] |= pattern->magic[i] & pattern_mask(pattern, i);
}

const struct entry *
first_of_two(const struct snapshot *s, const struct entry *a, const struct entry *b)
{
	struct subject subject = {.path = ""};

	if (a->rule.pattern.type != PATTERN_MAGIC || b->rule.pattern.type != PATTERN_MAGIC)
		return NULL;
	add_bytes(&subject, &a->rule.pattern);
	add_bytes(&subject, &b->rule.pattern);
	return first_of(s, &subject, sizeof(subject.head));
}
