/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"
#include "help.h"

/* One line for each form of the command. */
void
help_usage(FILE *f, const struct cmd *cmd)
{
	const char *lead = "usage:", *form = cmd ? cmd->args : "";

	if (!cmd) {
		fputs("usage: binfmtctl [OPTION]... COMMAND [OPTION]... [OPERAND]... (binfmtctl --help lists them)\n",
		      f);
		return;
	}
	for (;;) {
		size_t len = strcspn(form, "\n");

		fprintf(f, "%s binfmtctl %s [OPTION]... %.*s\n", lead, cmd->name, (int)len, form);
		if (!form[len])
			return;
		form += len + 1;
		lead = "      ";
	}
}

static void
print_options(const struct opt *opt)
{
	char left[64];

	for (; opt->name; opt++) {
		snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", opt->letter ? '-' : ' ',
			 opt->letter ? opt->letter : ' ', opt->letter ? "," : " ", opt->name, opt->arg ? "=" : "",
			 opt->arg ? opt->arg : "");
		printf("%-30s %s\n", left, opt->help);
	}
}

void
help_command(const struct cmd *cmd)
{
	help_usage(stdout, cmd);
	printf("%s\n", cmd->help);
	fputs(cmd->opts->name ? "\nOptions:\n" : "", stdout);
	print_options(cmd->opts);
	puts("\nGlobal options:");
	print_options(opt_global);
}

void
help_program(const struct cmd *table)
{
	help_usage(stdout, NULL);
	puts("Manage the kernel's binfmt_misc handlers.\n\nCommands:");
	for (; table->name; table++)
		printf("  %-12s %s\n", table->name, table->help);
	puts("\nGlobal options:");
	print_options(opt_global);
	puts("\nbinfmtctl COMMAND --help tells more; binfmtctl(8) tells all.");
}
