/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_list.h"
#include "buckets.h"
#include "err.h"
#include "overlap.h"
#include "probe.h"
#include "tempname.h"

const struct entry *
arch_next_taker(const struct binfmt_list *list, const struct arch *arch, const struct entry *last)
{
	struct subject subject = {.path = ""};

	probe_build(arch, 1, subject.head);
	return binfmt_list_next_taker(list, &subject, last);
}

const struct entry *
arch_taker(const struct binfmt_list *list, const struct arch *arch)
{
	return arch_next_taker(list, arch, NULL);
}

static bool
overlaps(const struct entry *e, const struct rule *rule)
{
	return e->enabled && !e->leaving && pattern_overlap(&rule->pattern, &e->rule.pattern);
}

const char *
overlap_in_front(const struct rule *rule, const struct binfmt_list *list)
{
	size_t place = binfmt_list_place(list, rule);
	struct way way;

	buckets_sharers(list->buckets, list->count, &rule->pattern, &way);
	for (size_t i; (i = way_next(&way)) < place;)
		if (overlaps(&list->entries[i], rule))
			return list->entries[i].rule.name;
	return NULL;
}

const char *
overlap_doubt(const struct rule *rule, const struct binfmt_list *list)
{
	size_t place = binfmt_list_place(list, rule);
	const struct entry *doubt = binfmt_list_doubt(list, place < list->count ? &list->entries[place] : NULL);

	return doubt ? doubt->rule.name : NULL;
}

/* Whether an entry takes files of a rule, if it is tried first, and not on purpose. */
static bool
shadows(const struct entry *e, const struct rule *rule)
{
	const struct rule *front = &e->rule;

	return overlaps(e, rule) && !rule_same_run(front, rule) &&
	       (pattern_covers(&front->pattern, &rule->pattern) || !pattern_covers(&rule->pattern, &front->pattern));
}

const char *
overlap_shadow(const struct rule *rule, const struct binfmt_list *list)
{
	size_t place = binfmt_list_place(list, rule);
	struct way way;

	buckets_sharers(list->buckets, list->count, &rule->pattern, &way);
	for (size_t i; (i = way_next(&way)) < place;)
		if (shadows(&list->entries[i], rule))
			return list->entries[i].rule.name;
	return NULL;
}

const struct entry *
overlap_rival(const struct rule *rule, const struct binfmt_list *list, const struct entry *last)
{
	struct way way;

	buckets_sharers(list->buckets, list->count, &rule->pattern, &way);
	for (size_t i; (i = way_next(&way)) < list->count;) {
		const struct entry *e = &list->entries[i];

		if ((!last || e > last) && shadows(e, rule) && !tempname_same(e->rule.name, rule->name))
			return e;
	}
	return NULL;
}

void
overlap_warn(const struct rule *rule, const struct binfmt_list *list, struct warnings *warnings)
{
	struct way way;

	buckets_sharers(list->buckets, list->count, &rule->pattern, &way);
	for (size_t i; (i = way_next(&way)) < list->count;) {
		const char *name = list->entries[i].rule.name;

		if (overlaps(&list->entries[i], rule) && !tempname_matches(name, rule->name))
			warn_add(warnings, "it takes files from entry %s, which is tried after it", name);
	}
}
