/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "details.h"
#include "json.h"
#include "print.h"
#include "resolve.h"
#include "tried.h"

enum { NEAR_MAX = 3, INDENT = 6 };

/* The entries whose bytes are shown, by the number of bytes that differ, of equals the first tried. */
struct nearest {
	size_t index[NEAR_MAX], differ[NEAR_MAX], count;
};

static void
add(struct nearest *nearest, size_t index, size_t differ)
{
	size_t i = nearest->count;

	if (i < NEAR_MAX)
		nearest->count++;
	else if (differ >= nearest->differ[--i])
		return;
	for (; i > 0 && differ < nearest->differ[i - 1]; i--) {
		nearest->index[i] = nearest->index[i - 1];
		nearest->differ[i] = nearest->differ[i - 1];
	}
	nearest->index[i] = index;
	nearest->differ[i] = differ;
}

/* One that shares no byte with the file is not near it. */
static void
consider(struct nearest *nearest, const struct snapshot *s, size_t index, const struct subject *subject)
{
	const struct entry *entry = &s->list.entries[index];
	const struct pattern *p = &entry->rule.pattern;
	size_t differ = 0, compared = 0;

	if (!entry->enabled || p->type != PATTERN_MAGIC)
		return;
	for (size_t i = 0; i < p->size; i++) {
		compared += pattern_mask(p, i) != 0;
		differ += pattern_byte_differs(p, subject->head, i);
	}
	if (differ < compared)
		add(nearest, index, differ);
}

static bool
is_near(const struct nearest *nearest, size_t index)
{
	for (size_t i = 0; i < nearest->count; i++)
		if (nearest->index[i] == index)
			return true;
	return false;
}

/* How many entries were tried: up to the one that takes the file. */
static size_t
count_tried(const struct snapshot *s, const struct resolved *r)
{
	if (!s || !r->asked)
		return 0;
	for (size_t i = 0; r->result == RESOLVED_HANDLER && i < s->list.count; i++)
		if (&s->list.entries[i] == r->handler.entry)
			return i + 1;
	return s->list.count;
}

void
tried_json(const struct snapshot *s, const struct resolved *r)
{
	size_t count = count_tried(s, r);
	char why[ERR_TEXT_MAX];
	struct handler handler;

	json_array("tried");
	for (size_t i = 0; i < count; i++) {
		if (!resolve_why(s, i, &r->subject, &handler, why))
			continue;
		json_object(NULL);
		json_string("entry", handler.name);
		json_string("why", why);
		json_end();
	}
	json_end();
}

void
tried_print(const struct snapshot *s, const struct resolved *r)
{
	size_t count = count_tried(s, r);
	struct nearest nearest = {.count = 0};
	char why[ERR_TEXT_MAX];
	struct handler handler;

	for (size_t i = 0; i < count; i++)
		if (snapshot_shown(s, i, &handler))
			consider(&nearest, s, i, &r->subject);
	for (size_t i = 0; i < count; i++) {
		if (!resolve_why(s, i, &r->subject, &handler, why))
			continue;
		fputs("  ", stdout);
		print_safe(stdout, handler.name);
		fputs(": ", stdout);
		print_safe(stdout, why);
		putchar('\n');
		if (is_near(&nearest, i))
			details_bytes(&handler.entry->rule.pattern, r->subject.head, INDENT);
	}
}
