/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "check.h"
#include "cmd.h"
#include "replace.h"
#include "rule.h"
#include "session.h"
#include "stale.h"

const struct opt refresh_opts[] = {
    OPT_ENTRY_NAME,
    OPT_FORCE("also where another entry stands in front, and in spite of the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

/* Why a stale entry is left alone (c->err), or 0. */
static int
leave_alone(struct session *c, const struct rule *rule)
{
	const char *front = check_in_front(rule, &c->list);

	if (!rule->enabled)
		return err_set(&c->err, "disabled",
			       "disabled: it would have to be enabled for a moment (binfmtctl register does it)");
	if (front && !c->args->force)
		return err_set(&c->err, "shadowed",
			       "stale, but registered anew it would come before entry %s, which stands in front now "
			       "(--force does it)",
			       front);
	return 0;
}

static enum outcome
refresh_rule(struct session *c, const struct rule *rule, const struct staleness *is)
{
	if (is->stale == STALE_DELETED) {
		err_set(&c->err, "deleted", "%s is gone, the old file keeps running: nothing to refresh from",
			rule->interpreter);
		return c->named ? OUT_FAILED : OUT_SKIPPED;
	}
	if (is->stale != STALE_REPLACED)
		return OUT_UNCHANGED;
	if (leave_alone(c, rule) < 0)
		return OUT_SKIPPED;
	if (is->by_time && !c->named) /* a hint: enough only where the entry was named */
		return OUT_UNCHANGED;
	if (check_rule(rule, c->b.dir, &c->list, c->args->force, &c->err, &c->notes) < 0 ||
	    replace_rule(&c->b, rule, &c->err) < 0)
		return OUT_FAILED;
	return OUT_REFRESHED;
}

static void
refresh_one(struct session *c, const char *name)
{
	struct replace_live live;
	struct staleness is;
	struct err ignored;
	int there = replace_read(&c->b, name, &live, &c->err);

	if (there == 0)
		err_set(&c->err, "missing", "the entry went away: another program has removed it");
	if (there <= 0) {
		session_result(c, name, OUT_FAILED, NULL);
		return;
	}
	is = stale_of(&live.rule, &live.registered, &c->list, binfmt_enabled(&c->b, &ignored) == 1);
	session_result(c, name, refresh_rule(c, &live.rule, &is),
		       live.rule.flags & RULE_F ? live.rule.interpreter : "no flag F: nothing is held");
}

int
cmd_refresh(const struct cmd *cmd, struct args *args)
{
	struct operand all = {"all", false};
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
