/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "commands.h"
#include "err.h"
#include "help.h"
#include "help_json.h"
#include "print.h"
#include "report.h"
#include "suggest.h"

static const struct cmd *
find_command(const char *name)
{
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	return NULL;
}

static int
unknown_command(const struct args *args, const char *name)
{
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	suggest_start(&suggest, name);
	for (const struct cmd *cmd = commands; cmd->name; cmd++)
		suggest_add(&suggest, cmd->name);
	return report_usage(NULL, args, "unknown command '%.100s'%s", name, suggest_text(&suggest, text));
}

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

/* Reads the command line: the command to run, or NULL and the exit status where all is done already. */
static const struct cmd *
parse_line(int argc, char *argv[], struct args *args, int *status)
{
	const struct cmd *cmd = NULL;
	const char *wrong;
	int at = 1;

	*status = EXIT_DONE;
	wrong = opt_parse(argc, argv, &at, NULL, true, args);
	if (!wrong && at < argc && strcmp(argv[at], "--") != 0) {
		cmd = find_command(argv[at]);
		if (!cmd) {
			args->json |= asks_for_json(argc, argv);
			*status = unknown_command(args, argv[at]);
			return NULL;
		}
		at++;
		wrong = opt_parse(argc, argv, &at, cmd->opts, false, args);
	}
	print_quiet(args->quiet);
	args->json |= wrong && asks_for_json(argc, argv);
	if (wrong)
		*status = report_usage(cmd, args, "%s", wrong);
	else if (args->help && args->json)
		help_json(commands, cmd);
	else if (args->help && cmd)
		help_command(cmd);
	else if (args->help)
		help_program(commands);
	else if (args->version && args->json)
		help_json_version(BINFMTCTL_VERSION);
	else if (args->version)
		puts("binfmtctl " BINFMTCTL_VERSION);
	else if (!cmd)
		*status = report_usage(NULL, args, "no command given");
	else
		return cmd;
	return NULL;
}

/*
 * A closed standard descriptor must not be taken by a file that we open: writing to that would
 * look like success, or change the file. O_PATH makes every read and write fail instead.
 */
static void
hold_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			_exit(EXIT_FAILED);
}

int
main(int argc, char *argv[])
{
	struct args args = {.binfmt_dir = BINFMT_DIR, .offset = -1, .timeout = -1, .commands = commands};
	const struct cmd *cmd;
	struct err err;
	int status;

	hold_standard_descriptors();
	print_whole_lines();
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error on write, not a silent death */
	signal(SIGCHLD, SIG_DFL); /* ignored, it would keep us from waiting for probes */
	args.operands = calloc((size_t)argc + 1, sizeof(*args.operands));
	if (!args.operands) {
		args.json = asks_for_json(argc, argv);
		err_set(&err, ERR_MEMORY, "out of memory");
		return report_fail(NULL, &args, &err);
	}
	cmd = parse_line(argc, argv, &args, &status);
	if (cmd)
		status = cmd->run(cmd, &args);
	free(args.operands);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		print_err("standard output", "the result could not be written");
		return status ? status : EXIT_FAILED;
	}
	return status;
}
