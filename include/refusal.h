/* SPDX-License-Identifier: MIT */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "private.h"

struct arch;
struct err;
struct refused;

/* Why a step into namespaces of our own failed: the setting by name, and the command that changes it as the fix. */
void refusal_explain(const struct refused *facts, struct private_end end, struct err *err);

/*
 * Adds how a program of an architecture runs without namespaces: by its interpreter, if one is installed. `words`: its
 * arguments, ended by NULL.
 */
void refusal_without(const struct arch *arch, const char *path, char *const *words, struct err *err);

#endif
