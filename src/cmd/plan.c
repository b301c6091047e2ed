/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "check.h"
#include "host.h"
#include "interp.h"
#include "operand.h"
#include "opt.h"
#include "plan.h"
#include "replace.h"
#include "rule.h"
#include "stale.h"
#include "tempname.h"

/* Flag P reaches QEMU itself since Linux 5.12: before, only Debian's -binfmt-P links know of it. */
static bool
kernel_tells_p(void)
{
	return host_kernel_since(5, 12);
}

static int
name_of(struct session *c, const struct arch *arch, struct rule *rule)
{
	char name[RULE_NAME_MAX * 2];
	const char *reason;

	arch_entry_name(arch, name);
	/* microblaze-old beside microblaze: the rows of one operand need names of their own */
	if (c->args->name)
		snprintf(name, sizeof(name), "%.256s%s", c->args->name,
			 arch->group ? arch->name + strlen(arch->group) : "");
	reason = rule_set_name(rule, name);
	return reason ? err_set(&c->err, "field", "%s", reason) : 0;
}

static int
find_interpreter(struct session *c, const struct arch *arch, unsigned flags, char path[static INTERP_PATH_MAX])
{
	if (flags & RULE_P && !kernel_tells_p() && interp_find_binfmt_p(arch, path))
		return 0;
	if (interp_find(arch, c->args->interpreter_dirs, c->args->interpreter_dir_count, flags & RULE_F, path))
		return 0;
	return err_set(
	    &c->err, "no-interpreter",
	    "no %s-static or %s in %s/usr/bin, /usr/local/bin or /bin; install %s or name one with --interpreter",
	    arch->interpreter, arch->interpreter, c->args->interpreter_dir_count ? "the given folders, " : "",
	    interp_package());
}

/* With P on an old kernel only the -binfmt-P link will do; without it P is left out, and said. */
static void
default_flags(struct session *c, const struct arch *arch, struct rule *rule)
{
	char path[INTERP_PATH_MAX];

	rule->flags = RULE_F;
	if (c->args->interpreter)
		return;
	if (kernel_tells_p() || interp_find_binfmt_p(arch, path))
		rule->flags |= RULE_P;
	else
		warn_add(&c->notes, "registered without flag P: it needs Linux 5.12");
}

static int
parse_flags(struct session *c, struct rule *rule)
{
	const char *reason = rule_parse_flags(c->args->flags, &rule->flags);

	if (reason)
		return err_set(&c->err, "flags", "--flags %s: %s", c->args->flags, reason);
	rule->enabled = !(rule->flags & RULE_D);
	return 0;
}

/* A live entry keeps its flags. */
static void
keep_flags(struct session *c, struct rule *rule, const struct rule *live)
{
	rule->flags = live->flags;
	memcpy(rule->more_flags, live->more_flags, sizeof(rule->more_flags));
	if (!(live->flags & RULE_F))
		warn_add(&c->notes, "the entry keeps its flags, which lack F: it does not work in chroots and "
				    "containers (--flags changes them)");
}

static bool
keeps_interpreter(const struct session *c, const struct arch *arch, const struct rule *live)
{
	struct interp interp;
	char path[INTERP_PATH_MAX];

	if (live->type != RULE_MAGIC ||
	    arch_of_rule(live->offset, live->magic, live->has_mask ? live->mask : NULL, live->size) != arch)
		return false;
	if (c->args->interpreter_dir_count &&
	    interp_find(arch, c->args->interpreter_dirs, c->args->interpreter_dir_count, live->flags & RULE_F, path))
		return false;
	return interp_look(live->interpreter, &interp) == NULL;
}

static int
choose_interpreter(struct session *c, const struct arch *arch, struct rule *rule, const struct rule *live)
{
	char found[INTERP_PATH_MAX];
	const char *path = found, *reason;

	if (c->args->interpreter)
		path = c->args->interpreter;
	else if (live && keeps_interpreter(c, arch, live))
		path = live->interpreter;
	else if (find_interpreter(c, arch, rule->flags, found) < 0)
		return -1;
	reason = rule_set_interpreter(rule, path);
	return reason ? err_set(&c->err, "field", "%s", reason) : 0;
}

int
plan_arch(struct session *c, const struct arch *arch, struct rule *rule)
{
	struct replace_live live;
	int there;

	memset(rule, 0, sizeof(*rule));
	rule->type = RULE_MAGIC;
	rule->enabled = true;
	rule->has_mask = true;
	rule->size = arch->size;
	memcpy(rule->magic, arch->magic, arch->size);
	memcpy(rule->mask, arch->mask, arch->size);
	if (name_of(c, arch, rule) < 0)
		return -1;
	there = replace_read(&c->b, rule->name, &live, &c->err);
	if (there < 0)
		return -1;
	if (c->args->flags && parse_flags(c, rule) < 0)
		return -1;
	if (!c->args->flags && there)
		keep_flags(c, rule, &live.rule);
	if (!c->args->flags && !there)
		default_flags(c, arch, rule);
	if (host_runs(arch))
		warn_add(&c->notes, "this machine runs %s programs itself; they go through the interpreter now",
			 arch->name);
	return choose_interpreter(c, arch, rule, there ? &live.rule : NULL);
}

int
plan_flags(struct session *c, struct rule *rule)
{
	struct replace_live live;
	int there;

	rule->enabled = true;
	if (c->args->flags)
		return parse_flags(c, rule);
	there = replace_read(&c->b, rule->name, &live, &c->err);
	if (there > 0 && live.rule.type != RULE_BPF && rule->type != RULE_BPF)
		keep_flags(c, rule, &live.rule);
	return there < 0 ? -1 : 0;
}

/* Of an identical entry: is it to be registered again all the same? */
static bool
is_stale(struct session *c, const struct replace_live *live)
{
	struct err ignored;
	struct staleness s = stale_of(&live->rule, &live->registered, &c->list, binfmt_enabled(&c->b, &ignored) == 1);

	return s.stale == STALE_REPLACED;
}

static enum outcome
unchanged(struct session *c, const struct rule *live)
{
	const char *front;

	if (!live->enabled)
		warn_add(&c->notes, "the entry is disabled; binfmtctl enable switches it on");
	front = check_in_front(live, &c->list);
	if (front)
		warn_add(&c->notes, "entry %s stands in front and takes files from it", front);
	return OUT_UNCHANGED;
}

static enum outcome
put_new(struct session *c, const struct rule *rule, bool there)
{
	if (rule->enabled)
		check_shadow(rule, &c->list, &c->notes);
	else if (there && !(rule->flags & RULE_D))
		warn_add(&c->notes,
			 "the entry is disabled and stays so; it was enabled for the moment of its replacement");
	if (replace_rule(&c->b, rule, &c->err) < 0)
		return OUT_FAILED;
	return there ? OUT_REPLACED : OUT_REGISTERED;
}

enum outcome
put_rule(struct session *c, struct rule *rule)
{
	struct replace_live live;
	bool same;
	int there;

	if (check_rule(rule, c->b.dir, &c->list, c->args->force, &c->err, &c->notes) < 0)
		return OUT_FAILED;
	there = replace_read(&c->b, rule->name, &live, &c->err);
	if (there < 0)
		return OUT_FAILED;
	if (there)
		rule->enabled = rule->enabled && live.rule.enabled;
	same = there && rule_same(rule, &live.rule) && rule->enabled == live.rule.enabled;
	if (same && !live.temporary && !is_stale(c, &live))
		return unchanged(c, &live.rule);
	if (same && !live.temporary)
		warn_add(&c->notes, "the interpreter file was replaced since the entry was registered");
	if (there && !same && c->args->keep) {
		err_set(&c->err, "exists", "an entry of this name is there and differs (--keep keeps it)");
		return OUT_FAILED;
	}
	return put_new(c, rule, there);
}
