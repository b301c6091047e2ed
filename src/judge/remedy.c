/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "check.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "overlap.h"
#include "paste.h"
#include "remedy.h"
#include "snapshot.h"
#include "text.h"
#include "walk.h"

/* Whether handlers can be changed from here; if not, that is said, unless it is not known why none can be seen. */
static bool
can_change(const struct snapshot *s, struct err *err)
{
	if (!s)
		return false;
	if (snapshot_scope(s) == BINFMT_INHERITED)
		err_add(err, "; handlers are registered on the host");
	else if (snapshot_read_only(s))
		err_add(err, "; binfmt_misc is mounted read-only here");
	else
		return true;
	return false;
}

/* One command of binfmtctl, on the mount that s shows. */
__attribute__((format(printf, 3, 4))) static void
command(const struct snapshot *s, struct err *err, const char *fmt, ...)
{
	const char *at = s->b.dir ? s->b.dir : BINFMT_DIR;
	bool usual = strcmp(at, BINFMT_DIR) == 0;
	char words[ERR_TEXT_MAX], dir[PASTE_MAX] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (usual || paste_file(at, false, dir))
		err_fix(err, "binfmtctl%s%s %s", usual ? "" : " -d ", dir, words);
}

/* The same on one entry. */
static void
command_on(const struct snapshot *s, const char *word, const struct handler *handler, struct err *err)
{
	char quoted[TEXT_QUOTED_MAX];

	command(s, err, "%s --entry %s", word, text_quote(handler->name, quoted, sizeof(quoted)));
}

void
remedy_remove(const struct snapshot *s, const struct handler *handler, struct err *err)
{
	if (can_change(s, err))
		command_on(s, "remove", handler, err);
}

void
remedy_leftover(const struct snapshot *s, const struct handler *handler, struct err *err)
{
	if (can_change(s, err))
		command_on(s, "refresh", handler, err);
}

void
remedy_enable(const struct snapshot *s, const struct handler *handler, struct err *err)
{
	const struct check check = {.list = &s->list, .live = handler->entry};
	static struct walk walk; /* 12 KB */

	if (check_passes(&handler->entry->rule, &check, &walk).is == LOOK_YES && can_change(s, err))
		command_on(s, "enable", handler, err);
}

void
remedy_refresh(const struct snapshot *s, const struct handler *handler, struct err *err)
{
	const struct check check = {.list = &s->list};
	const struct rule *rule = &handler->entry->rule;
	static struct walk walk; /* 12 KB */

	if (!handler->entry->enabled || overlap_in_front(rule, &s->list) || overlap_doubt(rule, &s->list))
		return;
	if (check_passes(rule, &check, &walk).is != LOOK_YES)
		remedy_interpreter(s, handler, false, err);
	else if (can_change(s, err))
		command_on(s, "refresh", handler, err);
}

void
remedy_switch(const struct snapshot *s, struct err *err)
{
	if (check_switch_passes(&s->list) && can_change(s, err))
		command(s, err, "enable --global");
}

/*
 * Whether `register` would take a rule, and its interpreter can run; alone: also in a root that has none of its files,
 * where there is only what flag F holds.
 */
static struct look
would_do(const struct snapshot *s, const struct rule *rule, bool alone)
{
	const struct check check = {.list = &s->list};
	static struct walk walk; /* 12 KB */
	struct look passes = check_passes(rule, &check, &walk);

	return passes.is == LOOK_YES && alone ? look_seen(rule->flags & RULE_F && walk.count == 1) : passes;
}

/* Why what is installed is not proposed. */
static void
say_unfit(struct look fit, const char *path, struct err *err)
{
	if (fit.is == LOOK_NO)
		err_add(err, "; %s, which is installed, would not do", path);
	else
		err_add(err, "; whether %s would do cannot be told", path);
}

void
remedy_register(const struct snapshot *s, const struct arch *arch, struct err *err)
{
	char path[INTERP_PATH_MAX], name[RULE_NAME_MAX + 1];
	struct look found;

	if (!can_change(s, err))
		return;
	arch_entry_name(arch, name);
	found = interp_find(arch, NULL, 0, true, path);
	if (found.is == LOOK_YES) {
		const struct rule rule = {name, arch_pattern(arch), path, RULE_F, NULL};
		struct look fit = would_do(s, &rule, false);

		if (fit.is == LOOK_YES)
			command(s, err, "register %s", arch->name);
		else
			say_unfit(fit, path, err);
	} else if (found.is == LOOK_UNKNOWN) {
		err_add(err, "; whether its QEMU is installed cannot be told");
	} else {
		err_add(err, "; install %s, then: binfmtctl register %s", interp_package(), arch->name);
	}
}

/* Whether `register` of an architecture would do something. */
static struct look
would_register(const struct snapshot *s, const struct arch *arch)
{
	char path[INTERP_PATH_MAX], name[RULE_NAME_MAX + 1];
	const struct rule rule = {name, arch_pattern(arch), path, RULE_F, NULL};
	struct look found = interp_find(arch, NULL, 0, true, path), native;

	if (found.is != LOOK_YES)
		return found;
	native = host_runs(arch);
	if (native.is != LOOK_NO)
		return native.is == LOOK_YES ? look_seen(false) : native;
	arch_entry_name(arch, name);
	return would_do(s, &rule, false);
}

struct look
remedy_any(const struct snapshot *s)
{
	struct look any = look_seen(false);

	for (const struct arch *arch = arch_table; any.is != LOOK_YES && arch < arch_table + arch_count; arch++)
		any = look_either(any, would_register(s, arch));
	return any;
}

void
remedy_absent(const struct snapshot *s, const struct arch *arch, struct err *err)
{
	const struct entry *taker = arch ? arch_taker(&s->list, arch) : NULL;
	struct look native = !arch || taker ? look_unknown() : host_runs(arch);

	if (taker)
		err_add(err, "; entry %s takes %s programs", taker->rule.name, arch->name);
	else if (native.is == LOOK_YES)
		err_add(err, "; this machine runs %s programs itself", arch->name);
	else if (native.is == LOOK_NO)
		remedy_register(s, arch, err);
	if (*err->fix)
		err_add(err, "; try: %s", err->fix);
}

/* The words that name the entry to `register`: nothing for an entry of the default name. */
static const char *
name_option(const struct handler *handler, char words[static TEXT_QUOTED_MAX + 16])
{
	char name[RULE_NAME_MAX + 1], quoted[TEXT_QUOTED_MAX];

	arch_entry_name(handler->arch, name);
	words[0] = '\0';
	if (strcmp(name, handler->name) != 0)
		snprintf(words, TEXT_QUOTED_MAX + 16, " --name %s", text_quote(handler->name, quoted, sizeof(quoted)));
	return words;
}

/* `register` with other flags, another interpreter (NULL: its own stays) or both, if the rule would do then. */
static struct look
propose(const struct snapshot *s, const struct handler *handler, const char *interpreter, unsigned flags, bool alone,
	struct err *err)
{
	const struct rule *now = &handler->entry->rule;
	struct rule rule = {handler->name, arch_pattern(handler->arch), interpreter ? interpreter : now->interpreter,
			    flags, now->more_flags};
	char letters[RULE_FLAGS_MAX], words[TEXT_QUOTED_MAX + 16];
	bool same = flags == now->flags;
	struct look fit = would_do(s, &rule, alone);

	if (!same && now->more_flags)
		return look_seen(false); /* register takes no flag that it does not know */
	rule_format_flags(flags, NULL, letters);
	if (fit.is == LOOK_YES)
		command(s, err, "register %s%s%s%s%s%s", handler->arch->name, name_option(handler, words),
			same ? "" : " --flags ", same ? "" : letters, interpreter ? " --interpreter " : "",
			interpreter ? interpreter : "");
	return fit;
}

static struct look
is_static(const char *path)
{
	struct interp interp;
	struct look looked = interp_look(path, &interp, NULL);

	return looked.is != LOOK_YES ? looked : look_seen(interp.kind == INTERP_ELF && interp.dynamic.is == LOOK_NO);
}

/* The same with the QEMU that is installed; of its own interpreter all was said. */
static void
propose_installed(const struct snapshot *s, const struct handler *handler, unsigned flags, bool alone, struct err *err)
{
	char path[INTERP_PATH_MAX];
	struct look found = interp_find(handler->arch, NULL, 0, true, path), fit;

	if (found.is == LOOK_YES && alone)
		found = is_static(path);
	if (found.is == LOOK_UNKNOWN) {
		err_add(err, "; whether another QEMU is installed cannot be told");
	} else if (found.is == LOOK_NO) {
		err_add(err, "; install %s", interp_package());
	} else if (strcmp(path, handler->entry->rule.interpreter) != 0) {
		fit = propose(s, handler, path, flags, alone, err);
		if (fit.is != LOOK_YES)
			say_unfit(fit, path, err);
	}
}

void
remedy_interpreter(const struct snapshot *s, const struct handler *handler, bool static_only, struct err *err)
{
	if (can_change(s, err) && handler->arch)
		propose_installed(s, handler, handler->entry->rule.flags, static_only, err);
}

void
remedy_hold(const struct snapshot *s, const struct handler *handler, bool whole, struct err *err)
{
	struct rule held = handler->entry->rule;
	char flags[RULE_FLAGS_MAX];

	if (!can_change(s, err))
		return;
	held.flags |= RULE_F;
	if (handler->arch) {
		if (!whole || propose(s, handler, NULL, held.flags, true, err).is != LOOK_YES)
			propose_installed(s, handler, held.flags, true, err);
	} else if (whole && !held.more_flags && would_do(s, &held, true).is == LOOK_YES) {
		rule_format_flags(held.flags, NULL, flags);
		err_add(err, "; register it again with --flags %s", flags);
	}
}
