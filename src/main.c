/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binfmt.h"
#include "cmd.h"
#include "err.h"
#include "help.h"
#include "suggest.h"
#include "text.h"

static const struct cmd *
find_command(const char *name)
{
	for (const struct cmd *cmd = cmd_table; cmd->name; cmd++)
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
	for (const struct cmd *cmd = cmd_table; cmd->name; cmd++)
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

static int
run(int argc, char *argv[], struct args *args)
{
	const struct cmd *cmd = NULL;
	const char *wrong;
	int at = 1;

	wrong = opt_parse(argc, argv, &at, NULL, true, args);
	if (!wrong && at < argc && strcmp(argv[at], "--") != 0) {
		cmd = find_command(argv[at]);
		if (!cmd) {
			args->json |= asks_for_json(argc, argv);
			return unknown_command(args, argv[at]);
		}
		at++;
		wrong = opt_parse(argc, argv, &at, cmd->opts, false, args);
	}
	print_quiet(args->quiet);
	args->json |= wrong && asks_for_json(argc, argv);
	if (wrong)
		return report_usage(cmd, args, "%s", wrong);
	if (args->help) {
		help_print(cmd);
		return EXIT_DONE;
	}
	if (args->version) {
		puts("binfmtctl " BINFMTCTL_VERSION);
		return EXIT_DONE;
	}
	return cmd ? cmd->run(cmd, args) : report_usage(NULL, args, "which command?");
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
	struct args args = {.binfmt_dir = BINFMT_DIR, .offset = -1, .timeout = -1};
	int status;

	hold_standard_descriptors();
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error on write, not a silent death */
	signal(SIGCHLD, SIG_DFL); /* ignored, it would keep us from waiting for probes */
	args.operands = calloc((size_t)argc + 1, sizeof(*args.operands));
	if (!args.operands) {
		print_err(NULL, "out of memory");
		return EXIT_FAILED;
	}
	status = run(argc, argv, &args);
	free(args.operands);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		print_err("standard output", "the result could not be written");
		return status ? status : EXIT_FAILED;
	}
	return status;
}
