/* SPDX-License-Identifier: MIT */
/* enable and disable: twins with one body. */
#include "binfmt.h"
#include "check.h"
#include "cmd.h"
#include "drift.h"
#include "remedy.h"
#include "replace.h"
#include "session.h"
#include "snapshot.h"

const struct opt enable_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("global", 0, global, "the global switch of binfmt_misc"),
    OPT_FORCE("in spite of the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

const struct opt disable_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("global", 0, global, "the global switch of binfmt_misc"),
    OPT_TIMEOUT,
    OPT_END,
};

static enum outcome
outcome_of(int done, bool on)
{
	if (done <= 0)
		return done < 0 ? OUT_FAILED : OUT_UNCHANGED;
	return on ? OUT_ENABLED : OUT_DISABLED;
}

/* The result of one entry; what its file says of it counts where it is understood. */
static void
tell(struct session *c, const char *name, int done, bool on, const struct entry *entry)
{
	if (done >= 0 && entry && !entry->reason)
		drift_warn(name, &(const struct entry){.rule = entry->rule, .enabled = on}, &c->warnings);
	session_result(c, name, outcome_of(done, on), NULL);
}

static void
disable_one(struct session *c, const char *name)
{
	struct live live;
	struct err unread;
	bool there = replace_read(&c->b, name, &live, &unread) > 0;

	tell(c, name, replace_enable(&c->b, name, false, NULL, &c->err), false, there ? live.entry : NULL);
}

/* An entry that is not understood may take anything, once it is enabled. */
static int
check_riddle(struct session *c, const struct check *check)
{
	if (check_understood(check->live, check, &c->err, &c->warnings) < 0)
		return -1;
	check_undo(check, check->live->rule.name, "-1", &c->warnings);
	return 0;
}

/* Enabling a rule can break the machine as registering it does. */
static void
enable_one(struct session *c, const char *name)
{
	struct live live;
	const struct entry *entry = &live.text.entry;
	struct check check = session_check(c, "enables", NULL);
	int done = replace_read(&c->b, name, &live, &c->err);

	check.live = entry;
	if (done == 0)
		done = err_set(&c->err, ERR_MISSING, "no such entry");
	else if (done < 0 && c->err.code == ERR_NOT_UNDERSTOOD)
		done = entry->enabled ? 0 : check_riddle(c, &check);
	else if (done > 0 && !entry->enabled)
		done = check_rule(&entry->rule, &check, &c->err, &c->warnings);
	if (done >= 0)
		done = replace_enable(&c->b, name, true, entry, &c->err);
	tell(c, name, done, true, entry);
}

/* An entry that is not there is registered, and is enabled by that. */
static void
enable_operand(struct session *c, const struct operand *operand)
{
	const struct snapshot s = {.b = c->b, .list = c->list};

	if (session_operand(c, operand, enable_one) == 0)
		return;
	remedy_absent(&s, operand_arch(operand), &c->err);
	session_result(c, operand->word, OUT_FAILED, NULL);
}

/* The global switch: 1 done, 0 it was so already, -1 and c->err. */
static int
switch_global(struct session *c, bool on)
{
	const struct check check = session_check(c, "enables", NULL);
	int now = binfmt_enabled(&c->b, &c->err);

	if (now < 0 || now == on)
		return now < 0 ? -1 : 0;
	if (on && check_switch(&check, &c->err, &c->warnings) < 0)
		return -1;
	if (binfmt_command(&c->b, "status", on ? "1" : "0", &c->err) < 0)
		return -1;
	now = c->args->dry_run ? on : binfmt_enabled(&c->b, &c->err);
	if (now >= 0 && now != on)
		return err_set(&c->err, ERR_VERIFY, "the kernel still shows it switched %s", on ? "off" : "on");
	return now < 0 ? -1 : 1;
}

static int
switch_entries(const struct cmd *cmd, struct args *args, bool on)
{
	struct session c;
	int status;

	if (args->global && args->operand_count)
		return report_usage(cmd, args, "--global takes no operand");
	if (!args->global && !args->operand_count)
		return report_usage(cmd, args, "missing operand: ENTRY (or all, or --global)");
	status = session_begin(&c, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->global)
		session_result(&c, "binfmt_misc", outcome_of(switch_global(&c, on), on), "the global switch");
	else if (!on)
		session_each(&c, disable_one);
	for (size_t i = 0; on && i < args->operand_count; i++)
		enable_operand(&c, &args->operands[i]);
	if (!args->global && on)
		session_warn_if_off(&c);
	return session_end(&c);
}

int
cmd_enable(const struct cmd *cmd, struct args *args)
{
	return switch_entries(cmd, args, true);
}

int
cmd_disable(const struct cmd *cmd, struct args *args)
{
	return switch_entries(cmd, args, false);
}
