/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "binfmt.h"
#include "check.h"
#include "cmd.h"
#include "interp.h"
#include "ours.h"
#include "put.h"
#include "replace.h"
#include "session.h"
#include "stale.h"

const struct opt refresh_opts[] = {
    OPT_ENTRY_NAME,
    OPT_FORCE("pass other entries, and the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

/* What only times tell, or not even they, is enough where the entry was named. */
static enum outcome
judge_by_time(struct session *c, const char *path, const struct staleness *is)
{
	if (c->named)
		return OUT_REFRESHED;
	if (is->stale == STALE_REPLACED)
		err_set(&c->err, ERR_STALE,
			"by time %s was changed after the entry was registered, which no probe can tell here; named to "
			"refresh it is refreshed",
			path);
	else
		err_set(&c->err, ERR_UNKNOWN,
			"whether %s was replaced cannot be told: %s; named to refresh it is refreshed", path,
			is->untold);
	return OUT_SKIPPED;
}

/* Whether an entry is to be refreshed: OUT_REFRESHED, OUT_UNCHANGED where it is fresh, or why not in c->err. */
static enum outcome
judge(struct session *c, const struct entry *entry, const struct staleness *is)
{
	const char *path = entry->rule.interpreter;
	const enum outcome left = c->named ? OUT_FAILED : OUT_SKIPPED;
	bool guessed = is->by_time && is->stale == STALE_UNKNOWN;
	struct check check;

	if (entry->rule.flags & RULE_F && ours_is(&c->b).is != LOOK_YES) {
		err_set(&c->err, ERR_UNKNOWN,
			"whether %s was replaced cannot be told: the entry may be of another instance than that in "
			"force here",
			path);
		return left;
	}
	if (is->untold && c->args->force)
		return OUT_REFRESHED;
	if (is->untold && !guessed) {
		err_set(&c->err, ERR_UNKNOWN, "whether %s was replaced cannot be told: %s (--force registers it again)",
			path, is->untold);
		return OUT_FAILED;
	}
	if (is->stale == STALE_DELETED) {
		err_set(&c->err, ERR_DELETED, "%s is gone, the old file keeps running: nothing to refresh from", path);
		return left;
	}
	if (is->stale != STALE_REPLACED && !guessed && !(c->named && is->by_time && !is->firm))
		return OUT_UNCHANGED;
	check = session_check(c, "refreshes", NULL);
	if (put_may_move(&check, entry, &c->err) < 0)
		return OUT_SKIPPED;
	return is->by_time ? judge_by_time(c, path, is) : OUT_REFRESHED;
}

static enum outcome
refresh_entry(struct session *c, const struct entry *entry, const struct staleness *is)
{
	const struct check check = session_check(c, "refreshes", NULL);
	enum outcome outcome = judge(c, entry, is);

	if (outcome == OUT_REFRESHED && (check_rule(&entry->rule, &check, &c->err, &c->warnings) < 0 ||
					 replace_rule(&c->b, &entry->rule, entry->enabled, &c->err) < 0))
		return OUT_FAILED;
	return outcome;
}

static void
refresh_one(struct session *c, const char *name)
{
	char detail[INTERP_PATH_MAX + 32];
	struct staleness is;
	struct live live;
	int there = replace_read(&c->b, name, &live, &c->err);
	int on = there > 0 ? binfmt_enabled(&c->b, &c->err) : 0;

	if (there == 0)
		err_set(&c->err, ERR_MISSING, "the entry went away: another program has removed it");
	if (there <= 0 || on < 0) {
		session_result(c, name, OUT_FAILED, NULL);
		return;
	}
	is = stale_of(live.entry, &c->list, on > 0, &c->b, NULL);
	snprintf(detail, sizeof(detail), "%s%s", live.entry->rule.interpreter, is.by_time ? ", by time" : "");
	session_result(c, name, refresh_entry(c, live.entry, &is),
		       live.entry->rule.flags & RULE_F ? detail : "no flag F: nothing is held");
}

int
cmd_refresh(const struct cmd *cmd, struct args *args)
{
	const struct operand all = {"all", false};
	struct session c;
	int status = session_begin(&c, cmd, args);

	if (status != EXIT_DONE)
		return status;
	if (args->operand_count)
		session_each(&c, refresh_one);
	else
		session_operand(&c, &all, refresh_one);
	return session_end(&c);
}
