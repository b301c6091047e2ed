/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binfmt_open.h"
#include "commands.h"
#include "err.h"
#include "given.h"
#include "help.h"
#include "print.h"
#include "report.h"

enum { FEW = 64 }; /* words, for which no memory is asked */

/* Where parsing stopped at a mistake, the rest of the line may still ask for JSON. */
static bool
asks_for_json(int argc, char *argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *letters = argv[i][0] == '-' ? argv[i] + 1 : "";

		if (strcmp(letters, "-json") == 0 || (strchr(letters, 'j') && !letters[strspn(letters, "jnqvhV")]))
			return true;
	}
	return false;
}

/* No command: the list of them. */
static int
no_command(const struct args *args)
{
	int status = report_usage(NULL, args, "no command given");

	help_program(stderr, commands);
	fflush(stderr);
	return status;
}

/* Reads the command line: the command to run, or NULL and the exit status where all is done already. */
static const struct cmd *
parse_line(int argc, char *argv[], struct args *args, int *status)
{
	const struct cmd *cmd;
	const char *wrong = command_read(commands, argc, argv, args, &cmd);

	print_quiet(args->quiet);
	args->json |= wrong && asks_for_json(argc, argv);
	if (!wrong && (args->help || args->version)) {
		args->topic = cmd;
		args->operand_count = 0;
		return command_find(commands, args->help ? "help" : "version");
	}
	if (wrong)
		*status = report_usage(cmd, args, "%s", wrong);
	else if (!cmd)
		*status = no_command(args);
	return wrong ? NULL : cmd;
}

/* Room for each word of the command line, and for each that commas may part it into, until the end. */
static struct operand *
room_for_operands(int argc, char *argv[])
{
	static struct operand few[FEW], *many;
	size_t room = (size_t)argc + 1;

	for (int i = 1; i < argc; i++)
		for (const char *comma = argv[i]; (comma = strchr(comma, ',')); comma++)
			room++;
	if (room <= FEW)
		return few;
	many = calloc(room, sizeof(*many));
	return many;
}

static int
run(const struct cmd *cmd, struct args *args, bool secure)
{
	struct err err;

	if (secure)
		return cmd->run(cmd, args);
	err_set(&err, ERR_OPEN, "a standard descriptor is closed, and nothing could be opened in its place");
	return report_fail(cmd, args, &err);
}

int
main(int argc, char *argv[])
{
	struct args args = {.binfmt_dir = BINFMT_DIR, .offset = -1, .timeout = -1, .commands = commands};
	const bool secure = given_secure() == 0;
	const struct cmd *cmd;
	struct err err;
	int status = EXIT_DONE;

	print_whole_lines();
	args.operands = room_for_operands(argc, argv);
	if (!args.operands) {
		args.json = asks_for_json(argc, argv);
		err_set(&err, ERR_MEMORY, "out of memory");
		return report_fail(NULL, &args, &err);
	}
	cmd = parse_line(argc, argv, &args, &status);
	if (cmd)
		status = run(cmd, &args, secure);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		print_err("standard output", "the result could not be written");
		return status ? status : cmd && cmd->failure ? cmd->failure : EXIT_FAILED;
	}
	return status;
}
