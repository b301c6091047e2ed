/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <limits.h>
#include <string.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "named.h"
#include "narrow.h"
#include "probe.h"

/* The usual programs of a row. */
static bool
takes_usual(const struct pattern *pattern, const struct arch *arch)
{
	struct subject subject = {.path = ""};

	probe_build(arch, 1, subject.head);
	return pattern_takes(pattern, &subject);
}

/* Any program of a row as the kernel sees it: it looks at nothing in e_ident but the first four bytes. */
static bool
takes_some(const struct pattern *pattern, const struct arch *arch)
{
	struct pattern seen = arch_pattern(arch);
	unsigned char mask[ARCH_MAGIC_MAX];

	memcpy(mask, seen.mask, seen.size);
	memset(mask + EI_CLASS, 0, EI_NIDENT - EI_CLASS);
	seen.mask = mask;
	return pattern_overlap(pattern, &seen);
}

/* What no text has; NUL stands behind the end of a short one. */
static bool
is_text(unsigned char c)
{
	return c == 0 || (c >= '\t' && c <= '\r') || (c >= ' ' && c != 0x7f);
}

static bool
takes_some_scripts(const struct pattern *pattern)
{
	static const unsigned char start[] = {'#', '!'};
	const struct pattern script = {.type = PATTERN_MAGIC, .size = sizeof(start), .magic = start};

	if (!pattern_overlap(pattern, &script))
		return false;
	for (size_t i = 0; i < pattern->size; i++)
		if (pattern_mask(pattern, i) == 0xff && !is_text(pattern->magic[i]))
			return false;
	return true;
}

/* One byte is soon had by files that are something else. */
static void
warn_wide(const struct pattern *pattern, struct warnings *warnings)
{
	size_t count = 0, at = 0;

	for (size_t i = 0; i < pattern->size; i++)
		if (pattern_mask(pattern, i)) {
			count++;
			at = i;
		}
	if (count == 1)
		warn_add(warnings, "only one byte counts: the rule takes every file with %02x%s at offset %zu",
			 pattern->magic[at] & pattern_mask(pattern, at),
			 pattern_mask(pattern, at) == 0xff ? "" : " in some bits", pattern->offset + at);
}

/* What a rule takes by name: it looks at no byte, so what is installed tells whether that is anything of ours. */
static void
warn_named(const char *extension, struct warnings *warnings)
{
	char path[PATH_MAX];
	struct look found = named_program(extension, path);

	if (found.is == LOOK_YES)
		warn_add(warnings,
			 "the rule also takes %s, which this machine runs itself, and what else has such a name", path);
	if (found.is == LOOK_UNKNOWN)
		warn_add(warnings,
			 "whether the rule takes programs of this machine by their names cannot be told: not all can "
			 "be looked at");
}

void
narrow_warn(const struct rule *rule, struct warnings *warnings)
{
	const struct pattern *pattern = &rule->pattern;
	bool some = false, scripts = takes_some_scripts(pattern);

	if (pattern->type == PATTERN_EXTENSION)
		warn_named(pattern->extension, warnings);

	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *arch = &arch_table[i];
		struct look native = takes_some(pattern, arch) ? host_runs(arch) : look_seen(false);

		if (native.is == LOOK_NO)
			continue;
		if (takes_usual(pattern, arch))
			warn_add(warnings, "this machine %s %s programs itself; the rule takes them from it",
				 native.is == LOOK_YES ? "runs" : "may run", arch->name);
		else
			some |= native.is == LOOK_YES;
	}
	warn_wide(pattern, warnings);
	if (some || scripts)
		warn_add(warnings, "the rule also takes some %s%s%s: those that have its bytes",
			 some ? "of this machine's own programs" : "", some && scripts ? " and some " : "",
			 scripts ? "scripts" : "");
}
