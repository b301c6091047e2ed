/* SPDX-License-Identifier: MIT */
/* enable and disable: one body, told apart by the command's name. */
#include "check.h"
#include "cmd.h"
#include "interp.h"
#include "replace.h"
#include "rule.h"
#include "session.h"

#include <stdio.h>

const struct opt enable_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("global", 0, global, "the switch of binfmt_misc itself"),
    OPT_FORCE("in spite of the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

const struct opt disable_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("global", 0, global, "the switch of binfmt_misc itself"),
    OPT_TIMEOUT,
    OPT_END,
};

static bool
is_enable(const struct session *c)
{
	return c->cmd->name[0] == 'e';
}

/* Enabling a rule that takes native programs bricks the machine as registering it does. */
static int
check(struct session *c, const struct rule *rule)
{
	const char *reason = c->args->force ? NULL : check_native(rule);
	struct interp interp;

	if (!reason && !c->args->force && !interp_look(rule->interpreter, &interp))
		reason = check_loop(rule, &interp, &c->list);
	if (!reason && !c->args->force && rule->flags & RULE_C && trust_check(rule->interpreter, &c->err) < 0)
		return -1;
	return reason ? err_set(&c->err, "native", "%s (--force enables it all the same)", reason) : 0;
}

static void
switch_one(struct session *c, const char *name)
{
	struct rule rule;
	bool on = is_enable(c);
	int done;

	if (on && binfmt_read(&c->b, name, &rule, NULL, &c->err) > 0 && check(c, &rule) < 0)
		done = -1;
	else
		done = replace_enable(&c->b, name, on, &c->err);
	session_result(c, name,
		       done < 0    ? OUT_FAILED
		       : done == 0 ? OUT_UNCHANGED
		       : on        ? OUT_ENABLED
				   : OUT_DISABLED,
		       NULL);
}

/* Switching on brings back every entry that is enabled: none may take native programs. */
static int
check_all(struct session *c)
{
	for (size_t i = 0; i < c->list.count; i++) {
		const struct binfmt_entry *e = &c->list.entries[i];

		if (e->rule && e->rule->enabled && check(c, e->rule) < 0) {
			char text[ERR_TEXT_MAX];

			snprintf(text, sizeof(text), "%.2000s", c->err.text);
			return err_set(&c->err, "native", "entry %s: %s", e->name, text);
		}
	}
	return 0;
}

static int
switch_global(struct session *c, bool on)
{
	int now = binfmt_enabled(&c->b, &c->err);

	if (now < 0 || now == on)
		return now < 0 ? -1 : 0;
	if (on && check_all(c) < 0)
		return -1;
	if (binfmt_command(&c->b, "status", on ? "1" : "0", &c->err) < 0)
		return -1;
	now = c->args->dry_run ? on : binfmt_enabled(&c->b, &c->err);
	if (now >= 0 && now != on)
		return err_set(&c->err, "verify", "the kernel still shows it switched %s", on ? "off" : "on");
	return now < 0 ? -1 : 1;
}

int
cmd_enable(const struct cmd *cmd, struct args *args)
{
	struct session c;
	int status, done;

	if (args->global == (args->operand_count > 0))
		return report_usage(cmd, args,
				    args->global ? "--global takes no operand" : "which entry? (or all, or --global)");
	status = session_begin(&c, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->global) {
		done = switch_global(&c, is_enable(&c));
		session_result(&c, "status",
			       done < 0        ? OUT_FAILED
			       : done == 0     ? OUT_UNCHANGED
			       : is_enable(&c) ? OUT_ENABLED
					       : OUT_DISABLED,
			       "the switch of binfmt_misc itself");
	} else {
		session_each(&c, switch_one);
		if (is_enable(&c))
			session_warn_if_off(&c);
	}
	return session_end(&c);
}
