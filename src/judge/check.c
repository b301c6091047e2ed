/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "binfmt_list.h"
#include "check.h"
#include "danger.h"
#include "err.h"
#include "limit.h"
#include "narrow.h"
#include "text.h"
#include "trust.h"
#include "walk.h"

/* What is worth a word of an interpreter that works: in a chroot it is held, but not what it needs. */
static void
warn_interpreter(const struct rule *rule, const struct walk *walk, struct warnings *warnings)
{
	const struct walk_hop *next = &walk->hops[1];

	if (!(rule->flags & RULE_F) || walk->count < 2)
		return;
	if (next->by == WALK_LOADER)
		warn_add(warnings,
			 "%s is dynamically linked: inside a chroot or container without its libraries it fails in "
			 "spite of flag F",
			 rule->interpreter);
	if (next->by == WALK_SCRIPT)
		warn_add(warnings,
			 "%s is a script: inside a chroot or container without %s it fails in spite of flag F",
			 rule->interpreter, next->path);
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
	const struct walk_where where = {.root = -1,
					 .list = check->list,
					 .switched_on = true,
					 .but = rule->name,
					 .held = check->held,
					 .held_count = check->held != NULL,
					 .opens = check->opens && rule->flags & RULE_F};

	walk_rule(&where, rule, check->live, check->interpreter, walk);
}

/* Whether somebody wrote a command where a path belongs: what stands before one of its blanks is a file. */
static bool
is_command(const char *path)
{
	char word[PATH_MAX];
	struct stat st;

	for (const char *at = strchr(path, ' '); at && at - path < PATH_MAX; at = strchr(at + 1, ' ')) {
		memcpy(word, path, (size_t)(at - path));
		word[at - path] = '\0';
		if (stat(word, &st) == 0 && S_ISREG(st.st_mode))
			return true;
	}
	return false;
}

/* With flag F the kernel opens a new rule's interpreter at once: one that cannot be opened is no matter of force. */
static bool
cannot_be_forced(const struct walk *walk, bool held, const struct check *check)
{
	return !check->live && held && walk->otherwise == WALK_FAILS && walk->problem == 0 && !walk->hops[0].seen;
}

/* What is wrong with the interpreter ends it, or is forced. */
static int
refuse_interpreter(const struct walk *walk, bool held, const struct check *check, struct err *err,
		   struct warnings *warnings)
{
	return cannot_be_forced(walk, held, check) ? -1 : refuse(check, err, warnings);
}

/* Whether exec would work: what is in doubt for another entry's sake does not count. */
static int
check_interpreter(const struct walk *walk, bool held, const struct check *check, struct err *err,
		  struct warnings *warnings)
{
	const char *name = walk_errno(walk->error);

	if (!check->live && *walk->hops[0].path != '/') {
		err_set(err, ERR_INTERPRETER, "interpreter %s: its path is not absolute", walk->hops[0].path);
		return refuse_interpreter(walk, held, check, err, warnings);
	}
	if (walk->otherwise == WALK_RUNS || danger_loop(walk, check->live))
		return 0;
	if (check->live && walk->doubt == WALK_HELD)
		return 0; /* the kernel holds the file, whatever became of its path */
	*err = walk->why;
	err->code = walk->otherwise == WALK_UNKNOWN ? ERR_UNKNOWN : ERR_INTERPRETER;
	if (walk->otherwise == WALK_FAILS && name)
		err_add(err, ", so exec would fail with %s", name);
	if (walk->problem == 0 && walk->error == ENOENT && is_command(walk->hops[0].path))
		err_add(err, "; a handler can give its interpreter no arguments: all of this is taken for its path");
	return refuse_interpreter(walk, held, check, err, warnings);
}

/* What would break the machine, whether the rule can work or not: 0 nothing, 1 it is forced to, -1 and *err. */
static int
check_with(const struct rule *rule, const struct walk *walk, const struct check *check, struct err *err,
	   struct warnings *warnings)
{
	const char *reason;
	struct look breaks;

	if (walk && refuse_if(danger_loop(walk, check->live), ERR_LOOP, check, err, warnings) < 0)
		return -1;
	if (rule->flags & RULE_C && trust_check(rule->interpreter, check->folder, err) < 0 &&
	    refuse(check, err, warnings) < 0)
		return -1;
	breaks = danger_native(rule, walk, &reason);
	if (refuse_if(reason, breaks.is == LOOK_UNKNOWN ? ERR_UNKNOWN : ERR_NATIVE, check, err, warnings) < 0)
		return -1;
	return reason != NULL;
}

void
check_undo(const struct check *check, const char *file, const char *bytes, struct warnings *warnings)
{
	char path[PATH_MAX], quoted[PATH_MAX + 256];

	snprintf(path, sizeof(path), "%s/%s", check->dir, file);
	warn_add(warnings, "to undo it from a shell that is open: echo %s > %s (echo is built in, so it still works)",
		 bytes, text_quote(path, quoted, sizeof(quoted)));
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
	return check_with(rule, &walk, check, err, warnings) < 0 ? -1 : 0;
}

/* All that refuses a rule. 0, 1: it would break the machine and is forced to, -1 and *err. *walk: of what runs it. */
static int
check_all(const struct rule *rule, const struct check *check, struct walk *walk, struct err *err,
	  struct warnings *warnings)
{
	const char *reason = check->live ? NULL : limit_check(rule);
	bool walks = rule->pattern.type != PATTERN_BPF;

	if (reason)
		return err_set(err, ERR_FIELD, "%s", reason);
	walk->count = 0;
	if (walks)
		check_walk(rule, check, walk);
	if (walks && check_interpreter(walk, rule->flags & RULE_F, check, err, warnings) < 0)
		return -1;
	return check_with(rule, walks ? walk : NULL, check, err, warnings);
}

int
check_rule(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings)
{
	size_t before = warnings->len;
	static struct walk walk; /* 12 KB */
	int breaks = check_all(rule, check, &walk, err, warnings);

	if (breaks < 0)
		return -1;
	if (check->force && warnings->len != before)
		check_undo(check, rule->name, "-1", warnings);
	if (!breaks)
		narrow_warn(rule, warnings);
	if (!check->live && rule->pattern.type != PATTERN_BPF)
		warn_interpreter(rule, &walk, warnings);
	return 0;
}

struct look
check_passes(const struct rule *rule, const struct check *check, struct walk *walk)
{
	static struct warnings none; /* as nothing is forced; 8 KB */
	struct err err;

	if (check_all(rule, check, walk, &err, &none) == 0)
		return look_seen(true);
	return err.code == ERR_UNKNOWN ? look_unknown() : look_seen(false);
}

int
check_switch(const struct check *check, struct err *err, struct warnings *warnings)
{
	for (size_t i = 0; i < check->list->count; i++) {
		const struct entry *e = &check->list->entries[i];
		struct check one = *check;
		size_t before = warnings->len;

		one.live = e;
		if (e->enabled && (check_understood(e, &one, err, warnings) < 0 ||
				   (!e->reason && check_danger(&e->rule, &one, err, warnings) < 0)))
			return err_wrap(err, "entry %s", e->rule.name);
		if (warnings->len != before) /* it is forced; that tells which one, too */
			check_undo(&one, e->rule.name, "-1", warnings);
	}
	return 0;
}

bool
check_switch_passes(const struct binfmt_list *list)
{
	static struct warnings none; /* as nothing is forced; 8 KB */
	const struct check check = {.list = list};
	struct err ignored;

	return check_switch(&check, &ignored, &none) == 0;
}
