/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "binfmt_list.h"
#include "check.h"
#include "danger.h"
#include "elf.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "limit.h"
#include "text.h"
#include "trust.h"
#include "walk.h"

/* Narrower rules for native programs, such as AppImage launchers, are legal but worth a word. */
static void
warn_narrow_native(const struct rule *rule, struct warnings *warnings)
{
	const struct pattern *p = &rule->pattern;
	const struct subject *own = host_own();
	struct elf_like native;

	if (p->type != PATTERN_MAGIC || p->offset != 0 || p->size < 4 || memcmp(p->magic, ELFMAG, SELFMAG) != 0)
		return;
	if (!elf_like(own->head, sizeof(own->head), &native) && pattern_overlap(p, &native.pattern))
		warn_add(warnings, "the rule also takes some of this machine's own programs");
}

/* What is worth a word of an interpreter that works. */
static void
warn_interpreter(const struct rule *rule, const struct walk *walk, struct warnings *warnings)
{
	struct interp interp;

	if (!(rule->flags & RULE_F) || interp_look(rule->interpreter, &interp, NULL).is != LOOK_YES)
		return;
	if (interp.dynamic.is == LOOK_YES)
		warn_add(warnings,
			 "%s is dynamically linked: inside a chroot or container without its libraries it fails in "
			 "spite of flag F",
			 rule->interpreter);
	if (interp.kind == INTERP_SCRIPT)
		warn_add(warnings,
			 "%s is a script: inside a chroot or container without %s it fails in spite of flag F",
			 rule->interpreter, walk->count > 1 ? walk->hops[1].path : "what runs it");
}

/* What *err says ends it, or with force becomes a warning. */
static int
refuse(const struct check *check, struct err *err, struct warnings *warnings)
{
	if (!check->force)
		return check->verb ? err_add(err, " (--force %s it anyway)", check->verb) : -1;
	warn_add(warnings, "forced: %s", err->text);
	return 0;
}

/* The same for a reason, NULL if there is none. */
static int
refuse_if(const char *reason, enum err_code code, const struct check *check, struct err *err, struct warnings *warnings)
{
	if (!reason)
		return 0;
	err_set(err, code, "%s", reason);
	return refuse(check, err, warnings);
}

void
check_walk(const struct rule *rule, const struct check *check, struct walk *walk)
{
	const struct walk_where where = {.root = -1, .list = check->list, .switched_on = true, .but = rule->name};

	walk_rule(&where, rule, check->live, walk);
}

/* Whether exec would work: what is in doubt for another entry's sake does not count. */
static int
check_interpreter(const struct walk *walk, bool held, const struct check *check, struct err *err,
		  struct warnings *warnings)
{
	const char *name = walk_errno(walk->error);

	if (!check->live && *walk->hops[0].path != '/') {
		err_set(err, ERR_INTERPRETER, "interpreter %s: its path is not absolute", walk->hops[0].path);
		return refuse(check, err, warnings);
	}
	if (walk->otherwise == WALK_RUNS || danger_loop(walk, check->live))
		return 0;
	if (check->live && walk->doubt == WALK_HELD)
		return 0; /* the kernel holds the file, whatever became of its path */
	*err = walk->why;
	err->code = walk->otherwise == WALK_UNKNOWN ? ERR_UNKNOWN : ERR_INTERPRETER;
	if (walk->otherwise == WALK_FAILS && name)
		err_add(err, ", so exec would fail with %s", name);
	if (!check->live && held && walk->otherwise == WALK_FAILS && walk->problem == 0 && !walk->hops[0].seen)
		return -1; /* the kernel opens it at once: that cannot be forced */
	return refuse(check, err, warnings);
}

/* What would break the machine, whether the rule can work or not. */
static int
check_with(const struct rule *rule, const struct walk *walk, const struct check *check, struct err *err,
	   struct warnings *warnings)
{
	const char *reason;
	struct look breaks;

	if (walk && refuse_if(danger_loop(walk, check->live), ERR_LOOP, check, err, warnings) < 0)
		return -1;
	if (rule->flags & RULE_C && trust_check(rule->interpreter, err) < 0 && refuse(check, err, warnings) < 0)
		return -1;
	breaks = danger_native(rule, walk, &reason);
	return refuse_if(reason, breaks.is == LOOK_UNKNOWN ? ERR_UNKNOWN : ERR_NATIVE, check, err, warnings);
}

int
check_understood(const struct entry *entry, const struct check *check, struct err *err, struct warnings *warnings)
{
	if (!entry->reason)
		return 0;
	err_set(err, ERR_NOT_UNDERSTOOD, "it cannot be understood (%s), so it may take anything", entry->reason);
	return refuse(check, err, warnings);
}

int
check_danger(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings)
{
	static struct walk walk; /* 12 KB */

	if (rule->pattern.type == PATTERN_BPF)
		return 0;
	check_walk(rule, check, &walk);
	/* Of a file that is held nothing more can be seen. */
	if (walk.otherwise == WALK_UNKNOWN && walk.doubt != WALK_HELD) {
		*err = walk.why;
		err->code = ERR_UNKNOWN;
		if (refuse(check, err, warnings) < 0)
			return -1;
	}
	return check_with(rule, &walk, check, err, warnings);
}

/* With --force the machine may be lost: the way back is a warning too. */
static void
warn_undo(const struct rule *rule, const struct check *check, struct warnings *warnings)
{
	char path[PATH_MAX], quoted[PATH_MAX + 256];

	snprintf(path, sizeof(path), "%s/%s", check->dir, rule->name);
	warn_add(warnings, "to undo it from a shell that is open: echo -1 > %s (echo is built in, so it still works)",
		 text_quote(path, quoted, sizeof(quoted)));
}

int
check_rule(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings)
{
	const char *reason = check->live ? NULL : limit_check(rule);
	bool walks = rule->pattern.type != PATTERN_BPF;
	size_t before = warnings->len;
	static struct walk walk; /* 12 KB */

	if (reason)
		return err_set(err, ERR_FIELD, "%s", reason);
	if (walks)
		check_walk(rule, check, &walk);
	if (walks && check_interpreter(&walk, rule->flags & RULE_F, check, err, warnings) < 0)
		return -1;
	if (check_with(rule, walks ? &walk : NULL, check, err, warnings) < 0)
		return -1;
	if (check->force && warnings->len != before)
		warn_undo(rule, check, warnings);
	if (check->live)
		return 0;
	if (walks)
		warn_interpreter(rule, &walk, warnings);
	warn_narrow_native(rule, warnings);
	return 0;
}
