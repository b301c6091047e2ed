/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "binfmt_open.h"
#include "err.h"
#include "host_kernel.h"
#include "planned.h"
#include "replace.h"
#include "tempname.h"

enum { TRIES = 3, LOOKUP_NANOSECONDS = 50000000 };

/* What is there under a name and under its temporary name now. */
struct state {
	char temporary[RULE_NAME_MAX + 1];
	bool has_entry, has_temporary;
	struct binfmt_text entry, held; /* held: the temporary's */
};

/* An entry whose text is not understood is there too, as a rule that equals none. */
static int
read_state(const struct binfmt *b, const char *name, struct state *s, struct err *err)
{
	int entry, held;

	tempname_make(name, s->temporary);
	entry = binfmt_read(b, name, &s->entry, err);
	held = entry < 0 ? -1 : binfmt_read(b, s->temporary, &s->held, err);
	s->has_entry = entry > 0;
	s->has_temporary = held > 0;
	return held < 0 ? -1 : 0;
}

/* Removes one entry file and sees that the name is free. */
static int
drop(struct binfmt *b, const char *name, struct err *err)
{
	int state;

	if (binfmt_command(b, name, "-1", err) < 0 && err->code != ERR_MISSING)
		return -1;
	state = planned_only(b->planned) ? BINFMT_ABSENT : binfmt_state(b, name, err);
	if (state > 0)
		return err_set(err, ERR_EXISTS,
			       "it was removed, but is there again: another program has registered it");
	return state;
}

/*
 * Linux 7.3 looks for a handler without a lock: an exec that came to the entry before its successor was there, and was
 * interrupted, passes it over once it is removed, and finds none. So it gets the time to go on.
 */
static bool
lookups_linger(void)
{
	struct host_kernel kernel = host_kernel();

	return !kernel.major || host_kernel_since(kernel, 7, 3);
}

/* Of an entry that another one has just stepped in front of. */
static int
drop_covered(struct binfmt *b, const char *name, struct err *err)
{
	if (!planned_only(b->planned) && lookups_linger())
		nanosleep(&(struct timespec){.tv_nsec = LOOKUP_NANOSECONDS}, NULL);
	return drop(b, name, err);
}

/* inode 0: of whatever has the name. */
static int
set_enabled(struct binfmt *b, const char *name, ino_t inode, bool on, struct err *err)
{
	int state, asked = on ? BINFMT_ENABLED : BINFMT_DISABLED;

	if (binfmt_command_to(b, name, inode, on ? "1" : "0", err) < 0)
		return -1;
	state = planned_only(b->planned) ? asked : binfmt_state(b, name, err);
	if (state == BINFMT_ABSENT)
		return err_set(err, ERR_MISSING, "the entry went away: another program has removed it");
	if (state >= 0 && state != asked)
		return err_set(err, ERR_VERIFY, "the kernel still shows it %s", on ? "disabled" : "enabled");
	return state < 0 ? -1 : 0;
}

/*
 * One write where the entry is to be enabled. Else it is tried with flag D first (Linux 7.3), which other kernels
 * refuse as invalid; a dry run shows their way.
 */
static int
register_as(struct binfmt *b, const struct rule *rule, bool enabled, const char *name, struct err *err)
{
	struct rule born = *rule;

	born.flags |= RULE_D;
	if (!enabled && born.flags != rule->flags && !planned_only(b->planned) &&
	    binfmt_register(b, &born, name, err) == 0)
		return 0;
	b->was_enabled |= !enabled && born.flags != rule->flags;
	return binfmt_register(b, rule, name, err);
}

/* Registers the rule under a name that is free, and reads it back. */
static int
add(struct binfmt *b, const struct rule *rule, bool enabled, const char *name, struct err *err)
{
	struct binfmt_text back;
	int there;

	if (register_as(b, rule, enabled, name, err) < 0)
		return -1;
	if (planned_only(b->planned))
		return enabled || rule->flags & RULE_D ? 0 : set_enabled(b, name, 0, false, err);
	there = binfmt_read_back(b, name, &back, err);
	if (there == 0)
		return err_set(err, ERR_MISSING,
			       "it was registered, but is gone again: another program has removed it");
	if (there < 0)
		return -1;
	if (!rule_same(rule, &back.entry.rule))
		return err_set(err, ERR_VERIFY, "it was registered, but the kernel shows another rule under its name");
	return enabled == back.entry.enabled ? 0 : set_enabled(b, name, 0, enabled, err);
}

/* Takes a temporary back, but only where its entry is seen to be there: it may be all that is live. */
static void
take_back(struct binfmt *b, const char *name, const char *temporary)
{
	struct err ignored;

	if (binfmt_state(b, name, &ignored) > 0)
		drop(b, temporary, &ignored);
}

/* The old entry is in force and nothing is half done: puts the new rule beside it, then removes it. */
static int
step_aside(struct binfmt *b, const struct rule *rule, bool enabled, struct state *s, struct err *err)
{
	if (s->has_temporary && drop(b, s->temporary, err) < 0)
		return -1;
	if (add(b, rule, enabled, s->temporary, err) < 0) {
		if (err->code == ERR_VERIFY || err->code == ERR_READ || err->code == ERR_WRITE)
			take_back(b, rule->name, s->temporary);
		return -1;
	}
	s->has_temporary = true;
	if (drop_covered(b, rule->name, err) == 0)
		return 0;
	take_back(b, rule->name, s->temporary);
	return -1;
}

/* Whether an entry is the very one that was there: equal texts say nothing of the files that two entries hold. */
static bool
is_that(const struct binfmt_text *now, bool was_there, const struct binfmt_text *before)
{
	return was_there && now->entry.inode == before->entry.inode;
}

/* What is there now, seen from what was there before and what should be. */
static const char *
in_force(const struct state *now, const struct state *before, const struct rule *rule, bool enabled)
{
	const struct entry *entry = &now->entry.entry, *held = &now->held.entry;
	bool old = now->has_entry && is_that(&now->entry, before->has_entry, &before->entry);
	bool new_beside = now->has_temporary && !is_that(&now->held, before->has_temporary, &before->held) &&
			  rule_same(&held->rule, rule) && held->enabled;

	if (old && new_beside)
		return "the new handler is in force under a temporary name beside the old one, until the next run";
	if (old)
		return entry->enabled ? "the old handler is in force" : "the old entry is there, disabled as it was";
	if (now->has_entry && !rule_same(&entry->rule, rule))
		return "an entry that another program registered has the name";
	if (now->has_entry && entry->enabled != enabled)
		return now->has_temporary ? "the new handler is there, but enabled until the next run"
					  : "the new handler is there, but enabled";
	if (now->has_entry)
		return now->has_temporary ? "the new handler is in force, its temporary entry too until the next run"
					  : "the new handler is in force";
	if (!now->has_temporary)
		return "no handler of this name is in force";
	return new_beside ? "the new handler is in force under a temporary name, the next run gives it its own"
			  : "the old handler is in force under a temporary name, the next run gives it its own";
}

/* After a failure: says which handler is in force. */
static int
explain(struct binfmt *b, const struct rule *rule, bool enabled, const struct state *before, struct err *err)
{
	struct err ignored;
	struct state now;

	if (planned_only(b->planned))
		return -1;
	if (read_state(b, rule->name, &now, &ignored) < 0)
		return err_add(err, "; which handler is in force could not be read");
	return err_add(err, "; %s", in_force(&now, before, rule, enabled));
}

int
replace_rule(struct binfmt *b, const struct rule *rule, bool enabled, struct err *err)
{
	struct state before, now;
	int done = read_state(b, rule->name, &before, err);

	if (done < 0)
		return -1;
	for (int i = 0; i < TRIES; i++) {
		done = read_state(b, rule->name, &now, err);
		if (done == 0 && now.has_entry)
			done = step_aside(b, rule, enabled, &now, err);
		if (done == 0)
			done = add(b, rule, enabled, rule->name, err);
		if (done == 0 && now.has_temporary)
			done = drop_covered(b, now.temporary, err);
		if (done == 0)
			return 0;
		/* Other programs take no lock: what looks like their doing is worth another look at what is there. */
		if (err->code != ERR_EXISTS && err->code != ERR_MISSING)
			break;
	}
	return explain(b, rule, enabled, &before, err);
}

int
replace_new(struct binfmt *b, const struct rule *rule, bool enabled, struct err *err)
{
	struct state before;

	if (read_state(b, rule->name, &before, err) < 0)
		return -1;
	return add(b, rule, enabled, rule->name, err) == 0 ? 0 : explain(b, rule, enabled, &before, err);
}

int
replace_remove(struct binfmt *b, const char *name, struct err *err)
{
	struct state s;

	if (read_state(b, name, &s, err) < 0)
		return -1;
	/* The temporary first: alone it would be taken for the handler, and come back under the name. */
	if (s.has_temporary && drop(b, s.temporary, err) < 0)
		return -1;
	if (s.has_entry && drop(b, name, err) < 0)
		return -1;
	return s.has_entry || s.has_temporary;
}

/* The entry that a name means; its temporary where that is alone. */
static const struct entry *
handler_of(const struct state *s)
{
	return s->has_entry ? &s->entry.entry : &s->held.entry;
}

/* A temporary alone gets its name first; where that fails, it is the handler nevertheless. *healed: it has its name. */
static int
read_handler(struct binfmt *b, const char *name, struct state *s, bool *healed, struct err *err)
{
	struct err ignored;

	*healed = false;
	if (read_state(b, name, s, err) < 0)
		return -1;
	if (s->has_entry || !s->has_temporary)
		return 0;
	*healed = replace_heal(b, name, &ignored) > 0;
	return planned_only(b->planned) ? 0 : read_state(b, name, s, err);
}

/* Whether it is what was judged: that very entry, or its rule under the name that it has been given. */
static bool
was_judged(const struct entry *entry, const struct entry *judged, bool healed)
{
	return entry->inode == judged->inode || (healed && rule_same(&entry->rule, &judged->rule));
}

int
replace_enable(struct binfmt *b, const char *name, bool on, const struct entry *judged, struct err *err)
{
	const struct entry *entry;
	bool change, healed;
	struct state s;

	if (read_handler(b, name, &s, &healed, err) < 0)
		return -1;
	if (!s.has_entry && !s.has_temporary)
		return err_set(err, ERR_MISSING, "no such entry");
	entry = handler_of(&s);
	if (judged && !was_judged(entry, judged, healed))
		return err_set(err, ERR_EXISTS, "another program has just replaced it");
	change = entry->enabled != on;
	if (change &&
	    set_enabled(b, s.has_entry || healed ? name : s.temporary, judged ? entry->inode : 0, on, err) < 0)
		return -1;
	if (!s.has_entry || !s.has_temporary)
		return change;
	if (drop(b, s.temporary, err) < 0)
		return err_add(err, "; its temporary entry %s is still there", s.temporary);
	return change || s.held.entry.enabled != on;
}

int
replace_read(const struct binfmt *b, const char *name, struct live *live, struct err *err)
{
	char temporary[RULE_NAME_MAX + 1];
	int there = binfmt_read(b, name, &live->text, err);

	live->entry = NULL;
	live->temporary = false;
	if (there == 0) {
		tempname_make(name, temporary);
		there = binfmt_read(b, temporary, &live->text, err);
		live->temporary = there > 0;
	}
	if (there <= 0)
		return there;
	live->text.entry.rule.name = name;
	if (live->text.entry.reason)
		return err_set(err, ERR_NOT_UNDERSTOOD, "%s/%s cannot be understood: %s", b->dir, name,
			       live->text.entry.reason);
	live->entry = &live->text.entry;
	return 1;
}

int
replace_heal(struct binfmt *b, const char *name, struct err *err)
{
	struct state s;

	if (read_state(b, name, &s, err) < 0)
		return -1;
	if (!s.has_temporary)
		return 0;
	if (!s.has_entry && s.held.entry.reason)
		return err_set(err, ERR_NOT_UNDERSTOOD, "%s/%s cannot be understood: %s", b->dir, s.temporary,
			       s.held.entry.reason);
	/* A temporary that is disabled was to replace a disabled entry, and died before the last write. */
	if (s.has_entry && s.entry.entry.enabled && !s.held.entry.enabled && set_enabled(b, name, 0, false, err) < 0)
		return -1;
	if (!s.has_entry && add(b, &s.held.entry.rule, s.held.entry.enabled, name, err) < 0)
		return -1;
	return drop_covered(b, s.temporary, err) < 0 ? -1 : 1;
}
