/* SPDX-License-Identifier: MIT */
/* Handlers as configuration: the live ones, the oldest first, or those that architectures would get. */
#include <stdio.h>
#include <stdlib.h>

#include "arch.h"
#include "cmd.h"
#include "danger.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "json.h"
#include "opened.h"
#include "plan.h"
#include "report.h"
#include "session.h"
#include "snapshot.h"
#include "written.h"

const struct opt export_opts[] = {
    OPT_TEXT("format", 0, "FORMAT", format, "binfmt.d, update-binfmts or register"),
    OPT_ENTRY_NAME,
    OPT_ARCHS("what register would register, or all (repeatable)"),
    OPT_TEXT("flags", 'f', "FLAGS", flags, "with --arch: P O C F"),
    OPT_TEXT("interpreter", 'i', "PATH", interpreter, "with --arch: installed or not"),
    OPT_END,
};

/* One run. */
struct writing {
	const struct cmd *cmd;
	const struct args *args;
	enum written_as as;
	bool failed;
};

/* What the format cannot say is told, and not left out without a word. */
static void
say(struct writing *w, const char *name, const char *text, const struct err *err)
{
	w->failed |= err != NULL;
	if (err)
		report_error(name, err);
	if (!w->args->json) {
		fputs(text ? text : "", stdout);
		return;
	}
	json_object(NULL);
	json_string("name", name);
	json_string("text", text);
	if (err) {
		json_cause(err);
	} else {
		json_null("code");
		json_null("detail");
	}
	json_end();
}

static void
export_rule(struct writing *w, const struct rule *rule)
{
	char text[WRITTEN_MAX];
	const char *reason = written_rule(rule, w->as, text);
	struct err err;

	if (reason)
		err_set(&err, ERR_FIELD, "not exported: %s", reason);
	say(w, rule->name, reason ? NULL : text, reason ? &err : NULL);
}

/* A kernel that knows flag D brings a disabled entry back as such. */
static void
export_entry(struct writing *w, const struct handler *handler)
{
	struct rule rule = handler->entry->rule;
	struct err err;

	rule.name = handler->name;
	if (!handler->entry->enabled && host_kernel_since(host_kernel(), 7, 3))
		rule.flags |= RULE_D;
	if (handler->entry->reason)
		err_set(&err, ERR_NOT_UNDERSTOOD, "not exported: the entry cannot be understood: %s",
			handler->entry->reason);
	else if (!handler->entry->enabled && !(rule.flags & RULE_D))
		err_set(&err, ERR_DISABLED, "not exported: it is disabled, which no format can say before Linux 7.3");
	else
		err_clear(&err);
	if (*err.text)
		say(w, rule.name, NULL, &err);
	else
		export_rule(w, &rule);
}

static void
tell_missing(void *arg, const struct operand *operand, struct err *err)
{
	say(arg, operand->word, NULL, err);
}

/* A format file is one entry. */
static bool
fits(struct writing *w, size_t count)
{
	struct err err;

	if (w->as != WRITTEN_UPDATE_BINFMTS || count <= 1)
		return true;
	err_set(&err, ERR_FIELD, "a format file is one entry, and these are %zu: name one", count);
	report_error(NULL, &err);
	w->failed = true;
	return false;
}

static int
export_live(struct writing *w, const struct snapshot *s, struct err *err)
{
	bool *wanted = operand_marks(&s->list, w->args->operands, w->args->operand_count, tell_missing, w);
	struct handler handler;
	size_t count = 0;

	if (!wanted)
		return err_set(err, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s->list.count; i++) {
		wanted[i] = wanted[i] && snapshot_listed(s, i, &handler);
		count += wanted[i];
	}
	for (size_t i = fits(w, count) ? s->list.count : 0; i-- > 0;)
		if (wanted[i] && snapshot_listed(s, i, &handler))
			export_entry(w, &handler);
	free(wanted);
	return 0;
}

/* Without a name of its own the rule has the one that `register` gives it. */
static void
say_arch(struct writing *w, const struct arch *arch, const struct err *err)
{
	char name[RULE_NAME_MAX + 1];

	arch_entry_name(arch, name);
	say(w, name, NULL, err);
}

/*
 * Whether this machine needs no handler for it, as `register` finds too: brought back here the rule would take this
 * machine's own programs. A named interpreter says that it is for another one.
 */
static bool
is_left_out(struct writing *w, const struct arch *arch, bool named)
{
	struct look native = w->args->interpreter ? look_seen(false) : host_runs(arch);
	struct err err;

	if (native.is == LOOK_YES && named)
		report_warning(arch->name,
			       "not exported: this machine runs %s programs itself (--interpreter exports it)",
			       arch->name);
	if (native.is == LOOK_UNKNOWN) {
		err_set(&err, ERR_UNKNOWN,
			"not exported: whether this machine runs %s programs itself could not be tried (--interpreter "
			"exports it)",
			arch->name);
		say_arch(w, arch, &err);
	}
	return native.is != LOOK_NO;
}

/* What `register` would refuse wherever it is brought back. */
static const char *
unfit(const struct rule *rule)
{
	return *rule->interpreter && *rule->interpreter != '/' ? "the interpreter's path is not absolute" : NULL;
}

/* As `register` would register it where nothing is live yet. */
static void
export_arch(struct writing *w, const struct arch *arch)
{
	const struct args *a = w->args;
	const struct wish wish = {
	    .flags = a->flags, .interpreter = a->interpreter, .force = true, .advice = session_advice(w->cmd)};
	struct warnings warnings = {.len = 0};
	const char *danger = NULL, *reason;
	struct plan plan;
	struct err err;

	plan_start(&plan, &wish, arch);
	if (plan_arch(&plan, &wish, arch, NULL, &err, &warnings) < 0) {
		say(w, plan.rule.name, NULL, &err);
	} else if ((reason = unfit(&plan.rule)) != NULL) {
		err_set(&err, ERR_INTERPRETER, "not exported: %s", reason);
		say(w, plan.rule.name, NULL, &err);
	} else {
		export_rule(w, &plan.rule);
		danger_native(&plan.rule, NULL, &danger);
	}
	opened_close(&plan.file);
	if (danger)
		warn_add(&warnings, "not for a machine like this one: %s", danger);
	for (const char *warning = NULL; (warning = warn_next(&warnings, warning));)
		report_warning(plan.rule.name, "%s", warning);
}

/* Those whose interpreter is installed here, and that this machine does not run itself. */
static void
export_all(struct writing *w)
{
	char path[INTERP_PATH_MAX];
	bool none = true;
	struct err err;

	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *arch = &arch_table[i];
		struct look found = interp_find(arch, NULL, 0, true, path);

		none &= found.is == LOOK_NO;
		if (found.is == LOOK_UNKNOWN) {
			err_set(&err, ERR_UNKNOWN, "not exported: whether %s is installed cannot be told",
				arch->interpreter);
			say_arch(w, arch, &err);
		} else if (found.is == LOOK_YES && !is_left_out(w, arch, false)) {
			export_arch(w, arch);
		}
	}
	if (!none)
		return;
	err_set(&err, ERR_NO_INTERPRETER, "nothing to export: no interpreter is installed; install %s",
		interp_package());
	say(w, "all", NULL, &err);
}

/* The last row of a word first, as `register` does. */
static void
export_archs(struct writing *w)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	struct err err;

	for (size_t i = 0; i < w->args->operand_count; i++) {
		const char *word = w->args->operands[i].word;
		bool all = operand_is_all(&w->args->operands[i]);
		size_t count = all ? 0 : operand_archs(word, rows, &err);

		if (all)
			export_all(w);
		else if (!count)
			say(w, word, NULL, &err);
		while (fits(w, count) && count-- > 0)
			if (!is_left_out(w, rows[count], true))
				export_arch(w, rows[count]);
	}
}

static const char *
misuse(const struct args *a)
{
	if (a->format && written_find(a->format) == WRITTEN_UNKNOWN)
		return "--format is binfmt.d, update-binfmts or register";
	if (!a->by_arch && (a->flags || a->interpreter))
		return "--flags and --interpreter go with --arch";
	if (a->by_arch && (a->operand_count != 1 || operand_is_all(&a->operands[0]))) {
		if (a->interpreter)
			return "--interpreter goes with one architecture";
		if (a->format && written_find(a->format) == WRITTEN_UPDATE_BINFMTS)
			return "a format file is one entry: --format update-binfmts goes with one architecture";
	}
	return NULL;
}

int
cmd_export(const struct cmd *cmd, struct args *args)
{
	struct writing w = {
	    .cmd = cmd, .args = args, .as = args->format ? written_find(args->format) : WRITTEN_BINFMT_D};
	const char *wrong = misuse(args);
	struct snapshot s;
	struct err err;

	if (wrong)
		return report_usage(cmd, args, "%s", wrong);
	if (!args->by_arch && snapshot_open(&s, args->binfmt_dir, &err) < 0)
		return report_fail(cmd, args, &err);
	report_begin(cmd, args, NULL);
	if (args->by_arch) {
		export_archs(&w);
	} else {
		if (export_live(&w, &s, &err) < 0) {
			report_error(NULL, &err);
			w.failed = true;
		}
		snapshot_close(&s);
	}
	report_end(args);
	return w.failed ? EXIT_FAILED : EXIT_DONE;
}
