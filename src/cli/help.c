/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"
#include "help.h"

enum { WORD_MAX = 64, LINE_MAX = 80, GAP = 2 };

/* One line for each form of the command. */
void
help_usage(FILE *f, const struct cmd *cmd)
{
	const char *lead = "usage:", *form = cmd ? cmd->args : "", *options = " [OPTION]...";

	if (!cmd) {
		fputs("usage: binfmtctl [OPTION]... COMMAND [OPTION]... [OPERAND]...\n", f);
		return;
	}
	for (;;) {
		size_t len = strcspn(form, "\n");

		fprintf(f, "%s binfmtctl %s%s%s%.*s\n", lead, cmd->name, options, len ? " " : "", (int)len, form);
		if (!form[len])
			return;
		form += len + 1;
		lead = "      ";
		options = "";
	}
}

/* "-d, --binfmt-dir=DIR"; an option without a letter is set in as far. Returns its length. */
static size_t
write_option(const struct opt *opt, char word[static WORD_MAX])
{
	return (size_t)snprintf(word, WORD_MAX, "%c%c%s --%s%s%s", opt->letter ? '-' : ' ',
				opt->letter ? opt->letter : ' ', opt->letter ? "," : " ", opt->name,
				opt->arg ? "=" : "", opt->arg ? opt->arg : "");
}

static void
print_option(const struct opt *opt, const char *help)
{
	char word[WORD_MAX];

	write_option(opt, word);
	printf("  %-25s %s\n", word, help);
}

/* What a global option does for a command. */
static const char *
help_of(const struct cmd *cmd, const struct opt *opt)
{
	if (opt->letter == 'q' && cmd->quiet)
		return cmd->quiet;
	return opt->letter == 'v' && cmd->verbose ? cmd->verbose : opt->help;
}

void
help_command(const struct cmd *cmd)
{
	help_usage(stdout, cmd);
	printf("%s\n", cmd->help);
	if (cmd->opts->name || *cmd->globals)
		putchar('\n');
	for (const struct opt *opt = cmd->opts; opt->name; opt++)
		print_option(opt, opt->help);
	for (const struct opt *opt = opt_global; opt->name; opt++)
		if (strchr(cmd->globals, opt->letter))
			print_option(opt, help_of(cmd, opt));
	printf("\nExample: %s\nExit status: %s\n", cmd->example, cmd->exits);
}

/* The global options in as few lines as hold them. */
static void
print_global(FILE *f)
{
	static const char lead[] = "Options:";
	size_t column = LINE_MAX, len;
	char word[WORD_MAX];

	for (const struct opt *opt = opt_global; opt->name; opt++) {
		len = write_option(opt, word) + GAP;
		if (column + len > LINE_MAX) {
			fprintf(f, "\n%-*s", (int)sizeof(lead) - 1, opt == opt_global ? lead : "");
			column = sizeof(lead) - 1;
		}
		fprintf(f, "%*s%s", GAP, "", word);
		column += len;
	}
	putc('\n', f);
}

void
help_program(FILE *f, const struct cmd *table)
{
	fputs("Manage the kernel's binfmt_misc handlers.\n\n", f);
	for (; table->name; table++)
		fprintf(f, "  %-12s %s\n", table->name, table->help);
	print_global(f);
	fputs("binfmtctl help COMMAND tells more; binfmtctl(8) tells all.\n", f);
}
