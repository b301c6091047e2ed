/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "cmd.h"
#include "drift.h"
#include "nextboot.h"
#include "operand.h"
#include "own_unit.h"
#include "persist.h"
#include "replace.h"
#include "session.h"

const struct opt remove_opts[] = {
    OPT_ENTRY_NAME,
    OPT_BOOL("global", 0, global, "remove all entries, other people's too"),
    OPT_BOOL("missing-ok", 0, missing_ok, "succeed if the entry does not exist"),
    OPT_BOOL("persist", 0, persist, "also remove its binfmt.d file, if binfmtctl wrote it"),
    OPT_TEXT("conf-dir", 0, "DIR", conf_dir, "where that file is (/etc/binfmt.d)"),
    OPT_TIMEOUT,
    OPT_END,
};

static enum outcome
removal_outcome(int removed, int forgotten)
{
	if (removed < 0 || forgotten < 0)
		return OUT_FAILED;
	return removed || forgotten ? OUT_REMOVED : OUT_SKIPPED;
}

/* With --persist: what brings an entry back without its file is looked for once all are gone. */
static void
note_gone(struct session *c, const char *name)
{
	char **more;

	if (!c->args->persist || c->args->conf_dir)
		return;
	more = realloc(c->gone, (c->gone_count + 2) * sizeof(*more));
	if (more) {
		c->gone = more;
		more[c->gone_count] = strdup(name);
		more[c->gone_count + 1] = NULL;
	}
	if (more && more[c->gone_count])
		c->gone_count++;
	else
		warn_add(&c->warnings, "whether the next boot has it cannot be told: out of memory");
}

/* What still brings them back is not ours to take away, and is said. */
static void
tell_what_comes_back(struct session *c)
{
	static struct warnings warnings; /* 8 KB */
	static struct boot boot;
	bool read = c->gone_count && boot_read_without(&boot, (const char *const *)c->gone, &c->err) == 0;

	if (c->gone_count && !read)
		report_warning(NULL, "whether the next boot has what was removed cannot be told: %s", c->err.text);
	if (read)
		own_unit_read(&boot, c->args->commands);
	for (size_t i = 0; i < c->gone_count; i++) {
		warnings.len = 0;
		if (read)
			nextboot_warn_back(&boot, c->gone[i], &warnings);
		for (const char *warning = NULL; (warning = warn_next(&warnings, warning));)
			report_warning(c->gone[i], "%s", warning);
		free(c->gone[i]);
	}
	if (read)
		boot_free(&boot);
	free(c->gone);
}

/* With --persist, a file of somebody else's is found out before anything is removed. */
static void
remove_one(struct session *c, const char *name)
{
	bool persist = c->args->persist;
	int removed, forgotten = 0;
	struct persist file = {.dir = -1};

	c->file = persist ? &file : NULL;
	if (persist && persist_open(&file, c->args->conf_dir, name, false, &c->err) < 0) {
		session_result(c, name, OUT_FAILED, NULL);
		return;
	}
	removed = replace_remove(&c->b, name, &c->err);
	if (persist && removed >= 0)
		forgotten = persist_remove(&file, c->args->dry_run, &c->err);
	if (persist)
		persist_close(&file);
	if (removed > 0 && (!persist || c->args->conf_dir))
		drift_warn(name, NULL, &c->warnings);
	if (removed == 0 && forgotten == 0)
		err_set(&c->err, ERR_MISSING, "it is gone already");
	if (removed >= 0 && forgotten >= 0 && removed + forgotten > 0)
		note_gone(c, name);
	session_result(c, name, removal_outcome(removed, forgotten), forgotten > 0 ? "with its binfmt.d file" : NULL);
}

/* 1: its file was there and is gone, 0: there was none of ours, -1 and *err. */
static int
forget(const struct session *c, const char *name, struct persist *file, struct err *err)
{
	int done;

	if (persist_open(file, c->args->conf_dir, name, false, err) < 0)
		return err->code == ERR_PERSIST && !file->ours ? 0 : -1;
	done = persist_remove(file, c->args->dry_run, err);
	persist_close(file);
	return done;
}

/* An entry that is gone may have left its file: with --persist that is to go too. True: told. */
static bool
forget_missing(struct session *c, const char *name)
{
	struct persist file = {.dir = -1};
	struct err err;
	int done = c->args->persist ? forget(c, name, &file, &err) : 0;

	if (done < 0)
		c->err = err;
	c->file = done ? &file : NULL;
	if (done > 0)
		note_gone(c, name);
	if (done)
		session_result(c, name, done < 0 ? OUT_FAILED : OUT_REMOVED, "its binfmt.d file; there was no entry");
	return done != 0;
}

/* The same for an operand that means no entry: by that name, or by those of the architecture. */
static bool
forget_operand(struct session *c, const struct operand *operand)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	size_t count = operand->literal ? 0 : arch_select(operand->word, rows);
	bool told = forget_missing(c, operand->word);
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; i < count; i++) {
		arch_entry_name(rows[i], name);
		told |= forget_missing(c, name);
	}
	return told;
}

/* And for `all`: those whose entries were not there to be removed. */
static void
forget_all(struct session *c)
{
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		if (!binfmt_list_find(&c->list, name))
			forget_missing(c, name);
	}
}

static void
remove_operand(struct session *c, const struct operand *operand)
{
	int found = session_operand(c, operand, remove_one);

	if (found == 0 && operand_is_all(operand))
		forget_all(c);
	if (found < 0 && !forget_operand(c, operand))
		session_result(c, operand->word, c->args->missing_ok ? OUT_SKIPPED : OUT_FAILED, NULL);
}

/* -1 and c->err if entries are left. */
static int
remove_all(struct session *c)
{
	if (binfmt_command(&c->b, "status", "-1", &c->err) < 0)
		return -1;
	if (c->args->dry_run)
		return 0;
	if (session_relist(c) < 0)
		return -1;
	return c->list.count ? err_set(&c->err, ERR_VERIFY, "not all are gone: %zu left", c->list.count) : 0;
}

int
cmd_remove(const struct cmd *cmd, struct args *args)
{
	struct session c;
	int status;

	if (args->global && (args->operand_count || args->persist))
		return report_usage(cmd, args, "--global removes all entries: no operand and no --persist go with it");
	if (!args->global && !args->operand_count)
		return report_usage(cmd, args, "missing operand: ENTRY (or all, or --global)");
	if (args->conf_dir && !args->persist)
		return report_usage(cmd, args, "--conf-dir goes with --persist");
	if (args->conf_dir && *args->conf_dir != '/')
		return report_usage(cmd, args, "--conf-dir needs an absolute path");
	status = session_begin(&c, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->global)
		session_result(&c, "binfmt_misc", remove_all(&c) < 0 ? OUT_FAILED : OUT_REMOVED, "all entries");
	for (size_t i = 0; i < args->operand_count; i++)
		remove_operand(&c, &args->operands[i]);
	tell_what_comes_back(&c);
	return session_end(&c);
}
