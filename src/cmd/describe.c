/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "err.h"
#include "hex.h"
#include "persist.h"
#include "plan.h"

enum { HEX_MAX = 2 * PATTERN_WINDOW + 1 };

static const char *
flags_of(const struct rule *rule, char letters[static RULE_FLAGS_MAX])
{
	rule_format_flags(rule_implied(rule->flags) & ~(unsigned)RULE_D, rule->more_flags, letters);
	return *letters ? letters : "none";
}

static const char *
magic_of(const struct pattern *pattern, char hex[static HEX_MAX])
{
	hex_format(pattern->magic, pattern->size, hex);
	return hex;
}

static const char *
mask_of(const struct pattern *pattern, char hex[static HEX_MAX])
{
	for (size_t i = 0; i < pattern->size; i++) {
		const unsigned char byte = pattern_mask(pattern, i);

		hex_format(&byte, 1, hex + 2 * i);
	}
	return hex;
}

void
describe_rule(struct err *text, const struct plan *plan, bool bytes)
{
	const struct pattern *pattern = &plan->rule.pattern;
	char flags[RULE_FLAGS_MAX], hex[HEX_MAX];

	rule_format_flags(rule_implied(plan->rule.flags), plan->rule.more_flags, flags);
	err_note(text, "%s, flags %s", plan->rule.interpreter, *flags ? flags : "none");
	if (!bytes)
		return;
	err_add(text, ", magic %s", magic_of(pattern, hex));
	if (pattern->mask)
		err_add(text, ", mask %s", mask_of(pattern, hex));
	if (pattern->offset)
		err_add(text, ", offset %u", pattern->offset);
}

/* One thing that was different; a comma from the second on. */
__attribute__((format(printf, 3, 4))) static void
was_once(struct err *text, bool *any, const char *fmt, ...)
{
	char what[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_add(text, "%s%s", *any ? ", " : "; was ", what);
	*any = true;
}

/* Whether the bits that count differ. */
static bool
magic_differs(const struct pattern *a, const struct pattern *b)
{
	if (a->size != b->size)
		return true;
	for (size_t i = 0; i < a->size; i++)
		if ((a->magic[i] & pattern_mask(a, i)) != (b->magic[i] & pattern_mask(b, i)))
			return true;
	return false;
}

static bool
mask_differs(const struct pattern *a, const struct pattern *b)
{
	for (size_t i = 0; i < a->size && i < b->size; i++)
		if (pattern_mask(a, i) != pattern_mask(b, i))
			return true;
	return false;
}

static void
pattern_was(struct err *text, bool *any, const struct pattern *now, const struct pattern *was)
{
	bool other = now->type != was->type;
	char hex[HEX_MAX];

	if (was->type == PATTERN_BPF && other)
		was_once(text, any, "type B");
	if (was->type == PATTERN_EXTENSION && !pattern_same(now, was))
		was_once(text, any, "extension %s", was->extension);
	if (was->type != PATTERN_MAGIC)
		return;
	if (other || magic_differs(now, was))
		was_once(text, any, "magic %s", magic_of(was, hex));
	if (!other && !was->mask && mask_differs(now, was))
		was_once(text, any, "no mask");
	else if (other ? was->mask != NULL : mask_differs(now, was))
		was_once(text, any, "mask %s", mask_of(was, hex));
	if (other ? was->offset != 0 : was->offset != now->offset)
		was_once(text, any, "offset %u", was->offset);
}

void
describe_was(struct err *text, const struct plan *plan, const struct entry *was)
{
	char now_flags[RULE_FLAGS_MAX], was_flags[RULE_FLAGS_MAX];
	bool any = false;

	if (strcmp(plan->rule.interpreter, was->rule.interpreter) != 0)
		was_once(text, &any, "%s", was->rule.interpreter);
	if (strcmp(flags_of(&plan->rule, now_flags), flags_of(&was->rule, was_flags)) != 0)
		was_once(text, &any, "flags %s", flags_of(&was->rule, was_flags));
	pattern_was(text, &any, &plan->rule.pattern, &was->rule.pattern);
	if (was->enabled && !plan->enabled)
		was_once(text, &any, "enabled");
}

void
describe_file(struct err *text, const struct persist *file)
{
	err_add(text, "; %s %s/%s", file->written ? "written to" : "as in", file->where, file->name);
}
