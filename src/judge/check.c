/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "binfmt_list.h"
#include "check.h"
#include "elf.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "limit.h"
#include "text.h"
#include "trust.h"

/* Native programs as a linker writes them: our own header with bytes 7 to 15 of e_ident zero. */
static bool
matches_ordinary_elf(const struct pattern *pattern, const struct subject *own)
{
	struct subject plain = *own;
	int big = own->head[EI_DATA] == ELFDATA2MSB;

	plain.path = "";
	memset(plain.head + 7, 0, 9);
	for (unsigned char type = ET_EXEC; type <= ET_DYN; type++) {
		plain.head[big ? 17 : 16] = type;
		if (pattern_takes(pattern, &plain))
			return true;
	}
	memset(plain.head + 20, 0, sizeof(plain.head) - 20);
	return pattern_takes(pattern, &plain);
}

/* /bin/sh, read once. */
static const struct subject *
shell(void)
{
	static struct interp sh;

	if (!sh.opened)
		interp_look("/bin/sh", &sh);
	return sh.opened ? &sh.subject : NULL;
}

static bool
matches_script(const struct pattern *pattern)
{
	static const char *const starts[] = {"#!", "#!/bin/sh\n", "#! /bin/sh\n", "#!/bin/sh -e\n", "#!/bin/bash\n"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct subject script = {.path = ""};

		memcpy(script.head, starts[i], strlen(starts[i]));
		if (pattern_takes(pattern, &script))
			return true;
	}
	return false;
}

const char *
check_native(const struct rule *rule)
{
	const struct pattern *pattern = &rule->pattern;
	const struct subject *own = host_own();

	if (rule->flags & RULE_L)
		return NULL;
	if (own && pattern_takes(pattern, own))
		return "the rule matches this very program: every native program would be handed to the interpreter";
	if (own && pattern->type == PATTERN_MAGIC && matches_ordinary_elf(pattern, own))
		return "the rule matches this machine's own programs: every exec would fail";
	if (shell() && pattern_takes(pattern, shell()))
		return "the rule matches /bin/sh: every script and shell command would fail";
	if (pattern->type == PATTERN_MAGIC && matches_script(pattern))
		return "the rule matches scripts (#!): every script would be handed to the interpreter";
	return NULL;
}

const char *
check_loop(const struct rule *rule, const struct binfmt_list *list)
{
	const char *reason = "the rule matches its own interpreter: every match would end in ELOOP";
	struct runner at;

	if (rule->flags & RULE_L)
		return NULL;
	runner_start(&at, rule->interpreter);
	for (int depth = 0; depth < RUNNER_DEPTH; depth++) {
		if (at.reason)
			return NULL;
		if (pattern_takes(&rule->pattern, &at.interp.subject))
			return reason;
		if (!runner_next(&at, list, rule->name))
			return NULL;
		reason = at.entry ? "the rule matches what runs its interpreter by way of another entry: every match "
				    "would end in ELOOP"
				  : "the rule matches what runs its interpreter, a script: every match would end in "
				    "ELOOP";
	}
	return "its interpreter is run by another, that by another, and so on: every match would end in ELOOP";
}

/* Narrower rules for native programs, such as AppImage launchers, are legal but worth a word. */
static void
warn_narrow_native(const struct rule *rule, struct warnings *warnings)
{
	const struct pattern *p = &rule->pattern;
	const struct subject *own = host_own();
	struct elf_like native;

	if (p->type != PATTERN_MAGIC || p->offset != 0 || p->size < 4 || memcmp(p->magic, ELFMAG, SELFMAG) != 0)
		return;
	if (own && !elf_like(own->head, sizeof(own->head), &native) && pattern_overlap(p, &native.pattern))
		warn_add(warnings, "the rule also takes some of this machine's own programs");
}

/* The architecture of an interpreter that this machine cannot run itself, else NULL. */
static const struct arch *
foreign_arch(const struct interp *interp)
{
	return interp->kind == INTERP_ELF ? host_foreign(interp->subject.head) : NULL;
}

static const char *
check_descriptor_flags(const struct rule *rule, const struct interp *interp)
{
	if (!(rule_implied(rule->flags) & RULE_O))
		return NULL;
	if (interp->kind == INTERP_SCRIPT)
		return "the interpreter is a script, which flags O and C do not allow (every exec would fail with "
		       "ENOEXEC)";
	return foreign_arch(interp) ? "the interpreter is itself a foreign program, which flags O and C do not allow"
				    : NULL;
}

static void
warn_interpreter(const struct rule *rule, const struct interp *interp, const struct binfmt_list *list,
		 struct warnings *warnings)
{
	const struct arch *foreign = foreign_arch(interp);

	if (rule->flags & RULE_F && interp->dynamic)
		warn_add(warnings,
			 "%s is dynamically linked: inside a chroot or container without its libraries it fails in "
			 "spite of flag F",
			 rule->interpreter);
	if (foreign && !(list && binfmt_list_taker(list, &interp->subject)))
		warn_add(warnings, "%s is itself a program for %s, and no handler takes it: exec will fail",
			 rule->interpreter, foreign->name);
	if (interp->opened && interp->kind == INTERP_OTHER)
		warn_add(warnings, "%s is neither an ELF program nor a script", rule->interpreter);
}

/* What *err says ends it, or with force becomes a warning. */
static int
refuse(const struct check *check, struct err *err, struct warnings *warnings)
{
	if (!check->force)
		return err_add(err, " (--force %s it anyway)", check->verb);
	warn_add(warnings, "forced: %s", err->text);
	return 0;
}

/* The same for a reason, NULL if there is none. */
static int
refuse_if(const char *reason, enum err_code code, const struct check *check, struct err *err, struct warnings *warnings)
{
	if (!reason)
		return 0;
	err_set(err, code, "%s", reason);
	return refuse(check, err, warnings);
}

static int
check_interpreter(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings)
{
	struct interp interp;
	const char *reason = interp_look(rule->interpreter, &interp);

	if (reason && check->live && rule->flags & RULE_F)
		return 0;
	if (reason) {
		err_set(err, ERR_INTERPRETER, "%s: %s", rule->interpreter, reason);
		return refuse(check, err, warnings);
	}
	if (!check->live)
		warn_interpreter(rule, &interp, check->list, warnings);
	return refuse_if(check_descriptor_flags(rule, &interp), ERR_INTERPRETER, check, err, warnings);
}

int
check_danger(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings)
{
	if (refuse_if(check_loop(rule, check->list), ERR_LOOP, check, err, warnings) < 0)
		return -1;
	if (rule->flags & RULE_C && trust_check(rule->interpreter, err) < 0 && refuse(check, err, warnings) < 0)
		return -1;
	return refuse_if(check_native(rule), ERR_NATIVE, check, err, warnings);
}

/* With --force the machine may be lost: the way back is a warning too. */
static void
warn_undo(const struct rule *rule, const struct check *check, struct warnings *warnings)
{
	char path[PATH_MAX], quoted[PATH_MAX + 256];

	snprintf(path, sizeof(path), "%s/%s", check->dir, rule->name);
	warn_add(warnings, "to undo it from a shell that is open: echo -1 > %s (echo is built in, so it still works)",
		 text_quote(path, quoted, sizeof(quoted)));
}

int
check_rule(const struct rule *rule, const struct check *check, struct err *err, struct warnings *warnings)
{
	const char *reason = check->live ? NULL : limit_check(rule);
	size_t before = warnings->len;

	if (reason)
		return err_set(err, ERR_FIELD, "%s", reason);
	if (rule->pattern.type != PATTERN_BPF && check_interpreter(rule, check, err, warnings) < 0)
		return -1;
	if (check_danger(rule, check, err, warnings) < 0)
		return -1;
	if (check->force && warnings->len != before)
		warn_undo(rule, check, warnings);
	if (!check->live)
		warn_narrow_native(rule, warnings);
	return 0;
}
