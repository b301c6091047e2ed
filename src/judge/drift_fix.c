/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "binfmt_open.h"
#include "boot.h"
#include "check.h"
#include "drift_fix.h"
#include "err.h"
#include "hex.h"
#include "persist.h"
#include "snapshot.h"
#include "text.h"
#include "unitrun.h"

enum { HEX_MAX = 2 * PATTERN_WINDOW + 1 };

/* The words of `register` that mean the entry as it is; false if there are none that fit. */
static bool
register_words(const struct handler *handler, char *words, size_t size)
{
	const struct pattern *p = &handler->entry->rule.pattern;
	char quoted[TEXT_QUOTED_MAX], interpreter[2 * RULE_LINE_MAX], magic[HEX_MAX], mask[HEX_MAX] = "";
	char name[RULE_NAME_MAX + 1];
	struct pattern own;
	int len;

	if (handler->arch) {
		own = arch_pattern(handler->arch);
		arch_entry_name(handler->arch, name);
		if (strcmp(name, handler->name) == 0 && pattern_same(p, &own))
			return snprintf(words, size, "%s", handler->arch->name) < (int)size;
	}
	text_quote(handler->name, quoted, sizeof(quoted));
	len = snprintf(words, size, "--name %s --interpreter %s", quoted,
		       text_quote(handler->entry->rule.interpreter, interpreter, sizeof(interpreter)));
	if (len >= (int)size)
		return false;
	words += len;
	size -= (size_t)len;
	if (p->type == PATTERN_EXTENSION)
		return snprintf(words, size, " --extension %s", text_quote(p->extension, quoted, sizeof(quoted))) <
		       (int)size;
	hex_format(p->magic, p->size, magic);
	if (p->mask)
		hex_format(p->mask, p->size, mask);
	return snprintf(words, size, " --offset %u --magic %s%s%s", p->offset, magic, p->mask ? " --mask " : "", mask) <
	       (int)size;
}

/* Whether our own unit, which comes after the lines, leaves the entry as it is. */
static bool
own_unit_leaves(const struct boot *boot, const struct handler *handler)
{
	const struct rule *rule = &handler->entry->rule;
	static struct unitrun run; /* 6 KB */
	struct look changes = unitrun_examine(boot, handler->name, rule, &run);

	return changes.is == LOOK_NO || (changes.is == LOOK_YES && rule_same(rule, &run.plan.rule));
}

/* Whether a file of the entry's name in /etc/binfmt.d may be written, hides nothing, and would be what decides. */
static bool
own_file_decides(const struct boot *boot, const struct handler *handler)
{
	struct persist file;
	struct err ignored;
	bool decides;

	if (persist_open(&file, NULL, handler->name, false, &ignored) < 0)
		return false;
	decides = !confd_later(&boot->confd, file.name, handler->name) &&
		  !confd_hidden(&boot->confd, file.name, handler->name) &&
		  persist_prepare(&file, &handler->entry->rule, &ignored) == 0;
	persist_close(&file);
	return decides;
}

void
drift_fix(const struct boot *boot, const struct handler *handler, const char *dir, struct err *why)
{
	const struct entry *now = handler->entry;
	const struct check check = {.verb = NULL};
	static struct warnings warnings; /* 8 KB */
	char words[ERR_TEXT_MAX - 64], quoted[TEXT_QUOTED_MAX] = "";
	bool elsewhere = strcmp(dir, BINFMT_DIR) != 0;
	struct err ignored;

	warnings.len = 0;
	if (!boot->reader || !now->enabled || now->rule.more_flags || handler->leftover ||
	    (now->rule.pattern.type != PATTERN_MAGIC && now->rule.pattern.type != PATTERN_EXTENSION) ||
	    !own_file_decides(boot, handler) || !own_unit_leaves(boot, handler) ||
	    check_rule(&now->rule, &check, &ignored, &warnings) < 0 || !register_words(handler, words, sizeof(words)))
		return;
	if (elsewhere)
		text_quote(dir, quoted, sizeof(quoted));
	if (strlen(words) + strlen(quoted) + 64 < ERR_TEXT_MAX)
		err_fix(why, "binfmtctl%s%s register %s --persist", elsewhere ? " -d " : "", quoted, words);
}
