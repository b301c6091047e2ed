/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "binfmt.h"
#include "check.h"
#include "elf.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "match.h"
#include "rule.h"
#include "tempname.h"
#include "text.h"
#include "warnings.h"

enum { RUNNER_DEPTH = 5 }; /* as deep as the kernel follows (search_binary_handler) */

/* Native programs as a linker writes them: our own header with bytes 7 to 15 of e_ident zero. */
static bool
matches_ordinary_elf(const struct rule *rule, const struct subject *own)
{
	struct subject plain = *own;
	int big = own->head[EI_DATA] == ELFDATA2MSB;

	plain.path = "";
	memset(plain.head + 7, 0, 9);
	for (unsigned char type = ET_EXEC; type <= ET_DYN; type++) {
		plain.head[big ? 17 : 16] = type;
		if (match_rule(rule, &plain))
			return true;
	}
	memset(plain.head + 20, 0, sizeof(plain.head) - 20);
	return match_rule(rule, &plain);
}

/* This very program, read once. NULL if it cannot be read. */
static const struct subject *
own_program(void)
{
	static char path[INTERP_PATH_MAX];
	static struct subject own;
	ssize_t len;
	int fd;

	if (own.path)
		return own.head[0] ? &own : NULL;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	own.path = path;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	len = read(fd, own.head, sizeof(own.head));
	close(fd);
	return len > 0 ? &own : NULL;
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
matches_script(const struct rule *rule)
{
	static const char *const starts[] = {"#!", "#!/bin/sh\n", "#! /bin/sh\n", "#!/bin/sh -e\n", "#!/bin/bash\n"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct subject script = {.path = ""};

		memcpy(script.head, starts[i], strlen(starts[i]));
		if (match_rule(rule, &script))
			return true;
	}
	return false;
}

const char *
check_native(const struct rule *rule)
{
	const struct subject *own = own_program();

	if (rule->flags & RULE_L)
		return NULL;
	if (own && match_rule(rule, own))
		return "the rule matches this very program: every native program would be handed to the interpreter";
	if (own && rule->type == RULE_MAGIC && matches_ordinary_elf(rule, own))
		return "the rule matches this machine's own programs: every exec would fail";
	if (shell() && match_rule(rule, shell()))
		return "the rule matches /bin/sh: every script and shell command would fail";
	if (rule->type == RULE_MAGIC && matches_script(rule))
		return "the rule matches scripts (#!): every script would be handed to the interpreter";
	return NULL;
}

/*
 * Goes on to what the kernel runs for a program that it does not run directly: the interpreter of
 * the entry that takes it, else a script's. How, or NULL at the end.
 */
static const char *
next_runner(const struct binfmt_list *list, const struct rule *rule, struct interp *at, char path[static RULE_LINE_MAX])
{
	for (size_t i = 0; list && i < list->count; i++) {
		const struct rule *other = list->entries[i].rule;

		if (!other || !other->enabled || tempname_matches(list->entries[i].name, rule->name) ||
		    !match_rule(other, &at->subject))
			continue;
		snprintf(path, RULE_LINE_MAX, "%s", other->interpreter);
		return interp_look(path, at) ? NULL
					     : "the rule matches what runs its interpreter by way of another "
					       "entry: every match would end in ELOOP";
	}
	if (at->kind != INTERP_SCRIPT || !interp_of_script(at->subject.head, path) || interp_look(path, at))
		return NULL;
	return "the rule matches what runs its interpreter, a script: every match would end in ELOOP";
}

const char *
check_loop(const struct rule *rule, const struct interp *interp, const struct binfmt_list *list)
{
	const char *reason = "the rule matches its own interpreter: every match would end in ELOOP";
	struct interp at = *interp;
	char path[RULE_LINE_MAX];

	if (rule->flags & RULE_L)
		return NULL;
	for (int depth = 0; depth < RUNNER_DEPTH; depth++) {
		if (match_rule(rule, &at.subject))
			return reason;
		reason = next_runner(list, rule, &at, path);
		if (!reason)
			return NULL;
	}
	return "its interpreter is run by another, that by another, and so on: every match would end in ELOOP";
}

/* Narrower rules for native programs, such as AppImage launchers, are legal but worth a word. */
static void
note_narrow_native(const struct rule *rule, struct warnings *notes)
{
	struct rule native = {.type = RULE_MAGIC};
	const struct subject *own = own_program();

	if (rule->type != RULE_MAGIC || rule->offset != 0 || rule->size < 4 ||
	    memcmp(rule->magic, ELFMAG, SELFMAG) != 0)
		return;
	if (own && !elf_like(own->head, sizeof(own->head), &native) && match_overlap(rule, &native))
		warn_add(notes, "the rule also takes some of this machine's own programs");
}

/* The architecture of an interpreter that this machine cannot run itself, else NULL. */
static const struct arch *
foreign_arch(const struct interp *interp)
{
	const struct arch *arch =
	    interp->kind == INTERP_ELF ? arch_of_header(interp->subject.head, sizeof(interp->subject.head)) : NULL;

	return arch && !host_runs(arch) ? arch : NULL;
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
note_interpreter(const struct rule *rule, const struct interp *interp, const struct binfmt_list *list,
		 struct warnings *notes)
{
	const struct arch *foreign = foreign_arch(interp);

	if (rule->flags & RULE_F && interp->dynamic)
		warn_add(notes,
			 "%s is dynamically linked: inside a chroot or container without its libraries it fails in "
			 "spite of flag F",
			 rule->interpreter);
	if (foreign && !(list && match_taker(list, &interp->subject)))
		warn_add(notes, "%s is itself a program for %s, and no handler takes it: exec will fail",
			 rule->interpreter, foreign->name);
	if (interp->opened && interp->kind == INTERP_OTHER)
		warn_add(notes, "%s is neither an ELF program nor a script", rule->interpreter);
}

/* Without --force the first reason ends it; with it the reason is a note. */
static int
refuse(bool force, const char *code, const char *reason, struct err *err, struct warnings *notes)
{
	if (!reason)
		return 0;
	if (!force)
		return err_set(err, code, "%s (--force registers it all the same)", reason);
	warn_add(notes, "forced: %s", reason);
	return 0;
}

static int
check_interpreter(const struct rule *rule, const struct binfmt_list *list, bool force, struct err *err,
		  struct warnings *notes)
{
	struct interp interp;
	const char *reason = interp_look(rule->interpreter, &interp);
	char text[ERR_TEXT_MAX];

	if (reason) {
		snprintf(text, sizeof(text), "%s: %s", rule->interpreter, reason);
		return refuse(force, "interpreter", text, err, notes);
	}
	note_interpreter(rule, &interp, list, notes);
	if (refuse(force, "interpreter", check_descriptor_flags(rule, &interp), err, notes) < 0)
		return -1;
	if (refuse(force, "loop", check_loop(rule, &interp, list), err, notes) < 0)
		return -1;
	if (!(rule->flags & RULE_C) || trust_check(rule->interpreter, err) == 0)
		return 0;
	snprintf(text, sizeof(text), "%.2000s", err->text);
	return refuse(force, "credentials", text, err, notes);
}

int
check_rule(const struct rule *rule, const char *dir, const struct binfmt_list *list, bool force, struct err *err,
	   struct warnings *notes)
{
	char path[PATH_MAX], quoted[PATH_MAX + 256];
	const char *reason = rule_check(rule);
	size_t before = notes->len;

	if (reason)
		return err_set(err, "field", "%s", reason);
	if (rule->type != RULE_BPF && check_interpreter(rule, list, force, err, notes) < 0)
		return -1;
	if (refuse(force, "native", check_native(rule), err, notes) < 0)
		return -1;
	if (force && notes->len != before) {
		snprintf(path, sizeof(path), "%s/%s", dir, rule->name);
		warn_add(notes,
			 "to undo it from a shell that is open: echo -1 > %s (echo is built in, so it still works)",
			 text_quote(path, quoted, sizeof(quoted)));
	}
	note_narrow_native(rule, notes);
	return 0;
}

static bool
overlaps(const struct binfmt_entry *e, const struct rule *rule)
{
	return e->rule && e->rule->enabled && match_overlap(rule, e->rule);
}

const char *
check_in_front(const struct rule *rule, const struct binfmt_list *list)
{
	for (size_t i = 0; i < list->count && !tempname_matches(list->entries[i].name, rule->name); i++)
		if (overlaps(&list->entries[i], rule))
			return list->entries[i].name;
	return NULL;
}

void
check_shadow(const struct rule *rule, const struct binfmt_list *list, struct warnings *notes)
{
	for (size_t i = 0; i < list->count; i++)
		if (!tempname_matches(list->entries[i].name, rule->name) && overlaps(&list->entries[i], rule))
			warn_add(notes, "it now takes files from entry %s, which stands behind it",
				 list->entries[i].name);
}
