/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "binfmt.h"
#include "keep.h"
#include "lock.h"
#include "print.h"
#include "replace.h"
#include "session.h"
#include "tempname.h"
#include "whose.h"
#include "wish.h"

enum { TIMEOUT = 30 };

static const char unhealed[] = "an interrupted change left this, and it could not be cleaned up";

static void
say_waiting(void)
{
	print_err(NULL, "waiting for another binfmtctl to finish");
}

static unsigned
timeout(const struct args *args)
{
	return (unsigned)(args->timeout < 0 ? TIMEOUT : args->timeout);
}

static int
list(struct session *c)
{
	int done = c->cmd->by_name && !c->args->json ? binfmt_list_names(&c->b, &c->list, &c->err)
						     : binfmt_list(&c->b, &c->list, &c->err);

	if (done == 0 && c->made.imagined)
		mount_keep_copied(&c->list);
	return done;
}

static int
prepare(struct session *c)
{
	if (binfmt_lock(&c->b, timeout(c->args), c->args->verbose ? say_waiting : NULL, &c->err) < 0)
		return -1;
	if (list(c) < 0)
		return -1;
	if (!c->args->dry_run || c->made.imagined)
		known_names(&c->b.known, &c->list);
	for (size_t i = 0; i < c->list.count; i++)
		c->has_temporaries |= tempname_is(c->list.entries[i].rule.name);
	return 0;
}

static bool
is_exec(const struct session *c)
{
	return command_takes(c->cmd, "inherit");
}

/* With --mount it is there afterwards, or is imagined by a dry run. */
static int
open_mount(struct session *c)
{
	const struct args *a = c->args;
	struct planned *planned = a->dry_run ? &c->planned : NULL;
	const struct mount_wish wish = {
	    .dir = a->binfmt_dir, .force = a->force, .runs = is_exec(c), .planned = planned};

	binfmt_imagine(&c->b, a->binfmt_dir, planned);
	if (a->mount && !planned_only(planned) &&
	    lock_mounts(timeout(a), a->verbose ? say_waiting : NULL, &c->mounts_lock, &c->err) < 0)
		return -1;
	if (a->mount && mount_if_absent(&wish, &c->made, &c->err, &c->warnings) < 0)
		return c->err.code == ERR_NAMESPACE && command_takes(c->cmd, "force")
			   ? err_add(&c->err, " (--force does it anyway)")
			   : -1;
	return planned_only(planned) && c->made.mounted ? 0 : binfmt_open(&c->b, a->binfmt_dir, planned, &c->err);
}

/*
 * Where nothing was done the mount of --mount goes too; not in a user namespace, where that would end the copies of
 * what was inherited, and bring nothing back.
 */
static void
take_mount_back(struct session *c)
{
	struct err err;

	if (!c->made.mounted || c->args->dry_run)
		return;
	if (!c->made.stays) {
		if (mount_take_back(&c->b, &err) < 0)
			report_warning(NULL, "%s", err.text);
		return;
	}
	c->err.status = EXIT_FAILED; /* something was changed */
	report_warning(NULL,
		       "binfmt_misc stays mounted at %s: this user namespace has an instance of its own now; inherited "
		       "handlers that were copied into it: %zu",
		       c->args->binfmt_dir, c->made.copied);
}

static void
close_all(struct session *c)
{
	binfmt_close(&c->b);
	if (c->mounts_lock >= 0)
		close(c->mounts_lock);
}

/* Whether the table that is seen may be changed. What --mount has found or made is our own, as what exec works in. */
static int
check_whose(struct session *c)
{
	bool own = c->args->mount || is_exec(c) || c->b.dir_fd < 0;

	c->inherited = own ? look_seen(false) : binfmt_is_inherited(&c->b);
	if (c->args->force || whose_check(&c->b, c->inherited, &c->err) == 0)
		return 0;
	if (command_takes(c->cmd, "force"))
		err_add(&c->err, " (%s--force changes the parent's)",
			command_takes(c->cmd, "mount") ? "--mount mounts it, " : "");
	return -1;
}

/* Of a session that has not come to its first result. */
static void
tell_warnings(const struct session *c)
{
	for (const char *text = warn_next(&c->warnings, NULL); text; text = warn_next(&c->warnings, text))
		report_warning(NULL, "%s", text);
}

int
session_begin(struct session *c, const struct cmd *cmd, const struct args *args)
{
	c->cmd = cmd;
	c->args = args;
	c->list = (struct binfmt_list){0};
	c->planned = (struct planned){.made = is_exec(c)};
	c->reported = NULL;
	c->gone = NULL;
	c->gone_count = 0;
	c->named = c->has_temporaries = false;
	c->made = (struct mount_made){.mounted = false};
	c->failed = c->done = c->changed = 0;
	c->warnings.len = 0;
	c->rule = NULL;
	c->file = NULL;
	c->place = NULL;
	c->folder.fd = c->mounts_lock = -1;
	if (open_mount(c) < 0 || prepare(c) < 0 || check_whose(c) < 0) {
		planned_free(&c->planned);
		tell_warnings(c);
		take_mount_back(c);
		close_all(c);
		return report_fail(cmd, args, &c->err);
	}
	c->before = c->list.count;
	c->mount_warnings = c->warnings.len;
	report_begin(cmd, args, NULL);
	return EXIT_DONE;
}

struct check
session_check(struct session *c, const char *verb, const struct entry *live)
{
	return (struct check){.dir = c->b.dir,
			      .list = &c->list,
			      .verb = command_takes(c->cmd, "force") ? verb : NULL,
			      .live = live,
			      .folder = &c->folder,
			      .force = c->args->force};
}

unsigned
session_advice(const struct cmd *cmd)
{
	return (command_takes(cmd, "interpreter") ? WISH_INTERPRETER : 0) |
	       (command_takes(cmd, "interpreter-dir") ? WISH_DIR : 0) | (command_takes(cmd, "force") ? WISH_FORCE : 0);
}

int
session_relist(struct session *c)
{
	known_forget(&c->b.known);
	binfmt_list_free(&c->list);
	return list(c);
}

/* The writes that no result has shown yet. */
static const struct planned_write *
new_writes(struct session *c)
{
	const struct planned_write *writes = c->reported ? c->reported->next : c->planned.first;

	c->reported = c->planned.last;
	return writes;
}

/* The name that a temporary is for; a hashed one does not tell it, but the command line may. NULL: unknown, or none. */
static const char *
name_behind(const struct session *c, const char *entry)
{
	const struct args *a = c->args;

	if (tempname_target(entry) || !tempname_is(entry))
		return tempname_target(entry);
	for (size_t i = 0; i < a->operand_count; i++)
		if (tempname_matches(entry, a->operands[i].word))
			return a->operands[i].word;
	return a->name && tempname_matches(entry, a->name) ? a->name : NULL;
}

/* Ends what a killed run left of one name, and says so. 0, or -1 and *err. */
static int
heal(struct session *c, const char *name, struct err *err)
{
	int healed = replace_heal(&c->b, name, err);
	const struct planned_write *writes = new_writes(c);

	if (healed > 0 && c->args->dry_run)
		report_warning(name, "what an interrupted change left would be cleaned up too");
	else if (healed > 0 && c->args->verbose)
		report_warning(name, "cleaned up what an interrupted change had left");
	if (healed > 0 && !c->args->json && !c->args->quiet)
		report_writes(c->args, writes);
	return healed < 0 ? -1 : 0;
}

/* Whether an entry of the list is the temporary of this name. */
static bool
was_interrupted(const struct session *c, const char *name)
{
	for (size_t i = 0; c->has_temporaries && i < c->list.count; i++)
		if (tempname_is(c->list.entries[i].rule.name) && tempname_matches(c->list.entries[i].rule.name, name))
			return true;
	return false;
}

/*
 * What a killed run left of the entry at work decides what is in force, so it is ended before a result is told. A
 * temporary that alone is there is the handler itself, and may stay what it is. 0, or -1 and c->err.
 */
static int
heal_own(struct session *c, const char *name)
{
	struct err err, ignored;

	if (c->args->dry_run || !was_interrupted(c, name) || heal(c, name, &err) == 0 ||
	    binfmt_state(&c->b, name, &ignored) == BINFMT_ABSENT)
		return 0;
	c->err = err;
	return err_wrap(&c->err, "%s", unhealed);
}

void
session_result(struct session *c, const char *name, enum outcome outcome, const char *detail)
{
	struct result result = {.name = name,
				.place = c->place,
				.outcome = outcome,
				.detail = detail,
				.err = &c->err,
				.warnings = &c->warnings,
				.rule = c->rule,
				.file = c->file};

	if (outcome != OUT_FAILED && heal_own(c, name) < 0)
		result.outcome = OUT_FAILED;
	if (result.outcome == OUT_FAILED) /* the others are on what has not happened */
		c->warnings.len = c->mount_warnings;
	result.writes = new_writes(c);
	report_result(c->args, &result);
	c->failed += result.outcome == OUT_FAILED;
	c->done += result.outcome < OUT_SKIPPED;
	c->changed +=
	    result.outcome < OUT_SKIPPED && result.outcome != OUT_UNCHANGED && result.outcome != OUT_PERSISTED;
	c->warnings.len = c->mount_warnings = 0;
	c->rule = NULL;
	c->file = NULL;
	c->place = NULL;
}

/*
 * Heals the rest after the work that was asked for: that starts from what is there, a temporary alone
 * included. A dry run passes over what its own writes would end.
 */
static void
heal_all(struct session *c)
{
	for (size_t i = 0; i < c->list.count; i++) {
		const char *entry = c->list.entries[i].rule.name, *name = name_behind(c, entry);

		if (name && !planned_has(&c->planned, c->b.dir, entry) && heal(c, name, &c->err) < 0)
			report_warning(name, "%s: %s", unhealed, c->err.text);
	}
}

/* Says of changes in a table that is not surely our own whose it is. */
static void
tell_whose(struct session *c)
{
	int told = c->changed && !c->args->dry_run ? whose_changed(&c->b, c->inherited, &c->err) : 0;

	if (told < 0 && !c->args->force)
		session_result(c, c->args->binfmt_dir, OUT_FAILED, NULL);
	else if (told != 0)
		report_warning(NULL, "%s%s", told < 0 ? "forced: " : "", c->err.text);
}

void
session_prove_kept(struct session *c)
{
	const struct args *a = c->args;

	if (!a->mount || a->dry_run || !c->done || !mount_may_vanish() ||
	    keep_prove(&c->b, c->made.mounted, c->before, &c->err) == 0)
		return;
	if (a->force && c->err.code == ERR_UNKNOWN)
		report_warning(NULL, "forced: %s", c->err.text);
	else
		session_result(c, a->binfmt_dir, OUT_FAILED, NULL);
}

void
session_warn_if_off(const struct session *c)
{
	struct err err;
	int on = c->done ? binfmt_enabled(&c->b, &err) : 1;

	if (on < 0)
		report_warning(NULL, "whether binfmt_misc is switched on is not known: %s", err.text);
	if (on == 0)
		report_warning(NULL, "binfmt_misc is switched off: nothing will run until `binfmtctl enable --global`");
}

int
session_end(struct session *c)
{
	heal_all(c);
	tell_whose(c);
	if (c->failed && !c->done)
		take_mount_back(c);
	report_more(c->args);
	if (c->args->json && c->args->dry_run) /* those of all results, in their order */
		report_writes(c->args, c->planned.first);
	if (c->planned.incomplete) {
		err_set(&c->err, ERR_MEMORY, "out of memory: not all writes are shown");
		report_error(NULL, &c->err);
	}
	report_end(c->args);
	c->failed += c->planned.incomplete;
	planned_free(&c->planned);
	binfmt_list_free(&c->list);
	trust_forget(&c->folder);
	close_all(c);
	return c->failed ? EXIT_FAILED : EXIT_DONE;
}

int
session_operand(struct session *c, const struct operand *operand, session_act *act)
{
	const char *names[ARCH_ROWS_MAX];
	int count = operand_entries(&c->list, operand, names, &c->err);

	c->named = !operand_is_all(operand);
	for (int i = 0; i < count; i++) {
		const struct entry *listed = binfmt_list_find(&c->list, names[i]);

		c->rule = listed ? &listed->rule : NULL;
		act(c, names[i]);
	}
	return count < 0 ? -1 : 0;
}

void
session_each(struct session *c, session_act *act)
{
	for (size_t i = 0; i < c->args->operand_count; i++)
		if (session_operand(c, &c->args->operands[i], act) < 0)
			session_result(c, c->args->operands[i].word, OUT_FAILED, NULL);
}
