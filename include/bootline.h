/* SPDX-License-Identifier: MIT */
#ifndef BOOTLINE_H
#define BOOTLINE_H

#include <stdbool.h>

#include "look.h"

struct boot;
struct confd_line;
struct err;
struct rule;

/* Whether our own `load` registers the rule of a line, with --force or without; if not, or unknown, why. */
struct look bootline_loads(const struct confd_line *line, bool force, struct err *why);

/* The same of whatever reads binfmt.d when the machine boots, or would if there is nothing that does. */
struct look bootline_registers(const struct boot *boot, const struct confd_line *line, struct err *why);

/* Why it is not known whether the interpreter that flag F opens is there at the next boot; NULL: it is, or none is
 * opened. */
const char *bootline_interpreter_doubt(const struct rule *rule);

/* The same, where the line is there then: what is in /run now is not, and who fills that again is not known. */
struct look bootline_comes_back(const struct boot *boot, const struct confd_line *line, struct err *why);

#endif
