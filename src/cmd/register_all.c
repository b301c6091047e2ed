/* SPDX-License-Identifier: MIT */
#include "register_all.h"
#include "binfmt_list.h"
#include "cmd.h"
#include "host.h"
#include "interp.h"
#include "plan.h"
#include "session.h"
#include "takeover.h"
#include "tempname.h"

/* What this machine has for an architecture. */
struct means {
	struct look interpreter, native; /* native is not looked at where no interpreter is installed */
};

static struct means
look(const struct args *a, const struct arch *arch)
{
	char path[INTERP_PATH_MAX];
	struct means has = {interp_find(arch, a->interpreter_dirs, a->interpreter_dir_count, false, path),
			    look_unknown()};

	if (has.interpreter.is == LOOK_YES)
		has.native = host_runs(arch);
	return has;
}

/* The name of an entry as people know it. */
static const char *
name_of(const struct entry *e)
{
	const char *target = tempname_target(e->rule.name);

	return target ? target : e->rule.name;
}

/* Why no interpreter of an architecture is known to be installed: OUT_SKIPPED or OUT_FAILED, and c->err. */
static enum outcome
say_missing(struct session *c, const struct arch *arch, struct look interpreter)
{
	if (interpreter.is == LOOK_NO)
		err_set(&c->err, ERR_NO_INTERPRETER, "no %s is installed", arch->interpreter);
	else
		err_set(&c->err, ERR_UNKNOWN, "whether %s is installed cannot be told", arch->interpreter);
	return interpreter.is == LOOK_NO ? OUT_SKIPPED : OUT_FAILED;
}

/* Why an architecture that has an interpreter is not registered. The same. */
static enum outcome
say_why(struct session *c, const struct arch *arch, const struct means *has, const struct takeover_row *row)
{
	if (plan_is_needless(arch, &c->err))
		return OUT_SKIPPED;
	if (row->fate == TAKEOVER_HANDLED) {
		err_set(&c->err, ERR_HANDLED, "entry %s handles %s already", name_of(row->other), arch->name);
		return OUT_SKIPPED;
	}
	if (has->native.is == LOOK_UNKNOWN)
		err_set(&c->err, ERR_UNKNOWN, "whether this machine runs %s programs itself could not be tried",
			arch->name);
	else if (row->fate == TAKEOVER_DOUBT)
		err_set(&c->err, ERR_UNKNOWN, "whether entry %s handles %s already cannot be told", name_of(row->other),
			arch->name);
	else if (row->fate == TAKEOVER_BLOCKED)
		err_set(&c->err, ERR_EXISTS,
			"the entry of this name takes other files, which nothing would take without it (binfmtctl "
			"register %s replaces it)",
			arch->name);
	else
		err_set(&c->err, ERR_EXISTS,
			"the entry of this name stays: it takes programs of an architecture that could not be "
			"registered");
	return OUT_FAILED;
}

static void
register_row(struct session *c, struct takeover *t, size_t i, const struct means *has, register_act *act)
{
	const struct arch *arch = &arch_table[i];
	const struct takeover_row *row = &t->rows[i];
	char name[RULE_NAME_MAX + 1];
	enum outcome outcome;

	if (row->fate == TAKEOVER_PUT && takeover_is_safe(t, i)) {
		if (act(c, arch, false))
			takeover_done(t, i);
		return;
	}
	if (row->fate == TAKEOVER_KEEP) {
		warn_add(
		    &c->warnings,
		    "the entry takes more than programs for %s, and nothing else would take the rest: it keeps its "
		    "magic",
		    arch->name);
		act(c, arch, true);
		return;
	}
	outcome = has->interpreter.is == LOOK_YES ? say_why(c, arch, has, row) : say_missing(c, arch, has->interpreter);
	if (c->err.code == ERR_NO_INTERPRETER && !c->args->json && !c->args->verbose)
		return;
	arch_entry_name(arch, name);
	session_result(c, name, outcome, NULL);
}

void
register_all(struct session *c, register_act *act)
{
	struct takeover t = {.list = &c->list, .replaces = !c->args->keep};
	struct means has[ARCH_ROWS_MAX];
	unsigned flags = 0, before = c->done + c->failed;

	if (c->args->flags)
		rule_parse_flags(c->args->flags, &flags); /* a wrong one fails with each row */
	t.enabled = !(flags & RULE_D);
	for (size_t i = 0; i < arch_count; i++) {
		has[i] = look(c->args, &arch_table[i]);
		t.rows[i].asked = has[i].interpreter.is == LOOK_YES && has[i].native.is == LOOK_NO;
	}
	takeover_plan(&t);
	for (size_t i = 0; i < arch_count; i++)
		register_row(c, &t, t.order[i], &has[t.order[i]], act);
	if (c->done + c->failed > before)
		return;
	err_set(&c->err, ERR_NO_INTERPRETER,
		"nothing to register: no interpreter is installed for an architecture that is neither native nor "
		"handled already; install %s",
		interp_package());
	session_result(c, "all", OUT_FAILED, NULL);
}
