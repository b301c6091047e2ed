/* SPDX-License-Identifier: MIT */
#ifndef OPERAND_H
#define OPERAND_H

#include "arch.h"
#include "rule.h"

struct binfmt_list;
struct err;
struct operand;

/* Names of entries that one operand means. */
struct targets {
	size_t count;
	char names[ARCH_GROUP_MAX][RULE_NAME_MAX + 1];
};

/* The default name of an architecture's entry: "qemu-aarch64". */
void arch_entry_name(const struct arch *arch, char name[static RULE_NAME_MAX + 1]);

/* The entry of this name, or its temporary where that alone is there. NULL: neither. */
const struct binfmt_entry *binfmt_list_find(const struct binfmt_list *list, const char *name);

/*
 * The entries that an operand means: the one of that name, or where there is none and it was not
 * given literally, those of the architecture that it names. -1 with code "missing" and the nearest
 * names if there is none.
 */
int operand_find(const struct binfmt_list *list, const struct operand *operand, struct targets *targets,
		 struct err *err);

#endif
