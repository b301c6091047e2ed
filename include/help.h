/* SPDX-License-Identifier: MIT */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

struct cmd;

/* The help of a command, on standard output; and what stands below the program's usage line. All from the tables. */
void help_command(const struct cmd *cmd);
void help_program(FILE *f, const struct cmd *table);

/* The usage line only; cmd NULL: the program's. */
void help_usage(FILE *f, const struct cmd *cmd);

#endif
