/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "rule.h"

static const char letters_known[] = "POCFTLD"; /* bit i of enum rule_flag is letter i */

unsigned
rule_implied(unsigned flags)
{
	return flags & (RULE_C | RULE_T) ? flags | RULE_O : flags;
}

const char *
rule_check_flags(unsigned flags)
{
	if (flags & RULE_T && flags & RULE_P)
		return "flags T and P exclude each other";
	if (flags & RULE_L && flags & (RULE_T | RULE_P | RULE_O | RULE_C))
		return "flag L excludes T, P, O and C";
	return NULL;
}

const char *
rule_parse_flags(const char *letters, unsigned *flags)
{
	const char *reason, *at;
	unsigned bits = 0;

	for (; *letters; letters++) {
		at = strchr(letters_known, *letters);
		if (!at)
			return "unknown flag; the flags are P O C F, and T L D on kernels that have them";
		bits |= 1U << (at - letters_known);
	}
	reason = rule_check_flags(bits);
	if (!reason)
		*flags = rule_implied(bits);
	return reason;
}

void
rule_format_flags(unsigned flags, const char *more, char letters[static RULE_FLAGS_MAX])
{
	size_t n = 0;

	for (unsigned i = 0; letters_known[i]; i++)
		if (flags & 1U << i)
			letters[n++] = letters_known[i];
	for (; more && *more && n < RULE_FLAGS_MAX - 1; more++)
		letters[n++] = *more;
	letters[n] = '\0';
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool
rule_same_run(const struct rule *a, const struct rule *b)
{
	unsigned differ = rule_implied(a->flags) ^ rule_implied(b->flags);

	return !(differ & ~(unsigned)RULE_D) && same_text(a->more_flags, b->more_flags) &&
	       same_text(a->interpreter, b->interpreter);
}

bool
rule_same(const struct rule *a, const struct rule *b)
{
	return rule_same_run(a, b) && pattern_same(&a->pattern, &b->pattern);
}
