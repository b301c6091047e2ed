/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "binfmt.h"
#include "err.h"
#include "replace.h"
#include "rule.h"
#include "tempname.h"

enum { STARTS = 3 };

/* What stands under a name and under its temporary name now. */
struct state {
	char temporary[RULE_NAME_MAX + 1];
	bool has_entry, has_temporary;
	struct rule entry, held; /* held: the temporary's rule */
};

/* Reads an entry; one whose text is not understood is there all the same, as a rule that equals none. */
static int
read_rule(const struct binfmt *b, const char *name, struct rule *rule, struct err *err)
{
	int there = binfmt_read(b, name, rule, NULL, err), state;

	if (there >= 0 || strcmp(err->code, "unknown") != 0)
		return there;
	memset(rule, 0, sizeof(*rule));
	state = binfmt_state(b, name, err);
	rule->enabled = state == BINFMT_ENABLED;
	return state < 0 ? -1 : state != BINFMT_ABSENT;
}

static int
read_state(const struct binfmt *b, const char *name, struct state *s, struct err *err)
{
	int entry, held;

	tempname_make(name, s->temporary);
	entry = read_rule(b, name, &s->entry, err);
	held = entry < 0 ? -1 : read_rule(b, s->temporary, &s->held, err);
	s->has_entry = entry > 0;
	s->has_temporary = held > 0;
	return held < 0 ? -1 : 0;
}

/* Removes one entry file and sees that the name is free. */
static int
drop(struct binfmt *b, const char *name, struct err *err)
{
	int state;

	if (binfmt_command(b, name, "-1", err) < 0 && strcmp(err->code, "missing") != 0)
		return -1;
	state = b->dry ? BINFMT_ABSENT : binfmt_state(b, name, err);
	if (state > 0)
		return err_set(err, "exists", "it was removed, but is there again: another program has registered it");
	return state;
}

static int
set_enabled(struct binfmt *b, const char *name, bool on, struct err *err)
{
	int state, asked = on ? BINFMT_ENABLED : BINFMT_DISABLED;

	if (binfmt_command(b, name, on ? "1" : "0", err) < 0)
		return -1;
	state = b->dry ? asked : binfmt_state(b, name, err);
	if (state == BINFMT_ABSENT)
		return err_set(err, "missing", "the entry went away: another program has removed it");
	if (state >= 0 && state != asked)
		return err_set(err, "verify", "the kernel still shows it %s", on ? "disabled" : "enabled");
	return state < 0 ? -1 : 0;
}

/* Registers the rule under a name of its own or the temporary one, and reads it back. */
static int
put(struct binfmt *b, const struct rule *rule, const char *name, struct err *err)
{
	struct rule named = *rule, back;
	int there;

	snprintf(named.name, sizeof(named.name), "%s", name);
	if (binfmt_register(b, &named, err) < 0)
		return -1;
	if (b->dry)
		return rule->enabled ? 0 : set_enabled(b, name, false, err);
	there = binfmt_read(b, name, &back, NULL, err);
	if (there == 0)
		return err_set(err, "missing", "it was registered, but is gone again: another program has removed it");
	if (there < 0)
		return -1;
	if (!rule_same(&named, &back))
		return err_set(err, "verify", "it was registered, but the kernel shows another rule under its name");
	return rule->enabled == back.enabled ? 0 : set_enabled(b, name, rule->enabled, err);
}

/* Takes a temporary back, but only where its entry is seen to be there: it may be all that is live. */
static void
take_back(struct binfmt *b, const char *name, const char *temporary)
{
	struct err ignored;

	if (binfmt_state(b, name, &ignored) > 0)
		drop(b, temporary, &ignored);
}

/* The old entry is in force and nothing is half done: puts a valid second one beside it. */
static int
put_temporary(struct binfmt *b, const struct rule *rule, struct state *s, struct err *err)
{
	if (s->has_temporary && drop(b, s->temporary, err) < 0)
		return -1;
	if (put(b, rule, s->temporary, err) == 0)
		return 0;
	if (strcmp(err->code, "verify") == 0 || strcmp(err->code, "read") == 0 || strcmp(err->code, "write") == 0)
		take_back(b, rule->name, s->temporary);
	return -1;
}

static int
replace_once(struct binfmt *b, const struct rule *rule, struct state *s, struct err *err)
{
	if (read_state(b, rule->name, s, err) < 0)
		return -1;
	if (s->has_entry) {
		if (put_temporary(b, rule, s, err) < 0)
			return -1;
		s->has_temporary = true;
		if (drop(b, rule->name, err) < 0) {
			take_back(b, rule->name, s->temporary);
			return -1;
		}
	}
	if (put(b, rule, rule->name, err) < 0)
		return -1;
	return s->has_temporary ? drop(b, s->temporary, err) : 0;
}

/* Other programs take no lock: what looks like their doing is worth another look at what is there. */
static bool
by_others(const struct err *err)
{
	return strcmp(err->code, "exists") == 0 || strcmp(err->code, "missing") == 0;
}

/* What is there now, seen from what was there before and what should be. */
static const char *
in_force(const struct state *now, const struct state *before, const struct rule *rule)
{
	if (now->has_entry && rule_same(&now->entry, rule) && now->entry.enabled != rule->enabled)
		return "the new handler is there, but enabled until the next run";
	if (now->has_entry && rule_same(&now->entry, rule))
		return now->has_temporary ? "the new handler is in force, its temporary entry too until the next run"
					  : "the new handler is in force";
	if (now->has_entry && before->has_entry && rule_same(&now->entry, &before->entry))
		return now->entry.enabled ? "the old handler is in force"
					  : "the old entry is there, disabled as it was";
	if (now->has_entry)
		return "an entry that another program registered has the name";
	if (!now->has_temporary)
		return "no handler of this name is in force";
	return rule_same(&now->held, rule)
		   ? "the new handler is in force under a temporary name, the next run gives it its own"
		   : "the old handler is in force under a temporary name, the next run gives it its own";
}

/* After a failure: says which handler is in force. */
static void
explain(struct binfmt *b, const struct rule *rule, const struct state *before, struct err *err)
{
	char cause[ERR_TEXT_MAX];
	struct err ignored;
	struct state now;
	const char *what = "which handler is in force could not be read";

	if (read_state(b, rule->name, &now, &ignored) == 0)
		what = in_force(&now, before, rule);
	snprintf(cause, sizeof(cause), "%s", err->text);
	err_set(err, err->code, "%.2300s; %s", cause, what);
}

int
replace_rule(struct binfmt *b, const struct rule *rule, struct err *err)
{
	struct state before, s;
	int done = read_state(b, rule->name, &before, err);

	if (done < 0)
		return done;
	for (int i = 0; i < STARTS; i++) {
		done = replace_once(b, rule, &s, err);
		if (done == 0 || !by_others(err))
			break;
	}
	if (done < 0 && !b->dry)
		explain(b, rule, &before, err);
	return done;
}

int
replace_remove(struct binfmt *b, const char *name, struct err *err)
{
	struct state s;

	if (read_state(b, name, &s, err) < 0)
		return -1;
	if (s.has_entry && drop(b, name, err) < 0)
		return -1;
	if (s.has_temporary && drop(b, s.temporary, err) < 0)
		return -1;
	return s.has_entry || s.has_temporary;
}

int
replace_enable(struct binfmt *b, const char *name, bool on, struct err *err)
{
	struct err ignored;
	struct state s;
	const char *file = name;

	if (read_state(b, name, &s, err) < 0)
		return -1;
	/* A temporary alone gets its name first; where that fails, it is the handler all the same. */
	if (!s.has_entry && s.has_temporary && replace_heal(b, name, &ignored) < 0)
		file = s.temporary;
	if (!s.has_entry && !s.has_temporary)
		return err_set(err, "missing", "no such entry");
	if ((s.has_entry ? s.entry.enabled : s.held.enabled) == on)
		return 0;
	return set_enabled(b, file, on, err) < 0 ? -1 : 1;
}

int
replace_read(const struct binfmt *b, const char *name, struct replace_live *live, struct err *err)
{
	char temporary[RULE_NAME_MAX + 1];
	int there = binfmt_read(b, name, &live->rule, &live->registered, err);

	live->temporary = false;
	if (there != 0)
		return there;
	tempname_make(name, temporary);
	there = binfmt_read(b, temporary, &live->rule, &live->registered, err);
	live->temporary = there > 0;
	if (there > 0)
		snprintf(live->rule.name, sizeof(live->rule.name), "%s", name);
	return there;
}

int
replace_heal(struct binfmt *b, const char *name, struct err *err)
{
	struct state s;

	if (read_state(b, name, &s, err) < 0)
		return -1;
	if (!s.has_temporary)
		return 0;
	/* A temporary that is disabled was to replace a disabled entry, and died before the last write. */
	if (s.has_entry && s.entry.enabled && !s.held.enabled && set_enabled(b, name, false, err) < 0)
		return -1;
	if (!s.has_entry && put(b, &s.held, name, err) < 0)
		return -1;
	return drop(b, s.temporary, err) < 0 ? -1 : 1;
}
