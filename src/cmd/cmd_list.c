/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "arch.h"
#include "cmd.h"
#include "columns.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "json.h"
#include "operand.h"
#include "rule.h"
#include "snapshot.h"
#include "text.h"

const struct opt list_opts[] = {
    OPT_BOOL("supported", 0, supported, "the architectures that binfmtctl knows instead"),
    OPT_END,
};

static void
print_json(const struct snapshot *s)
{
	struct handler view;

	json_object(NULL);
	snapshot_json(s);
	json_array("entries");
	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_handler(s, i, &view))
			continue;
		json_object(NULL);
		report_handler(&view);
		json_end();
	}
	json_end();
	json_end();
}

static int
print_text(const struct snapshot *s)
{
	static const char *const headings[] = {"NAME", "ARCH", "STATE", "FLAGS", "INTERPRETER", NULL};
	char flags[RULE_FLAGS_MAX * 2];
	struct columns table;
	struct handler view;

	columns_start(&table, headings);
	table.marked = 2;
	table.good = "enabled";
	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_handler(s, i, &view))
			continue;
		rule_format_flags(view.rule->flags, view.rule->more_flags, flags);
		columns_row(&table, (const char *[]){view.name, view.arch ? view.arch->name : "-",
						     view.rule->enabled ? "enabled" : "disabled", *flags ? flags : "-",
						     view.rule->interpreter});
	}
	if (!s->switched_on)
		print_warning(NULL, "binfmt_misc is switched off: no handler runs until `binfmtctl enable --global`");
	return columns_print(&table);
}

/* One row of the architecture table on this machine. */
struct support {
	const struct arch *arch;
	bool native, has_interpreter;
	char interpreter[INTERP_PATH_MAX];
	const char *entry; /* live handler, NULL if none */
};

static void
look_up(const struct arch *arch, const struct snapshot *s, struct support *support)
{
	struct handler view;

	support->arch = arch;
	support->entry = NULL;
	support->native = host_runs(arch);
	support->has_interpreter = interp_find(arch, NULL, 0, true, support->interpreter);
	for (size_t i = 0; s && i < s->list.count && !support->entry; i++)
		if (snapshot_handler(s, i, &view) && view.rule->enabled && view.arch == arch)
			support->entry = view.name;
}

static void
supported_json(const struct snapshot *s)
{
	struct support support;

	json_object(NULL);
	json_array("supported");
	for (size_t i = 0; i < arch_count; i++) {
		look_up(&arch_table[i], s, &support);
		json_object(NULL);
		json_string("arch", support.arch->name);
		json_array("aliases");
		for (const char *const *alias = support.arch->aliases; *alias; alias++)
			json_string(NULL, *alias);
		json_end();
		json_bool("native", support.native);
		json_string("interpreter", support.has_interpreter ? support.interpreter : NULL);
		json_string("entry", support.entry);
		json_end();
	}
	json_end();
	json_end();
}

static int
supported_text(const struct snapshot *s)
{
	static const char *const headings[] = {"ARCH", "HANDLER", "INTERPRETER", NULL};
	struct support support;
	struct columns table;

	columns_start(&table, headings);
	for (size_t i = 0; i < arch_count; i++) {
		look_up(&arch_table[i], s, &support);
		columns_row(&table, (const char *[]){support.arch->name,
						     support.entry    ? support.entry
						     : support.native ? "native"
								      : "-",
						     support.has_interpreter ? support.interpreter : "-"});
	}
	return columns_print(&table);
}

/* The table is of use without binfmt_misc too: then no handler is live. */
static int
list_supported(const struct args *args)
{
	struct snapshot s = {0}, *live = NULL;
	struct err ignored;
	int done = 0;

	if (binfmt_open(&s.b, args->binfmt_dir, &ignored) == 0) {
		if (binfmt_list(&s.b, &s.list, &ignored) == 0)
			live = &s;
		else
			binfmt_close(&s.b);
	}
	if (args->json)
		supported_json(live);
	else
		done = supported_text(live);
	if (live)
		snapshot_close(live);
	return done < 0 ? EXIT_FAILED : EXIT_DONE;
}

int
cmd_list(const struct cmd *cmd, struct args *args)
{
	struct snapshot s;
	int status, done = 0;

	if (args->operand_count)
		return report_usage(cmd, args, "list takes no operand (binfmtctl status ENTRY shows one)");
	if (args->supported)
		return list_supported(args);
	status = snapshot_open(&s, cmd, args);
	if (status != EXIT_DONE)
		return status;
	if (args->json)
		print_json(&s);
	else
		done = print_text(&s);
	snapshot_close(&s);
	return done < 0 || !s.complete ? EXIT_FAILED : EXIT_DONE;
}
