/* SPDX-License-Identifier: MIT */
#ifndef BOOTLINE_H
#define BOOTLINE_H

#include <stdbool.h>

#include "look.h"

struct boot;
struct confd_line;
struct err;

/* Whether our own `load` registers the rule of a line, with --force or without; if not, or unknown, why. */
struct look bootline_loads(const struct confd_line *line, bool force, struct err *why);

/* The same of whatever reads binfmt.d when the machine boots, or would if there is nothing that does. */
struct look bootline_registers(const struct boot *boot, const struct confd_line *line, struct err *why);

/* The same, where the line is there then: what is in /run now is not, and who fills that again is not known. */
struct look bootline_comes_back(const struct boot *boot, const struct confd_line *line, struct err *why);

#endif
