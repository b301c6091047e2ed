/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "arena.h"
#include "bootcheck.h"
#include "check.h"
#include "confd.h"
#include "facts.h"
#include "snapshot.h"

/* The configuration's rules in the order of registration. */
struct boot {
	doctor_tell *tell;
	void *arg;
	size_t count, bad;
	const char **names;
	struct arena arena; /* holds them */
};

static void
keep(struct boot *boot, const struct rule *rule)
{
	const char **more = realloc(boot->names, (boot->count + 1) * sizeof(*more));
	char *name = arena_copy(&boot->arena, rule->name, strlen(rule->name));

	if (more)
		boot->names = more;
	if (more && name)
		more[boot->count++] = name;
}

static void
drop_names(struct boot *boot)
{
	free(boot->names);
	arena_free(&boot->arena);
}

static void
tell(const struct boot *boot, const char *check, const struct finding *f)
{
	boot->tell(boot->arg, check, f);
}

/* What registering this line at boot would end in. */
static void
look_at_line(void *arg, const struct confd_line *line)
{
	const struct check check = {.verb = "registers"};
	struct warnings warnings = {0};
	struct boot *boot = arg;
	struct finding f = {.grade = GRADE_FAIL};

	if (line->rule)
		keep(boot, line->rule);
	if (line->reason)
		err_note(&f.why, "%s", line->reason);
	else if (check_rule(line->rule, &check, &f.why, &warnings) == 0)
		return;
	boot->bad++;
	if (line->number) {
		err_wrap(&f.why, "%.300s:%u", line->file, line->number);
		finding_fix(&f, "correct or remove line %u of %.300s", line->number, line->file);
	} else {
		err_wrap(&f.why, "%.300s", line->file);
		finding_fix(&f, "remove %.300s, or make it a readable file", line->file);
	}
	tell(boot, "config", &f);
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
	struct handler handler;
	size_t count = 0;

	confd_read(confd_dirs, keep_line, &boot, &ignored);
	for (size_t i = 0; i < s->list.count; i++)
		count += snapshot_shown(s, i, &handler) && !is_configured(&boot, handler.name);
	drop_names(&boot);
	return count;
}

static void
look_for_unconfigured(const struct boot *boot, const struct snapshot *s)
{
	struct handler handler;
	struct finding f;
	size_t missing = 0;

	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_shown(s, i, &handler) || is_configured(boot, handler.name))
			continue;
		missing++;
		finding_set(&f, GRADE_WARN, "entry %s is in no configuration: it will not be there after a reboot",
			    handler.name);
		if (handler.arch)
			finding_fix(&f, "binfmtctl register %s --persist", handler.arch->name);
		else
			finding_fix(&f, "add a line for %s to /etc/binfmt.d", handler.name);
		tell(boot, "unconfigured", &f);
	}
	if (missing)
		return;
	finding_set(&f, GRADE_PASS, "every live entry is in some configuration");
	tell(boot, "unconfigured", &f);
}

static void
look_at_order(const struct boot *boot, const struct snapshot *s)
{
	struct handler front, behind;
	struct finding f;
	size_t turned = 0;

	for (size_t i = 0; i < s->list.count; i++) {
		size_t at = snapshot_shown(s, i, &front) ? place(boot, front.name) : 0;

		for (size_t k = i + 1; at && k < s->list.count; k++) {
			/* The later line is registered later, and so is tried first. */
			if (!snapshot_shown(s, k, &behind) || place(boot, behind.name) <= at ||
			    !pattern_overlap(&front.entry->rule.pattern, &behind.entry->rule.pattern))
				continue;
			turned++;
			finding_set(&f, GRADE_WARN,
				    "entry %s wins over %s now, but after a reboot %s will win: its line comes later",
				    front.name, behind.name, behind.name);
			finding_fix(&f, "rename the files in /etc/binfmt.d: the last in order wins");
			tell(boot, "boot-order", &f);
		}
	}
	if (turned)
		return;
	finding_set(&f, GRADE_PASS, "the configuration keeps the order of the live entries");
	tell(boot, "boot-order", &f);
}

void
bootcheck_examine(const struct snapshot *s, doctor_tell *tell_each, void *arg)
{
	struct boot boot = {.tell = tell_each, .arg = arg};
	struct finding f = {.grade = GRADE_FAIL};

	if (confd_read(confd_dirs, look_at_line, &boot, &f.why) < 0) {
		finding_fix(&f, "make it readable");
		tell(&boot, "config", &f);
	} else if (!boot.bad) {
		finding_set(&f, GRADE_PASS, "all lines of binfmt.d can be registered");
		tell(&boot, "config", &f);
	}
	if (s) {
		look_for_unconfigured(&boot, s);
		look_at_order(&boot, s);
	}
	drop_names(&boot);
}
