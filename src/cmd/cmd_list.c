/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "arch.h"
#include "boot.h"
#include "cmd.h"
#include "columns.h"
#include "details.h"
#include "drift.h"
#include "err.h"
#include "host.h"
#include "json.h"
#include "overlap.h"
#include "own_unit.h"
#include "print.h"
#include "report.h"
#include "snapshot.h"

const struct opt list_opts[] = {
    OPT_BOOL("supported", 0, supported, "list the known architectures instead"),
    OPT_END,
};

static void
list_json(const struct cmd *cmd, const struct args *args, const struct snapshot *s)
{
	struct handler handler;

	report_begin(cmd, args, s);
	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_listed(s, i, &handler))
			continue;
		json_object(NULL);
		report_handler(&handler);
		json_end();
	}
	report_end(args);
}

/* Goes through the rows: in the first of two passes they are measured, in the second printed. */
static void
list_rows(const struct snapshot *s, struct columns *columns, bool print)
{
	char flags[RULE_FLAGS_MAX];
	const struct rule *rule;
	struct handler h;

	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_listed(s, i, &h))
			continue;
		rule = &h.entry->rule;
		rule_format_flags(rule->flags, rule->more_flags, flags);
		const char *const cells[] = {h.name, h.arch ? h.arch->name : "-",
					     h.entry->enabled ? "enabled" : "disabled", *flags ? flags : "-",
					     h.entry->reason ? "(not understood)" : rule->interpreter};

		if (print)
			columns_line(columns, h.entry->enabled ? TINT_NONE : TINT_WARN, cells);
		else
			columns_measure(columns, cells);
	}
}

static void
print_name(const char *name)
{
	print_safe(stdout, name);
	putchar('\n');
}

static void
list_table(const struct snapshot *s)
{
	static const char *const headings[] = {"NAME", "ARCH", "STATE", "FLAGS", "INTERPRETER", NULL};
	struct columns columns;

	columns_start(&columns, headings);
	columns.marked = 2;
	list_rows(s, &columns, false);
	columns_headings(&columns);
	list_rows(s, &columns, true);
}

/* With -q only names. */
static void
list_names(const struct snapshot *s)
{
	struct handler handler;

	for (size_t i = 0; i < s->list.count; i++)
		if (snapshot_listed(s, i, &handler))
			print_name(handler.name);
}

/* With -v each rule whole. */
static void
list_details(const struct args *args, const struct snapshot *s)
{
	char at_boot[ERR_TEXT_MAX];
	struct handler handler;
	struct boot boot;
	struct err ignored;
	bool read = snapshot_scope(s) == BINFMT_HOST && boot_read(&boot, &ignored) == 0, first = true;

	if (read)
		own_unit_read(&boot, args->commands);
	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_listed(s, i, &handler))
			continue;
		if (!first)
			putchar('\n');
		first = false;
		details_head(&handler);
		drift_source(s, read ? &boot : NULL, &handler, at_boot);
		details_rule(&handler, at_boot);
	}
	if (read)
		boot_free(&boot);
}

static void
list_text(const struct args *args, const struct snapshot *s)
{
	if (args->quiet)
		list_names(s);
	else if (args->verbose)
		list_details(args, s);
	else
		list_table(s);
	if (!s->switched_on)
		report_warning(NULL, "binfmt_misc is switched off: no handler runs until `binfmtctl enable --global`");
}

/* One row of the architecture table on this machine. */
struct support {
	const struct arch *arch;
	struct look native, has_interpreter;
	char interpreter[INTERP_PATH_MAX];
	const char *entry; /* live handler, NULL if none, or in doubt */
	bool doubt;        /* another entry may take its programs first */
};

static void
look_up(const struct arch *arch, const struct snapshot *s, struct support *support)
{
	const struct entry *taker = s ? arch_taker(&s->list, arch) : NULL;

	support->arch = arch;
	support->doubt = s && s->switched_on && binfmt_list_doubt(&s->list, taker);
	support->entry = NULL;
	if (taker && !support->doubt)
		support->entry = snapshot_handler(s, (size_t)(taker - s->list.entries)).name;
	support->native = host_runs(arch);
	support->has_interpreter = interp_find(arch, NULL, 0, true, support->interpreter);
}

static void
supported_json(const struct cmd *cmd, const struct args *args, const struct snapshot *s)
{
	struct support support;

	report_begin(cmd, args, NULL);
	for (size_t i = 0; i < arch_count; i++) {
		look_up(&arch_table[i], s, &support);
		json_object(NULL);
		json_string("arch", support.arch->name);
		json_array("aliases");
		for (const char *const *alias = support.arch->aliases; *alias; alias++)
			json_string(NULL, *alias);
		json_end();
		json_look("native", support.native);
		json_look("installed", support.has_interpreter);
		json_string("interpreter", support.has_interpreter.is == LOOK_YES ? support.interpreter : NULL);
		json_string("entry", support.entry);
		json_bool("doubt", support.doubt);
		json_end();
	}
	report_end(args);
}

static int
supported_names(void)
{
	for (size_t i = 0; i < arch_count; i++)
		print_name(arch_table[i].name);
	return 0;
}

static int
supported_text(const struct snapshot *s)
{
	static const char *const headings[] = {"ARCH", "HANDLER", "INTERPRETER", NULL};
	struct support support;
	struct columns columns;

	columns_start(&columns, headings);
	for (size_t i = 0; i < arch_count; i++) {
		static const char *const words[] = {[LOOK_UNKNOWN] = "unknown", [LOOK_NO] = "-", [LOOK_YES] = "native"};
		const char *interpreter = support.interpreter, *handler;

		look_up(&arch_table[i], s, &support);
		if (support.has_interpreter.is != LOOK_YES)
			interpreter = words[support.has_interpreter.is];
		handler = support.entry ? support.entry : words[support.native.is];
		columns_row(
		    &columns, TINT_NONE,
		    (const char *[]){support.arch->name, support.doubt ? words[LOOK_UNKNOWN] : handler, interpreter});
	}
	return columns_print(&columns);
}

/* The table is of use without binfmt_misc too: then no handler is live. */
static int
list_supported(const struct cmd *cmd, const struct args *args)
{
	struct snapshot s, *live = NULL;
	struct err err;
	int done = 0;

	if (snapshot_open(&s, args->binfmt_dir, &err) == 0)
		live = &s;
	else if (err.status != EXIT_UNAVAILABLE) /* without a mount the table is all there is to show */
		return report_fail(cmd, args, &err);
	if (live)
		report_unknown(live, true);
	if (args->json)
		supported_json(cmd, args, live);
	else
		done = args->quiet ? supported_names() : supported_text(live);
	if (live && live->unknown)
		done = -1;
	if (live)
		snapshot_close(live);
	return done < 0 ? EXIT_FAILED : EXIT_DONE;
}

int
cmd_list(const struct cmd *cmd, struct args *args)
{
	struct snapshot s;
	struct err err;
	bool complete;

	if (args->operand_count)
		return report_usage(cmd, args, "list takes no operand (binfmtctl status ENTRY shows one)");
	if (args->supported)
		return list_supported(cmd, args);
	if (snapshot_open(&s, args->binfmt_dir, &err) < 0)
		return report_fail(cmd, args, &err);
	if (args->verbose) /* which asks of each entry what is so of all */
		snapshot_prepare(&s);
	report_unknown(&s, true);
	if (args->json)
		list_json(cmd, args, &s);
	else
		list_text(args, &s);
	complete = !s.unknown;
	snapshot_close(&s);
	return complete ? EXIT_DONE : EXIT_FAILED;
}
