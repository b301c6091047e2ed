/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "err.h"
#include "help_json.h"
#include "json.h"

static void
options(const struct opt *opt)
{
	json_array("options");
	for (; opt->name; opt++) {
		const char letter[] = {opt->letter, '\0'};

		json_object(NULL);
		json_string("name", opt->name);
		json_string("letter", opt->letter ? letter : NULL);
		json_string("arg", opt->arg);
		json_string("help", opt->help);
		json_end();
	}
	json_end();
}

/* The forms of a command, as they stand in its usage. */
static void
usage(const struct cmd *cmd)
{
	char form[256];

	json_array("usage");
	for (const char *at = cmd->args; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		size_t len = strcspn(at, "\n");

		snprintf(form, sizeof(form), "binfmtctl %s [OPTION]...%s%.*s", cmd->name, len ? " " : "", (int)len, at);
		json_string(NULL, form);
	}
	json_end();
}

void
help_json(const struct cmd *table, const struct cmd *named)
{
	json_object(NULL);
	json_array("commands");
	for (; table->name; table++) {
		if (named && strcmp(named->name, table->name) != 0)
			continue;
		json_object(NULL);
		json_string("name", table->name);
		usage(table);
		json_string("help", table->help);
		options(table->opts);
		json_end();
	}
	json_end();
	options(opt_global);
	json_end();
}

void
help_json_version(const char *version)
{
	json_object(NULL);
	json_string("version", version);
	json_end();
}
