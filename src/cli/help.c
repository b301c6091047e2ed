/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cmd.h"
#include "help.h"
#include "json.h"

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
help_print(const struct cmd *cmd)
{
	help_usage(stdout, cmd);
	if (cmd) {
		printf("%s\n", cmd->help);
		fputs(cmd->opts->name ? "\nOptions:\n" : "", stdout);
		print_options(cmd->opts);
	} else {
		puts("Manage the kernel's binfmt_misc handlers.\n\nCommands:");
		for (const struct cmd *c = cmd_table; c->name; c++)
			printf("  %-12s %s\n", c->name, c->help);
	}
	puts("\nGlobal options:");
	print_options(opt_global);
	if (!cmd)
		puts("\nbinfmtctl COMMAND --help tells more; binfmtctl(8) tells all.");
}

void
help_json_error(const struct cmd *cmd, const char *code, const char *text)
{
	json_object(NULL);
	if (cmd) {
		json_array(cmd->key);
		json_end();
	}
	if (cmd && strcmp(cmd->key, "entries") == 0) {
		json_null("mount");
		json_bool("enabled", false);
	}
	json_object("error");
	json_string("code", code);
	json_string("detail", text);
	json_end();
	json_end();
}
