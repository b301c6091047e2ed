/* SPDX-License-Identifier: MIT */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

struct cmd;

/* --help of a command, or of the program (NULL), on standard output; all from the tables. */
void help_print(const struct cmd *cmd);

/* The usage line only. */
void help_usage(FILE *f, const struct cmd *cmd);

/* The one JSON document of a run that failed before it had results. */
void help_json_error(const struct cmd *cmd, const char *code, const char *text);

#endif
