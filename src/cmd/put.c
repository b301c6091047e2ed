/* SPDX-License-Identifier: MIT */
#include "put.h"
#include "binfmt.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "boot.h"
#include "check.h"
#include "drift.h"
#include "err.h"
#include "host_kernel.h"
#include "nextboot.h"
#include "ours.h"
#include "overlap.h"
#include "persist.h"
#include "stale.h"

static bool
is_equal(const struct entry *live, const struct plan *plan)
{
	return live && rule_same(&plan->rule, &live->rule) && plan->enabled == live->enabled;
}

/* An entry that is there already, as it should be and under its own name. */
static bool
is_same(const struct live *live, const struct plan *plan)
{
	return !live->temporary && is_equal(live->entry, plan);
}

enum outcome
put_fate(const struct live *live, const struct plan *plan, bool stale, bool keep)
{
	if (!live->entry)
		return OUT_REGISTERED;
	if (is_same(live, plan))
		return stale ? OUT_REPLACED : OUT_UNCHANGED;
	return keep && !is_equal(live->entry, plan) ? OUT_FAILED : OUT_REPLACED;
}

/*
 * Where no probe tells: an enabled entry is registered again where times say, or do not rule out, that its file is
 * another now, if that moves it in front of no other.
 */
static int
is_stale_by_time(const struct put *put, const struct entry *live, const struct staleness *is, bool on, struct err *err,
		 struct warnings *warnings)
{
	const char *path = live->rule.interpreter;
	const bool unprobed = !is->untold || is->stale == STALE_UNKNOWN; /* none could tell, so none has failed */

	if (unprobed && is->stale != STALE_NO && live->enabled && on && put_may_move(put->check, live, err) == 0)
		return 1;
	if (is->stale == STALE_UNKNOWN)
		return err_set(err, ERR_UNKNOWN,
			       "whether %s was replaced since the entry was registered cannot be told: %s (binfmtctl "
			       "refresh with the entry's name registers it again)",
			       path, is->untold);
	if (is->untold)
		warn_add(warnings, "that the entry holds %s is so by time only: %s", path, is->untold);
	else if (is->stale == STALE_REPLACED)
		warn_add(warnings,
			 "%s may have been replaced since the entry was registered: only times tell so "
			 "(binfmtctl refresh with the entry's name registers it again)",
			 path);
	return 0;
}

/*
 * Of an entry as planned: whether it may hold another file than its path names here, so that it is registered again. -1
 * and *err where that is not known, and cannot be done.
 */
static int
is_stale(const struct put *put, const struct entry *live, struct err *err, struct warnings *warnings)
{
	const char *path = live->rule.interpreter;
	int on = binfmt_enabled(put->b, err);
	struct staleness is;

	if (on < 0)
		return -1;
	if (ours_is(put->b).is != LOOK_YES) {
		warn_add(warnings, "not the instance in force here: whether %s was replaced since cannot be told",
			 path);
		return 0;
	}
	is = stale_of(live, put->check->list, on > 0, put->b, NULL);
	if (is.untold && put->check->force)
		return 1;
	if (is.untold && is.stale != STALE_NO && !(is.by_time && is.stale == STALE_UNKNOWN))
		return err_set(err, ERR_UNKNOWN,
			       "whether %s was replaced since the entry was registered cannot be told: %s", path,
			       is.untold);
	if (is.by_time || is.untold)
		return is_stale_by_time(put, live, &is, on > 0, err, warnings);
	if (is.stale == STALE_REPLACED)
		warn_add(warnings, "the interpreter file was replaced since the entry was registered");
	if (is.stale == STALE_ELSEWHERE)
		warn_add(warnings, "the entry held a file of another root folder or container, not %s here", path);
	return is.stale == STALE_REPLACED || is.stale == STALE_ELSEWHERE;
}

/* What the user should know of what is about to happen. */
static void
warn(const struct put *put, const struct plan *plan, enum outcome fate, struct warnings *warnings)
{
	const char *front = overlap_in_front(&plan->rule, put->check->list);
	const char *doubt = overlap_doubt(&plan->rule, put->check->list);

	if (fate == OUT_UNCHANGED && !plan->enabled)
		warn_add(warnings, "the entry is disabled; binfmtctl enable turns it on");
	if (fate == OUT_UNCHANGED && front)
		warn_add(warnings, "entry %s is tried first and takes its files", front);
	if (fate == OUT_UNCHANGED && doubt)
		warn_add(warnings, "entry %s is tried first and may take its files", doubt);
	if (fate == OUT_UNCHANGED)
		return;
	if (plan->enabled)
		overlap_warn(&plan->rule, put->check->list, warnings);
}

/* Of files with equal names systemd-binfmt reads one, and of lines for one entry the last decides. */
static int
check_place(const struct put *put, const struct plan *plan, struct err *err, struct warnings *warnings)
{
	const char *name = put->file->name, *entry = plan->rule.name;
	const struct confd_line *hidden = confd_hidden(&put->boot->confd, name, entry);
	const struct confd_line *later = confd_later(&put->boot->confd, name, entry);

	if (hidden && !put->check->force)
		return err_set(err, ERR_PERSIST,
			       "%s would not be read any more beside %s/%s, and it registers %s%s (--force "
			       "writes it anyway)",
			       hidden->file, put->file->where, name, hidden->number ? "entry " : "what is not known",
			       hidden->number ? hidden->rule.name : "");
	if (later && !(later->fate == CONFD_REGISTERED && rule_same(&later->rule, &plan->rule)))
		warn_add(warnings, "the next boot %s it otherwise: %s:%u comes later%s%s",
			 later->doubt ? "may have" : "has", later->file, later->number, later->doubt ? "; " : "",
			 later->doubt ? later->doubt : "");
	nextboot_warn_interpreter(&plan->rule, warnings);
	nextboot_warn_unit(put->boot, &plan->rule, warnings);
	return 0;
}

/* Checks the rule, and finds out what would keep its file from being written while nothing has happened. */
static int
check_first(const struct put *put, const struct plan *plan, struct err *err, struct warnings *warnings)
{
	struct persist *file = put->file;

	if (check_rule(&plan->rule, put->check, err, warnings) < 0)
		return -1;
	if (!put->file)
		return 0;
	if (persist_open(file, put->conf_dir, plan->rule.name, put->check->force, err) < 0)
		return -1;
	if (persist_prepare(file, &plan->rule, err) == 0 && (!put->boot || check_place(put, plan, err, warnings) == 0))
		return 0;
	persist_close(file);
	return -1;
}

int
put_may_move(const struct check *check, const struct entry *entry, struct err *err)
{
	const char *front = overlap_in_front(&entry->rule, check->list);
	const char *doubt = front ? NULL : overlap_doubt(&entry->rule, check->list);

	if (!entry->enabled && !host_kernel_since(host_kernel(), 7, 3)) /* flag D */
		return err_set(err, ERR_DISABLED,
			       "disabled: it would have to be enabled for a moment (binfmtctl register does it)");
	if ((front || doubt) && !check->force)
		return err_set(err, ERR_SHADOWED,
			       "to register it again would move it ahead of entry %s, which %s now (--force does it "
			       "anyway)",
			       front ? front : doubt, front ? "wins" : "may win");
	return 0;
}

/* Makes the entry be as planned; with --keep one that has come since is not replaced either. */
static int
put_in_force(const struct put *put, const struct plan *plan, enum outcome outcome, struct err *err)
{
	return outcome == OUT_REGISTERED && put->keep ? replace_new(put->b, &plan->rule, plan->enabled, err)
						      : replace_rule(put->b, &plan->rule, plan->enabled, err);
}

/* Writes the entry's file. */
static enum outcome
persist(const struct put *put, const struct plan *plan, enum outcome outcome, struct err *err,
	struct warnings *warnings)
{
	if (outcome != OUT_FAILED && persist_write(put->file, put->b->planned, err) < 0) {
		err_add(err, "; the entry is registered, but %s",
			put->file->was_len ? "the next boot has what the file said before"
					   : "no file has it written down for the next boot");
		outcome = OUT_FAILED;
	}
	if (outcome == OUT_UNCHANGED && put->file->written)
		outcome = OUT_PERSISTED;
	if (outcome != OUT_FAILED && !plan->enabled && !(plan->rule.flags & RULE_D))
		warn_add(warnings, "it is disabled, but its binfmt.d file makes it an enabled one at the next boot");
	persist_close(put->file);
	return outcome;
}

enum outcome
put_rule(const struct put *put, struct plan *plan, const struct live *live, struct err *err, struct warnings *warnings)
{
	enum outcome outcome;
	int stale = 0;

	plan->enabled = plan->enabled && (!live->entry || live->entry->enabled);
	if (is_same(live, plan))
		stale = is_stale(put, live->entry, err, warnings);
	if (stale < 0 || check_first(put, plan, err, warnings) < 0)
		return OUT_FAILED;
	outcome = put_fate(live, plan, stale, put->keep);
	if (outcome == OUT_REPLACED && put->stays && put_may_move(put->check, live->entry, err) < 0)
		return OUT_SKIPPED;
	if (outcome == OUT_FAILED)
		err_set(err, ERR_EXISTS, "an entry of this name is there and differs (--keep keeps it)");
	else
		warn(put, plan, outcome, warnings);
	if ((outcome == OUT_REGISTERED || outcome == OUT_REPLACED) && put_in_force(put, plan, outcome, err) < 0)
		outcome = OUT_FAILED;
	if (outcome == OUT_REPLACED && !plan->enabled && !(plan->rule.flags & RULE_D))
		warn_add(warnings, "the entry is disabled and stays so%s",
			 put->b->was_enabled ? "; it was enabled for the moment of its replacement" : "");
	if (put->file)
		outcome = persist(put, plan, outcome, err, warnings);
	if (!put->configured && (!put->file || put->conf_dir))
		drift_warn(plan->rule.name, &(const struct entry){.rule = plan->rule, .enabled = plan->enabled},
			   warnings);
	return outcome;
}
