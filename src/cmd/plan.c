/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "plan.h"

void
plan_start(struct plan *plan, const struct wish *wish, const struct arch *arch)
{
	plan->rule = (struct rule){.name = plan->name, .pattern = arch_pattern(arch), .interpreter = ""};
	plan->enabled = true;
	/* microblaze-old beside microblaze: the rows of one operand need names of their own */
	if (wish->name)
		snprintf(plan->name, sizeof(plan->name), "%.256s%s", wish->name,
			 arch->group ? arch->name + strlen(arch->group) : "");
	else
		arch_entry_name(arch, plan->name);
}

/* Flag P reaches QEMU itself since Linux 5.12: before, only Debian's -binfmt-P links know of it. */
static bool
kernel_tells_p(void)
{
	return host_kernel_since(host_kernel(), 5, 12);
}

static int
find_interpreter(const struct wish *wish, const struct arch *arch, unsigned flags, char path[static INTERP_PATH_MAX],
		 struct err *err)
{
	if (flags & RULE_P && !kernel_tells_p() && interp_find_binfmt_p(arch, path))
		return 0;
	if (interp_find(arch, wish->dirs, wish->dir_count, flags & RULE_F, path))
		return 0;
	return err_set(err, ERR_NO_INTERPRETER,
		       "no %s-static or %s in %s/usr/bin, /usr/local/bin or /bin; install %s or name one with "
		       "--interpreter",
		       arch->interpreter, arch->interpreter, wish->dir_count ? "the given folders, " : "",
		       interp_package());
}

/* With P on an old kernel only the -binfmt-P link will do; without it P is left out, and said. */
static unsigned
default_flags(const struct wish *wish, const struct arch *arch, struct warnings *warnings)
{
	char path[INTERP_PATH_MAX];

	if (wish->interpreter)
		return RULE_F;
	if (kernel_tells_p() || interp_find_binfmt_p(arch, path))
		return RULE_P | RULE_F;
	warn_add(warnings, "registered without flag P: it needs Linux 5.12");
	return RULE_F;
}

int
plan_flags(struct plan *plan, const struct wish *wish, const struct entry *live, struct err *err,
	   struct warnings *warnings)
{
	const char *reason;

	if (wish->flags) {
		reason = rule_parse_flags(wish->flags, &plan->rule.flags);
		plan->enabled = !(plan->rule.flags & RULE_D);
		return reason ? err_set(err, ERR_FLAGS, "--flags %s: %s", wish->flags, reason) : 0;
	}
	if (!live || live->rule.pattern.type == PATTERN_BPF || plan->rule.pattern.type == PATTERN_BPF)
		return 0;
	plan->rule.flags = live->rule.flags;
	plan->rule.more_flags = live->rule.more_flags;
	if (!(live->rule.flags & RULE_F))
		warn_add(warnings,
			 "the entry keeps its flags, which lack F: it does not work in chroots and containers "
			 "(--flags changes them)");
	return 0;
}

static bool
keeps_interpreter(const struct wish *wish, const struct arch *arch, const struct rule *live)
{
	char path[INTERP_PATH_MAX];
	struct interp interp;

	if (arch_of_pattern(&live->pattern) != arch)
		return false;
	if (wish->dir_count && interp_find(arch, wish->dirs, wish->dir_count, live->flags & RULE_F, path))
		return false;
	return interp_look(live->interpreter, &interp) == NULL;
}

int
plan_arch(struct plan *plan, const struct wish *wish, const struct arch *arch, const struct entry *live,
	  struct err *err, struct warnings *warnings)
{
	struct rule *rule = &plan->rule;

	if (plan_flags(plan, wish, live, err, warnings) < 0)
		return -1;
	if (!wish->flags && !live)
		rule->flags = default_flags(wish, arch, warnings);
	if (wish->flags && !(rule->flags & RULE_F))
		warn_add(warnings,
			 "flag F is not set: it does not work in chroots and containers that lack the interpreter");
	if (host_runs(arch))
		warn_add(warnings, "this machine runs %s programs itself; they go through the interpreter now",
			 arch->name);
	rule->interpreter = plan->interpreter;
	if (wish->interpreter)
		rule->interpreter = wish->interpreter;
	else if (live && keeps_interpreter(wish, arch, &live->rule))
		rule->interpreter = live->rule.interpreter;
	else if (find_interpreter(wish, arch, rule->flags, plan->interpreter, err) < 0)
		return -1;
	return 0;
}
