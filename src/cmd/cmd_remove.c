/* SPDX-License-Identifier: MIT */
#include "cmd.h"
#include "operand.h"
#include "persist.h"
#include "replace.h"
#include "session.h"

const struct opt remove_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("global", 0, global, "remove all entries, other people's too"),
    OPT_BOOL("missing-ok", 0, missing_ok, "no such entry is no error"),
    OPT_BOOL("persist", 0, persist, "also take away its file of binfmt.d, if binfmtctl wrote it"),
    OPT_TEXT("conf-dir", 0, "DIR", conf_dir, "where that file is (/etc/binfmt.d)"),
    OPT_TIMEOUT,
    OPT_END,
};

/* With --persist, a file of somebody else's is found out before anything is removed. */
static void
remove_one(struct session *c, const char *name)
{
	bool persist = c->args->persist;
	int removed, forgotten = 0;
	struct persist conf;

	if (persist && persist_open(&conf, c->args->conf_dir, name, false, &c->err) < 0) {
		session_result(c, name, OUT_FAILED, NULL);
		return;
	}
	removed = replace_remove(&c->b, name, &c->err);
	if (persist && removed >= 0)
		forgotten = persist_remove(&conf, &c->b, &c->err);
	if (persist)
		persist_close(&conf);
	if (removed == 0 && forgotten == 0)
		err_set(&c->err, "missing", "it is gone already");
	session_result(c, name,
		       removed < 0 || forgotten < 0     ? OUT_FAILED
		       : removed == 0 && forgotten == 0 ? OUT_SKIPPED
							: OUT_REMOVED,
		       forgotten > 0 ? "with its file of binfmt.d" : NULL);
}

/* 1: its file was there and is gone, 0: there was none of ours, -1 and c->err. */
static int
forget(struct session *c, const char *name)
{
	struct err ignored;
	struct persist conf;
	int done;

	if (persist_open(&conf, c->args->conf_dir, name, false, &ignored) < 0)
		return 0;
	done = persist_remove(&conf, &c->b, &c->err);
	persist_close(&conf);
	return done;
}

/* An entry that is gone may have left its file: with --persist that is to go too. As forget, for all it means. */
static int
forget_missing(struct session *c, const struct operand *operand)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	size_t count = operand->literal ? 0 : arch_select(operand->word, rows);
	int found = forget(c, operand->word), done;
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; i < count && found >= 0; i++) {
		arch_entry_name(rows[i], name);
		done = forget(c, name);
		found = done < 0 ? -1 : found | done;
	}
	return found;
}

static void
remove_operand(struct session *c, const struct operand *operand)
{
	int forgotten = 0;
	bool tolerated = c->args->missing_ok;

	if (session_operand(c, operand, remove_one) == 0)
		return;
	if (c->args->persist)
		forgotten = forget_missing(c, operand);
	if (forgotten > 0)
		session_result(c, operand->word, OUT_REMOVED, "its file of binfmt.d; there was no entry");
	else
		session_result(c, operand->word, tolerated && forgotten == 0 ? OUT_SKIPPED : OUT_FAILED, NULL);
}

static void
remove_global(struct session *c)
{
	if (binfmt_command(&c->b, "status", "-1", &c->err) < 0) {
		session_result(c, "status", OUT_FAILED, NULL);
		return;
	}
	if (!c->args->dry_run && session_relist(c) < 0) {
		session_result(c, "status", OUT_FAILED, NULL);
		return;
	}
	if (!c->args->dry_run && c->list.count) {
		err_set(&c->err, "verify", "%zu entries are still there", c->list.count);
		session_result(c, "status", OUT_FAILED, NULL);
		return;
	}
	session_result(c, "status", OUT_REMOVED, "all entries");
}

int
cmd_remove(const struct cmd *cmd, struct args *args)
{
	struct session c;
	int status;

	if (args->global && (args->operand_count || args->persist))
		return report_usage(cmd, args, "--global removes all entries: no operand and no --persist go with it");
	if (!args->global && !args->operand_count)
		return report_usage(cmd, args, "which entry? (or all, or --global)");
	if (args->conf_dir && !args->persist)
		return report_usage(cmd, args, "--conf-dir goes with --persist");
	status = session_begin(&c, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->global)
		remove_global(&c);
	for (size_t i = 0; i < args->operand_count; i++)
		remove_operand(&c, &args->operands[i]);
	return session_end(&c);
}
