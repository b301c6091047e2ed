/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "binfmt_list.h"
#include "err.h"
#include "operand.h"
#include "suggest.h"
#include "tempname.h"

bool
operand_is_all(const struct operand *operand)
{
	return !operand->literal && strcmp(operand->word, "all") == 0;
}

size_t
operand_archs(const char *word, const struct arch *rows[static ARCH_GROUP_MAX], struct err *err)
{
	size_t count = arch_select(word, rows);
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	if (count)
		return count;
	suggest_start(&suggest, word);
	arch_suggest(&suggest);
	err_set(err, ERR_UNKNOWN, "unknown architecture%s", suggest_text(&suggest, text));
	return 0;
}

/* The name of a row's live entry, NULL if there is none; it stays as long as the list. */
static const char *
live_name(const struct binfmt_list *list, const struct arch *arch)
{
	char name[RULE_NAME_MAX + 1];
	const struct entry *e;

	arch_entry_name(arch, name);
	e = binfmt_list_find(list, name);
	if (e && tempname_target(e->rule.name))
		return tempname_target(e->rule.name);
	return e ? e->rule.name : NULL;
}

size_t
operand_all(const struct binfmt_list *list, const struct arch *rows[static ARCH_ROWS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < arch_count; i++)
		if (live_name(list, &arch_table[i]))
			rows[count++] = &arch_table[i];
	return count;
}

const struct arch *
operand_arch(const struct operand *operand)
{
	const struct arch *arch = operand->literal ? NULL : arch_find(operand->word);
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; !arch && i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		if (strcmp(name, operand->word) == 0)
			arch = &arch_table[i];
	}
	return arch;
}

/* A known word is not a misspelt other one: whoever wants that removed says so. */
static int
none_is_meant(const struct binfmt_list *list, const struct operand *operand, struct err *err)
{
	const struct arch *arch = operand_arch(operand);
	char text[SUGGEST_TEXT_MAX], name[RULE_NAME_MAX + 1];
	struct suggest suggest;

	if (arch) {
		arch_entry_name(arch, name);
		return err_set(err, ERR_MISSING, "not registered: there is no entry %s", name);
	}
	suggest_start(&suggest, operand->word);
	for (size_t i = 0; i < list->count; i++)
		suggest_add(&suggest, list->entries[i].rule.name);
	if (!operand->literal)
		arch_suggest(&suggest);
	return err_set(err, ERR_MISSING, "no such entry%s%s",
		       operand->literal ? "" : ", and no architecture of that name", suggest_text(&suggest, text));
}

int
operand_entries(const struct binfmt_list *list, const struct operand *operand, const char *names[static ARCH_ROWS_MAX],
		struct err *err)
{
	const struct arch *rows[ARCH_ROWS_MAX];
	size_t count;
	int found = 0;

	if (!operand_is_all(operand) && binfmt_list_find(list, operand->word)) {
		names[0] = operand->word;
		return 1;
	}
	if (operand_is_all(operand))
		count = operand_all(list, rows);
	else
		count = operand->literal ? 0 : arch_select(operand->word, rows);
	for (size_t i = 0; i < count; i++) {
		names[found] = live_name(list, rows[i]);
		found += names[found] != NULL;
	}
	return found || operand_is_all(operand) ? found : none_is_meant(list, operand, err);
}

bool *
operand_marks(const struct binfmt_list *list, const struct operand *operands, size_t count,
	      void (*missing)(void *arg, const struct operand *operand, struct err *err), void *arg)
{
	bool *marks = malloc(list->count + 1);
	const char *names[ARCH_ROWS_MAX];
	struct err err;

	if (!marks)
		return NULL;
	memset(marks, count == 0, list->count + 1);
	for (size_t i = 0; i < count; i++) {
		int found = operand_entries(list, &operands[i], names, &err);

		if (found < 0)
			missing(arg, &operands[i], &err);
		for (int k = 0; k < found; k++)
			marks[binfmt_list_find(list, names[k]) - list->entries] = true;
	}
	return marks;
}
