/* SPDX-License-Identifier: MIT */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stdbool.h>

struct entry;
struct err;
struct persist;
struct plan;

/* What `register` says of a rule behind its result, as parts of one text. */

/* Interpreter and flags, and of a custom rule the bytes that it was given. */
void describe_rule(struct err *text, const struct plan *plan, bool bytes);

/* What differed in the entry that was replaced; nothing where nothing did. */
void describe_was(struct err *text, const struct plan *plan, const struct entry *was);

/* The entry's file, and whether it was written. */
void describe_file(struct err *text, const struct persist *file);

#endif
