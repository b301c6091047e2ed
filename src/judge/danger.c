/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "arch.h"
#include "binfmt_list.h"
#include "danger.h"
#include "host.h"
#include "opened.h"
#include "rule.h"
#include "walk.h"

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

/* /bin/sh, read once. LOOK_NO: there is none. */
static struct look
read_shell(const struct subject **shell)
{
	static struct subject sh;
	struct opened file;
	int error;

	*shell = &sh;
	if (sh.path)
		return look_seen(true);
	error = opened_open(-1, "/bin/sh", true, &file);
	if (error > 0 && (look_absent(error) || file.st.st_mode))
		return look_seen(false);
	if (error || !opened_readable(&file) || !opened_head(&file, sh.head)) {
		opened_close(&file);
		return look_unknown();
	}
	opened_close(&file);
	sh.path = "/bin/sh";
	return look_seen(true);
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

/* Why a rule, taken by itself, would brick the machine; NULL: nothing that is seen here. */
static const char *
takes_native(const struct pattern *pattern)
{
	const struct subject *own = host_own();

	if (pattern_takes(pattern, own))
		return "the rule matches this very program: every native program would be handed to the interpreter";
	if (pattern->type == PATTERN_MAGIC && matches_ordinary_elf(pattern, own))
		return "the rule matches this machine's own programs: every exec would fail";
	if (pattern->type == PATTERN_MAGIC && matches_script(pattern))
		return "the rule matches scripts (#!): every script would be handed to the interpreter";
	return NULL;
}

/* Whether an interpreter of flag L is the very loader of this machine's own programs: that of /bin/sh. */
static struct look
is_own_loader(const struct walk_hop *interpreter)
{
	static const struct binfmt_list none;
	static struct walk sh; /* 12 KB */
	const struct walk_where where = {.root = -1, .list = &none};

	walk_file(&where, "/bin/sh", &sh);
	for (size_t i = 0; i < sh.count && interpreter->seen; i++)
		if (sh.hops[i].by == WALK_LOADER && sh.hops[i].seen)
			return look_seen(sh.hops[i].dev == interpreter->dev && sh.hops[i].ino == interpreter->ino);
	return look_unknown();
}

/* Flag L puts the interpreter in the place of a program's own loader, and runs nothing itself. */
static struct look
breaks_loader(const struct rule *rule, const struct walk *walk, const char **reason)
{
	const struct arch *arch = arch_of_pattern(&rule->pattern);
	struct look native = arch ? host_runs(arch) : look_seen(true), own = is_own_loader(&walk->hops[0]);

	*reason = NULL;
	if (native.is != LOOK_YES) {
		*reason =
		    "with flag L the kernel still has to run the program itself, and this machine does not, or it "
		    "cannot be told";
		return native.is == LOOK_NO ? look_seen(true) : native;
	}
	if (!takes_native(&rule->pattern) || own.is == LOOK_YES)
		return look_seen(false);
	*reason = "the rule gives this machine's own programs another loader than theirs, or it cannot be told: every "
		  "exec would fail";
	return own.is == LOOK_NO ? look_seen(true) : own;
}

struct look
danger_native(const struct rule *rule, const struct walk *walk, const char **reason)
{
	const struct subject *shell;
	struct look seen;

	if (walk && rule->flags & RULE_L)
		return breaks_loader(rule, walk, reason);
	*reason = takes_native(&rule->pattern);
	if (*reason)
		return look_seen(true);
	seen = read_shell(&shell);
	if (seen.is == LOOK_UNKNOWN)
		*reason = "whether the rule matches /bin/sh cannot be told: it cannot be read";
	else if (seen.is == LOOK_YES && pattern_takes(&rule->pattern, shell))
		*reason = "the rule matches /bin/sh: every script and shell command would fail";
	return seen.is == LOOK_UNKNOWN ? seen : look_seen(*reason != NULL);
}

const char *
danger_loop(const struct walk *walk, const struct entry *live)
{
	if (walk->otherwise != WALK_FAILS || walk->otherwise_error != ELOOP || !walk->hops[walk->problem].seen)
		return NULL; /* links in a circle are another matter */
	for (size_t i = 1; i < walk->count; i++)
		if (walk->hops[i].by == WALK_HANDLER && walk->hops[i].entry == live)
			return i == 1 ? "the rule matches its own interpreter: every match would end in ELOOP"
				      : "the rule matches what runs its interpreter: every match would end in ELOOP";
	return "its interpreter is run by another, that by another, and so on: every match would end in ELOOP";
}
