/* SPDX-License-Identifier: MIT */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

struct cmd;

/* --help of a command, or of the program with its table of commands, on standard output; all from the tables. */
void help_command(const struct cmd *cmd);
void help_program(const struct cmd *table);

/* The usage line only; cmd NULL: the program's. */
void help_usage(FILE *f, const struct cmd *cmd);

#endif
