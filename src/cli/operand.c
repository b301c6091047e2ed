/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "binfmt.h"
#include "err.h"
#include "operand.h"
#include "opt.h"
#include "suggest.h"
#include "tempname.h"

void
arch_entry_name(const struct arch *arch, char name[static RULE_NAME_MAX + 1])
{
	snprintf(name, RULE_NAME_MAX + 1, "qemu-%s", arch->name);
}

const struct binfmt_entry *
binfmt_list_find(const struct binfmt_list *list, const char *name)
{
	const struct binfmt_entry *held = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct binfmt_entry *e = &list->entries[i];

		if (strcmp(e->name, name) == 0)
			return e;
		if (tempname_matches(e->name, name))
			held = e;
	}
	return held;
}

static void
add(struct targets *targets, const char *name)
{
	snprintf(targets->names[targets->count++], RULE_NAME_MAX + 1, "%s", name);
}

static int
missing(const struct binfmt_list *list, const struct operand *operand, const struct arch *arch, struct err *err)
{
	char text[SUGGEST_TEXT_MAX], name[RULE_NAME_MAX + 1];
	struct suggest suggest;

	if (arch) {
		arch_entry_name(arch, name);
		return err_set(err, "missing", "there is no entry %s", name);
	}
	suggest_start(&suggest, operand->word);
	for (size_t i = 0; i < list->count; i++)
		suggest_add(&suggest, list->entries[i].name);
	if (!operand->literal)
		arch_suggest(&suggest);
	return err_set(err, "missing", "no such entry%s%s",
		       operand->literal ? "" : ", and no architecture of that name", suggest_text(&suggest, text));
}

int
operand_find(const struct binfmt_list *list, const struct operand *operand, struct targets *targets, struct err *err)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	char name[RULE_NAME_MAX + 1];
	size_t count;

	targets->count = 0;
	if (binfmt_list_find(list, operand->word)) {
		add(targets, operand->word);
		return 0;
	}
	count = operand->literal ? 0 : arch_select(operand->word, rows);
	for (size_t i = 0; i < count; i++) {
		arch_entry_name(rows[i], name);
		if (binfmt_list_find(list, name))
			add(targets, name);
	}
	return targets->count ? 0 : missing(list, operand, count ? rows[0] : NULL, err);
}
