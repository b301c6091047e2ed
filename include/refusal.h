/* SPDX-License-Identifier: MIT */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stddef.h>

#include "private.h"

struct arch;
struct err;
struct refused;

/* Why a step into namespaces of our own failed: the setting by name, and the command that changes it as the fix. */
void refusal_explain(const struct refused *facts, struct private_end end, struct err *err);

/* A program and how it was to be run. */
struct without {
	const struct arch *arch;
	const char *const *dirs; /* where to look for its interpreter first */
	size_t dir_count;
	const char *folder, *path; /* the folder is changed to first; NULL: none */
	char *const *words;        /* its arguments, ended by NULL */
};

/* Adds how it runs without namespaces: by its interpreter, if one is installed. */
void refusal_without(const struct without *without, struct err *err);

#endif
