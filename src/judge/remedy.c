/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

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

static bool
is_read_only(const struct snapshot *s)
{
	struct statvfs vfs;

	return fstatvfs(s->b.dir_fd, &vfs) == 0 && vfs.f_flag & (unsigned long)ST_RDONLY;
}

/* Whether handlers can be changed from here; if not, that is said, unless it is not known why none can be seen. */
static bool
can_change(const struct snapshot *s, struct err *err)
{
	if (!s)
		return false;
	if (snapshot_scope(s) == BINFMT_INHERITED)
		err_add(err, "; handlers are registered on the host");
	else if (is_read_only(s))
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

	if (check_passes(&handler->entry->rule, &check) && can_change(s, err))
		command_on(s, "enable", handler, err);
}

void
remedy_refresh(const struct snapshot *s, const struct handler *handler, struct err *err)
{
	const struct check check = {.list = &s->list};
	const struct rule *rule = &handler->entry->rule;

	if (!handler->entry->enabled || overlap_in_front(rule, &s->list) || overlap_doubt(rule, &s->list))
		return;
	if (!check_passes(rule, &check))
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

void
remedy_register(const struct snapshot *s, const struct arch *arch, struct err *err)
{
	char path[INTERP_PATH_MAX];
	struct look found;

	if (!can_change(s, err))
		return;
	found = interp_find(arch, NULL, 0, true, path);
	if (found.is == LOOK_YES)
		command(s, err, "register %s", arch->name);
	else if (found.is == LOOK_UNKNOWN)
		err_add(err, "; whether its QEMU is installed cannot be told");
	else
		err_add(err, "; install %s, then: binfmtctl register %s", interp_package(), arch->name);
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

void
remedy_interpreter(const struct snapshot *s, const struct handler *handler, bool static_only, struct err *err)
{
	char path[INTERP_PATH_MAX], words[TEXT_QUOTED_MAX + 16];
	struct interp interp;
	struct look found, looked;

	if (!can_change(s, err) || !handler->arch)
		return;
	found = interp_find(handler->arch, NULL, 0, true, path);
	if (found.is == LOOK_YES && strcmp(path, handler->entry->rule.interpreter) == 0)
		found = look_seen(false);
	if (found.is == LOOK_YES && static_only) {
		looked = interp_look(path, &interp, NULL);
		found = looked.is != LOOK_YES ? looked
					      : look_seen(interp.kind == INTERP_ELF && interp.dynamic.is == LOOK_NO);
	}
	if (found.is == LOOK_YES)
		command(s, err, "register %s%s --interpreter %s", handler->arch->name, name_option(handler, words),
			path);
	else if (found.is == LOOK_UNKNOWN)
		err_add(err, "; whether another QEMU is installed cannot be told");
	else
		err_add(err, "; install %s", interp_package());
}

void
remedy_hold(const struct snapshot *s, const struct handler *handler, struct err *err)
{
	const struct rule *rule = &handler->entry->rule;
	char flags[RULE_FLAGS_MAX], words[TEXT_QUOTED_MAX + 16];

	if (!can_change(s, err))
		return;
	rule_format_flags(rule->flags | RULE_F, rule->more_flags, flags);
	if (handler->arch)
		command(s, err, "register %s%s --flags %s", handler->arch->name, name_option(handler, words), flags);
	else
		err_add(err, "; register it again with --flags %s", flags);
}
