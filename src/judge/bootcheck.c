/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "bootcheck.h"
#include "check.h"
#include "confd.h"
#include "doctor.h"
#include "facts.h"
#include "interp.h"
#include "match.h"
#include "rule.h"
#include "snapshot.h"
#include "warnings.h"

/* The configuration's rules in the order of registration. */
struct boot {
	bootcheck_tell *tell;
	void *arg;
	size_t count, bad;
	char (*names)[RULE_NAME_MAX + 1];
};

static void
tell(struct boot *boot, const char *check, enum grade grade, const char *detail, const char *fix)
{
	static struct finding finding;

	finding_set(&finding, grade, "%s", detail);
	finding_fix(&finding, "%s", fix);
	boot->tell(boot->arg, check, &finding);
}

static void
keep(struct boot *boot, const struct rule *rule)
{
	char(*more)[RULE_NAME_MAX + 1] = realloc(boot->names, (boot->count + 1) * sizeof(*more));

	if (!more)
		return;
	boot->names = more;
	memcpy(more[boot->count++], rule->name, sizeof(*more));
}

/* What registering this line at boot would end in. */
static void
look_at_line(void *arg, const struct confd_line *line)
{
	struct boot *boot = arg;
	char detail[ERR_TEXT_MAX], fix[ERR_TEXT_MAX];
	static struct warnings notes;
	const char *reason = line->reason;
	struct err err;

	notes.len = 0;
	if (!reason && check_rule(line->rule, "", NULL, false, &err, &notes) < 0)
		reason = err.text;
	if (line->rule)
		keep(boot, line->rule);
	if (!reason)
		return;
	boot->bad++;
	if (line->number) {
		snprintf(detail, sizeof(detail), "%.300s:%u: %.2000s", line->file, line->number, reason);
		snprintf(fix, sizeof(fix), "correct or remove line %u of %.300s", line->number, line->file);
	} else {
		snprintf(detail, sizeof(detail), "%.300s: %.2000s", line->file, reason);
		snprintf(fix, sizeof(fix), "remove %.300s, or make it a readable file", line->file);
	}
	tell(boot, "config", GRADE_FAIL, detail, fix);
}

/* Its place in the configuration, from 1; the last of a name counts. 0: it is not there. */
static size_t
place(const struct boot *boot, const char *name)
{
	for (size_t i = boot->count; i > 0; i--)
		if (strcmp(boot->names[i - 1], name) == 0)
			return i;
	return 0;
}

static void
keep_line(void *arg, const struct confd_line *line)
{
	if (line->rule)
		keep(arg, line->rule);
}

static bool
is_configured(const struct boot *boot, const char *name)
{
	return place(boot, name) || facts_binfmt_support_has(name);
}

size_t
bootcheck_unconfigured(const struct snapshot *s)
{
	struct boot boot = {0};
	struct err ignored;
	struct handler view;
	size_t count = 0;

	confd_read(keep_line, &boot, &ignored);
	for (size_t i = 0; i < s->list.count; i++)
		count += snapshot_handler(s, i, &view) && !is_configured(&boot, view.name);
	free(boot.names);
	return count;
}

static void
look_for_unconfigured(struct boot *boot, const struct snapshot *s)
{
	char detail[ERR_TEXT_MAX], fix[ERR_TEXT_MAX];
	size_t missing = 0;
	struct handler view;

	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_handler(s, i, &view) || is_configured(boot, view.name))
			continue;
		missing++;
		snprintf(detail, sizeof(detail), "entry %s is in no configuration: it will not be there after a reboot",
			 view.name);
		if (view.arch)
			snprintf(fix, sizeof(fix), "binfmtctl register %s --persist", view.arch->name);
		else
			snprintf(fix, sizeof(fix), "add a line for %s to /etc/binfmt.d", view.name);
		tell(boot, "unconfigured", GRADE_WARN, detail, fix);
	}
	if (!missing)
		tell(boot, "unconfigured", GRADE_PASS, "every live entry is in some configuration", "");
}

static void
look_at_order(struct boot *boot, const struct snapshot *s)
{
	char detail[ERR_TEXT_MAX];
	struct handler front, behind;
	size_t turned = 0;

	for (size_t i = 0; i < s->list.count; i++) {
		size_t at = snapshot_handler(s, i, &front) ? place(boot, front.name) : 0;

		for (size_t k = i + 1; at && k < s->list.count; k++) {
			/* The later line is registered later, and so stands in front. */
			if (!snapshot_handler(s, k, &behind) || place(boot, behind.name) <= at ||
			    !match_overlap(front.rule, behind.rule))
				continue;
			turned++;
			snprintf(detail, sizeof(detail),
				 "entry %s wins over %s now, but after a reboot %s will win: its line comes later",
				 front.name, behind.name, behind.name);
			tell(boot, "boot-order", GRADE_WARN, detail,
			     "rename the files in /etc/binfmt.d: the last in order wins");
		}
	}
	if (!turned)
		tell(boot, "boot-order", GRADE_PASS, "the configuration keeps the order of the live entries", "");
}

void
bootcheck_examine(const struct snapshot *s, bootcheck_tell *tell_each, void *arg)
{
	struct boot boot = {.tell = tell_each, .arg = arg};
	struct err err;

	if (confd_read(look_at_line, &boot, &err) < 0)
		tell(&boot, "config", GRADE_FAIL, err.text, "make it readable");
	else if (!boot.bad)
		tell(&boot, "config", GRADE_PASS, "all lines of binfmt.d can be registered", "");
	if (s) {
		look_for_unconfigured(&boot, s);
		look_at_order(&boot, s);
	}
	free(boot.names);
}
