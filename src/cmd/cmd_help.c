/* SPDX-License-Identifier: MIT */
/* help and version, which --help and --version call too. */
#include <stdio.h>

#include "cmd.h"
#include "commands.h"
#include "err.h"
#include "help.h"
#include "help_json.h"
#include "report.h"

const struct opt help_opts[] = {OPT_END};

static void
help_text(const struct cmd *table, const struct cmd *topic)
{
	if (topic) {
		help_command(topic);
		return;
	}
	help_usage(stdout, NULL);
	help_program(stdout, table);
}

int
cmd_help(const struct cmd *cmd, struct args *args)
{
	const struct cmd *topic = args->topic;
	char text[COMMAND_TEXT_MAX];

	if (args->operand_count > 1)
		return report_usage(cmd, args, "help takes one command");
	if (args->operand_count) {
		const char *name = args->operands[0].word;

		topic = command_find(args->commands, name);
		if (!topic)
			return report_usage(cmd, args, "%s", command_unknown(args->commands, name, text));
	}
	if (args->json)
		help_json(args->commands, topic);
	else
		help_text(args->commands, topic);
	return EXIT_DONE;
}

int
cmd_version(const struct cmd *cmd, struct args *args)
{
	if (args->operand_count)
		return report_usage(cmd, args, "version takes no operand");
	if (args->json)
		help_json_version(BINFMTCTL_VERSION);
	else
		puts("binfmtctl " BINFMTCTL_VERSION);
	return EXIT_DONE;
}
