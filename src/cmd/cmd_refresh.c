/* SPDX-License-Identifier: MIT */
#include "binfmt.h"
#include "check.h"
#include "cmd.h"
#include "overlap.h"
#include "replace.h"
#include "session.h"
#include "stale.h"

const struct opt refresh_opts[] = {
    OPT_ENTRY_NAME,
    OPT_FORCE("also where another entry is tried first, and in spite of the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

/* Why a stale entry is left alone: -1 and c->err, or 0. */
static int
leave_alone(struct session *c, const struct entry *entry)
{
	const char *front = overlap_in_front(&entry->rule, &c->list);

	if (!entry->enabled)
		return err_set(&c->err, ERR_DISABLED,
			       "disabled: it would have to be enabled for a moment (binfmtctl register does it)");
	if (front && !c->args->force)
		return err_set(&c->err, ERR_SHADOWED,
			       "stale, but refreshing would move it ahead of entry %s, which wins now (--force "
			       "refreshes anyway)",
			       front);
	return 0;
}

static enum outcome
refresh_entry(struct session *c, const struct entry *entry, const struct staleness *is)
{
	const struct check check = {.dir = c->b.dir, .list = &c->list, .verb = "refreshes", .force = c->args->force};
	const struct rule *rule = &entry->rule;

	if (is->stale == STALE_DELETED) {
		err_set(&c->err, ERR_DELETED, "%s is gone, the old file keeps running: nothing to refresh from",
			rule->interpreter);
		return c->named ? OUT_FAILED : OUT_SKIPPED;
	}
	if (is->stale != STALE_REPLACED)
		return OUT_UNCHANGED;
	if (leave_alone(c, entry) < 0)
		return OUT_SKIPPED;
	if (is->by_time && !c->named) /* a hint: enough only where the entry was named */
		return OUT_UNCHANGED;
	if (check_rule(rule, &check, &c->err, &c->warnings) < 0 ||
	    replace_rule(&c->b, rule, entry->enabled, &c->err) < 0)
		return OUT_FAILED;
	return OUT_REFRESHED;
}

static void
refresh_one(struct session *c, const char *name)
{
	struct err ignored;
	struct staleness is;
	struct live live;
	int there = replace_read(&c->b, name, &live, &c->err);

	if (there == 0)
		err_set(&c->err, ERR_MISSING, "the entry went away: another program has removed it");
	if (there <= 0) {
		session_result(c, name, OUT_FAILED, NULL);
		return;
	}
	is = stale_of(live.entry, &c->list, binfmt_enabled(&c->b, &ignored) == 1);
	session_result(c, name, refresh_entry(c, live.entry, &is),
		       live.entry->rule.flags & RULE_F ? live.entry->rule.interpreter : "no flag F: nothing is held");
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
