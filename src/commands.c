/* SPDX-License-Identifier: MIT */
/* The table of commands, and how a whole command fails. */
#include <stdarg.h>
#include <stdio.h>

#include "cmd.h"
#include "err.h"
#include "help.h"
#include "text.h"

const struct cmd cmd_table[] = {
    {"register",
     "ARCH... | all\n"
     "--name NAME --magic HEX [--mask HEX] [--offset N] --interpreter PATH\n"
     "--name NAME --extension EXT --interpreter PATH\n"
     "--name NAME --like FILE --interpreter PATH\n"
     "--name NAME --bpf HANDLER",
     "make handlers be as asked", "results", OPERANDS_ARCH, register_opts, cmd_register},
    {"remove", "ENTRY... | all | --global", "remove handlers", "results", OPERANDS_ENTRY, remove_opts, cmd_remove},
    {"enable", "ENTRY... | all | --global", "switch handlers on", "results", OPERANDS_ENTRY, enable_opts, cmd_enable},
    {"disable", "ENTRY... | all | --global", "switch handlers off", "results", OPERANDS_ENTRY, disable_opts,
     cmd_enable},
    {"list", "[--supported]", "list live handlers in the kernel's order", "entries", OPERANDS_NONE, list_opts,
     cmd_list},
    {"status", "[ENTRY...]", "show the health of handlers", "entries", OPERANDS_ENTRY, status_opts, cmd_status},
    {"match", "FILE...", "say which handler the kernel picks for a file", "files", OPERANDS_FILE, match_opts,
     cmd_match},
    {"test", "[ARCH... | all]", "prove that programs run, and by whom", "tests", OPERANDS_ARCH, test_opts, cmd_test},
    {"refresh", "[ENTRY... | all]", "re-register entries whose interpreter was replaced", "results", OPERANDS_ENTRY,
     refresh_opts, cmd_refresh},
    {"doctor", "[FILE...]", "find the cause of exec format error", "checks", OPERANDS_FILE, doctor_opts, cmd_doctor},
    {"completion", "bash | zsh | fish", "print a completion script for a shell", "completion", OPERANDS_SHELL,
     completion_opts, cmd_completion},
    {.name = NULL},
};

int
report_usage(const struct cmd *cmd, const struct args *args, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print_err(cmd ? cmd->name : NULL, "%s", text);
	help_usage(stderr, cmd);
	if (args->json)
		help_json_error(cmd, "usage", text);
	return EXIT_USAGE;
}

int
report_fail(const struct cmd *cmd, const struct args *args, const char *object, const struct err *err)
{
	print_err(object, "%s", err->text);
	if (args->json)
		help_json_error(cmd, err->code, err->text);
	return err->status;
}
