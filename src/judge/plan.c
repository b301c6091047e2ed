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
	plan->file.fd = -1;
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
find_interpreter(struct plan *plan, const struct wish *wish, const struct arch *arch, struct err *err)
{
	unsigned flags = plan->rule.flags;
	struct look found = look_seen(false);

	if (flags & RULE_P && !kernel_tells_p())
		found = interp_find_binfmt_p(arch, plan->interpreter);
	if (found.is == LOOK_NO)
		found =
		    interp_find_open(arch, wish->dirs, wish->dir_count, flags & RULE_F, plan->interpreter, &plan->file);
	if (found.is == LOOK_YES)
		return 0;
	if (found.is == LOOK_UNKNOWN)
		return err_set(err, ERR_UNKNOWN, "whether %s is installed cannot be told: it cannot be looked at",
			       arch->interpreter);
	err_set(err, ERR_NO_INTERPRETER, "no %s-static or %s in %s/usr/bin, /usr/local/bin or /bin; install %s",
		arch->interpreter, arch->interpreter, wish->dir_count ? "the given folders, " : "", interp_package());
	if (wish->advice & WISH_INTERPRETER)
		return err_add(err, " or name one with --interpreter");
	return wish->advice & WISH_DIR ? err_add(err, " or name its folder with --interpreter-dir") : -1;
}

/* With P on an old kernel only the -binfmt-P link will do; without it P is left out, and said. */
static unsigned
default_flags(const struct wish *wish, const struct arch *arch, struct warnings *warnings)
{
	char path[INTERP_PATH_MAX];

	if (wish->interpreter)
		return RULE_F;
	if (kernel_tells_p() || interp_find_binfmt_p(arch, path).is != LOOK_NO)
		return RULE_P | RULE_F;
	warn_add(warnings, "registered without flag P: it needs Linux 5.12");
	return RULE_F;
}

int
plan_flags(struct plan *plan, const struct wish *wish, const struct entry *live, struct err *err)
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
	return 0;
}

/* Whether the live interpreter stays: unless it is gone, or is another's, or the given folders have one. */
static struct look
keeps_interpreter(const struct wish *wish, const struct arch *arch, const struct rule *live)
{
	struct look found = look_seen(false);
	char path[INTERP_PATH_MAX];
	struct interp interp;

	if (arch_of_pattern(&live->pattern) != arch)
		return look_seen(false);
	if (wish->dir_count)
		found = interp_find(arch, wish->dirs, wish->dir_count, live->flags & RULE_F, path);
	if (found.is != LOOK_NO)
		return found.is == LOOK_YES ? look_seen(false) : found;
	return interp_look(live->interpreter, &interp, NULL);
}

static int
choose_interpreter(struct plan *plan, const struct wish *wish, const struct arch *arch, const struct entry *live,
		   struct err *err)
{
	struct look keeps = look_seen(false);

	plan->rule.interpreter = wish->interpreter ? wish->interpreter : plan->interpreter;
	if (wish->interpreter)
		return 0;
	if (live)
		keeps = keeps_interpreter(wish, arch, &live->rule);
	if (keeps.is == LOOK_UNKNOWN)
		return err_set(err, ERR_UNKNOWN, "whether interpreter %s stays cannot be told: it cannot be looked at",
			       live->rule.interpreter);
	if (keeps.is == LOOK_NO)
		return find_interpreter(plan, wish, arch, err);
	plan->rule.interpreter = live->rule.interpreter;
	return 0;
}

/* Programs that run already are not to be taken by a guess. */
static int
check_native(const struct wish *wish, const struct arch *arch, struct err *err)
{
	struct look native = host_runs(arch);

	if (native.is != LOOK_UNKNOWN || wish->force)
		return 0;
	err_set(err, ERR_UNKNOWN, "whether this machine runs %s programs itself could not be tried", arch->name);
	return wish->advice & WISH_FORCE ? err_add(err, " (--force registers it anyway)") : -1;
}

/* A handler of an architecture has F unless somebody wanted it otherwise. */
static void
warn_without_f(const struct wish *wish, const struct rule *rule, struct warnings *warnings)
{
	if (rule->flags & RULE_F)
		return;
	if (wish->flags)
		warn_add(warnings,
			 "flag F is not set: it does not work in chroots and containers that lack the interpreter");
	else
		warn_add(warnings,
			 "the entry keeps its flags, which lack F: it does not work in chroots and containers "
			 "(--flags changes them)");
}

/* What the interpreter has to know of, so that it finds its program, if somebody asks for it. */
static void
warn_of_arguments(const struct wish *wish, const struct rule *rule, struct warnings *warnings)
{
	if (!wish->flags)
		return;
	if (rule->flags & RULE_P && !kernel_tells_p() && !strstr(rule->interpreter, "-binfmt-P"))
		warn_add(
		    warnings,
		    "flag P: before Linux 5.12 most kernels do not tell the interpreter of it, and programs get one "
		    "argument too many (binfmtctl test tells)");
	if (rule->flags & RULE_T)
		warn_add(
		    warnings,
		    "flag T: an interpreter that does not know of it does not find the program (binfmtctl test tells)");
}

bool
plan_is_needless(const struct arch *arch, struct err *err)
{
	if (host_runs(arch).is != LOOK_YES)
		return false;
	err_set(err, ERR_NATIVE, "this machine runs %s programs itself", arch->name);
	return true;
}

int
plan_kept(struct plan *plan, const struct wish *wish, const struct entry *live, struct err *err,
	  struct warnings *warnings)
{
	plan->rule.pattern = live->rule.pattern;
	plan->rule.interpreter = live->rule.interpreter;
	if (plan_flags(plan, wish, live, err) < 0)
		return -1;
	warn_without_f(wish, &plan->rule, warnings);
	return 0;
}

int
plan_arch(struct plan *plan, const struct wish *wish, const struct arch *arch, const struct entry *live,
	  struct err *err, struct warnings *warnings)
{
	struct rule *rule = &plan->rule;

	if (plan_flags(plan, wish, live, err) < 0)
		return -1;
	if (!wish->flags && !live)
		rule->flags = default_flags(wish, arch, warnings);
	warn_without_f(wish, rule, warnings);
	if (check_native(wish, arch, err) < 0)
		return -1;
	if (choose_interpreter(plan, wish, arch, live, err) < 0)
		return -1;
	warn_of_arguments(wish, rule, warnings);
	return 0;
}
