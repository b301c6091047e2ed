/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "suggest.h"

/* What other tools call our commands. */
static const struct {
	const char *habit, *name;
} habits[] = {
    {"ls", "list"},           {"rm", "remove"},        {"delete", "remove"},  {"del", "remove"},
    {"unregister", "remove"}, {"uninstall", "remove"}, {"add", "register"},   {"install", "register"},
    {"import", "register"},   {"show", "status"},      {"display", "status"}, {"info", "status"},
    {"reload", "refresh"},
};

const struct cmd *
command_find(const struct cmd *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

const char *
command_unknown(const struct cmd *table, const char *name, char text[static COMMAND_TEXT_MAX])
{
	char nearest[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		if (strcmp(habits[i].habit, name) == 0) {
			snprintf(text, COMMAND_TEXT_MAX, "unknown command '%s'; in binfmtctl it is: %s", name,
				 habits[i].name);
			return text;
		}
	suggest_start(&suggest, name);
	for (; table->name; table++)
		suggest_add(&suggest, table->name);
	snprintf(text, COMMAND_TEXT_MAX, "unknown command '%.100s'%s (binfmtctl help shows all)", name,
		 suggest_text(&suggest, nearest));
	return text;
}

const char *
command_read(const struct cmd *table, int argc, char *argv[], struct args *args, const struct cmd **cmd)
{
	static char text[COMMAND_TEXT_MAX];
	const char *wrong;
	int at = 1;

	*cmd = NULL;
	wrong = opt_parse(argc, argv, &at, NULL, true, args);
	if (!wrong && at < argc && strcmp(argv[at], "--") != 0) {
		*cmd = command_find(table, argv[at]);
		if (*cmd)
			args->joined = command_joins(*cmd);
		else
			wrong = command_unknown(table, argv[at], text);
		at++;
	}
	if (*cmd)
		wrong = opt_parse(argc, argv, &at, (*cmd)->opts, (*cmd)->operands == OPERANDS_PROGRAM, args);
	args->program = argv + at;
	return wrong;
}

bool
command_joins(const struct cmd *cmd)
{
	return cmd->operands == OPERANDS_ARCH || cmd->operands == OPERANDS_ENTRY || cmd->operands == OPERANDS_PROGRAM;
}
