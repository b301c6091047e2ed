/* SPDX-License-Identifier: MIT */
#ifndef HELP_JSON_H
#define HELP_JSON_H

struct cmd;

/* --help as a document: the commands of a table, or the one of them that was named (NULL: all), and the options. */
void help_json(const struct cmd *table, const struct cmd *named);

/* --version as a document. */
void help_json_version(const char *version);

#endif
