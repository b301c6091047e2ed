/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "err.h"
#include "help.h"
#include "json.h"
#include "persist.h"
#include "planned.h"
#include "print.h"
#include "report.h"
#include "snapshot.h"

static const char *const words[] = {
    [OUT_REGISTERED] = "registered", [OUT_UNCHANGED] = "unchanged", [OUT_REPLACED] = "replaced",
    [OUT_PERSISTED] = "persisted",   [OUT_REMOVED] = "removed",     [OUT_ENABLED] = "enabled",
    [OUT_DISABLED] = "disabled",     [OUT_REFRESHED] = "refreshed", [OUT_SKIPPED] = "skipped",
    [OUT_FAILED] = "failed",
};

/* Whether it is a command that changes handlers. */
static bool
is_change(const struct cmd *cmd)
{
	return cmd->key && strcmp(cmd->key, "results") == 0;
}

/* What the run as a whole has to say, until its document ends. */
static struct {
	struct warnings warnings;
	struct err error; /* code ERR_NONE: none */
	bool list_open;
} run;

/* The list that the document is there for. */
static const char *
list_key(const struct cmd *cmd, const struct args *args)
{
	return args->supported ? "supported" : cmd->key;
}

/* The one JSON document of a run that failed before it had results. */
static void
empty_document(const struct cmd *cmd, const struct args *args)
{
	report_begin(cmd, args, NULL);
	report_more(args);
	if (args->json && cmd && args->dry_run && is_change(cmd))
		report_writes(args, NULL);
	if (args->json && cmd && strcmp(cmd->name, "status") == 0) {
		json_array("failed");
		json_end();
	}
	report_end(args);
}

int
report_usage(const struct cmd *cmd, const struct args *args, const char *fmt, ...)
{
	struct err err = {.code = ERR_USAGE};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	report_error(cmd ? cmd->name : NULL, &err);
	help_usage(stderr, cmd);
	fflush(stderr);
	empty_document(cmd, args);
	return cmd && cmd->failure ? cmd->failure : EXIT_USAGE;
}

int
report_fail(const struct cmd *cmd, const struct args *args, const struct err *err)
{
	report_error(NULL, err);
	empty_document(cmd, args);
	return cmd && cmd->failure ? cmd->failure : err->status;
}

void
report_warning(const char *object, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fflush(stdout); /* they come behind what they are about, also where both go to one file */
	print_warning(object, "%s", text);
	warn_add(&run.warnings, "%s%s%s", object ? object : "", object ? ": " : "", text);
}

void
report_keep_error(const struct err *err)
{
	if (run.error.code == ERR_NONE)
		run.error = *err;
}

void
report_error(const char *object, const struct err *err)
{
	struct err whole = *err;

	print_err(object, "%s", err->text);
	if (object)
		err_wrap(&whole, "%s", object);
	report_keep_error(&whole);
}

/* What list and status say of the mount. */
static void
mount_members(const struct snapshot *s)
{
	static const char *const scopes[] = {
	    [BINFMT_HOST] = "host",         [BINFMT_NAMESPACE] = "namespace", [BINFMT_PRIVATE] = "namespace",
	    [BINFMT_INHERITED] = "unknown", [BINFMT_UNKNOWN] = "unknown",
	};

	json_string("mount", s ? s->b.dir : NULL);
	if (s)
		json_bool("enabled", s->switched_on);
	else
		json_null("enabled");
	json_string("scope", s ? scopes[snapshot_scope(s)] : NULL);
}

void
report_begin(const struct cmd *cmd, const struct args *args, const struct snapshot *s)
{
	if (!args->json)
		return;
	json_object(NULL);
	run.list_open = cmd && cmd->key;
	if (!run.list_open)
		return;
	if (args->dry_run && is_change(cmd))
		json_bool("dry_run", true);
	if (strcmp(list_key(cmd, args), "entries") == 0)
		mount_members(s);
	json_array(list_key(cmd, args));
}

void
report_more(const struct args *args)
{
	if (args->json && run.list_open)
		json_end();
	run.list_open = false;
}

void
report_end(const struct args *args)
{
	if (!args->json)
		return;
	report_more(args);
	json_texts("warnings", &run.warnings);
	if (run.error.code != ERR_NONE) {
		json_object("error");
		json_cause(&run.error);
		json_end();
	}
	json_end();
}

void
report_writes(const struct args *args, const struct planned_write *writes)
{
	if (args->json)
		json_array("writes");
	for (; writes; writes = writes->next) {
		if (args->json) {
			json_object(NULL);
			json_string("file", writes->file);
			json_hex("bytes_hex", (const unsigned char *)writes->bytes, writes->len);
			json_end();
			continue;
		}
		fputs("  write ", stdout);
		print_safe(stdout, writes->file);
		fputs(": ", stdout);
		print_bytes(stdout, writes->bytes, writes->len);
		putchar('\n');
	}
	if (args->json)
		json_end();
}

/* What the handler is, or is to be. */
static void
rule_members(const struct rule *rule)
{
	const struct arch *arch = rule ? arch_of_pattern(&rule->pattern) : NULL;
	char flags[RULE_FLAGS_MAX];

	if (rule && rule->pattern.type == PATTERN_UNKNOWN)
		rule = NULL;
	if (rule)
		rule_format_flags(rule_implied(rule->flags), rule->more_flags, flags);
	json_string("interpreter", rule ? rule->interpreter : NULL);
	json_string("flags", rule ? flags : NULL);
	json_string("arch", arch ? arch->name : NULL);
}

/* Its binfmt.d file; null where that was not even looked at. */
static void
file_member(const struct persist *file)
{
	char path[PATH_MAX + NAME_MAX + 2];

	if (!file || !*file->name) {
		json_null("file");
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", file->where, file->name);
	json_object("file");
	json_string("path", path);
	json_bool("written", file->written);
	json_bool("removed", file->removed);
	json_end();
}

static void
result_json(const struct args *args, const struct result *r, const char *detail)
{
	json_object(NULL);
	json_string("name", r->name);
	if (r->place)
		json_string("place", r->place);
	json_string("result", words[r->outcome]);
	json_string("code", r->outcome < OUT_SKIPPED ? NULL : err_word(r->err->code));
	json_string("detail", detail);
	rule_members(r->rule);
	file_member(r->file);
	json_texts("warnings", r->warnings);
	if (args->dry_run)
		report_writes(args, r->writes);
	json_end();
}

static void
result_text(const struct args *args, const struct result *r, const char *detail)
{
	bool would = args->dry_run && r->outcome < OUT_SKIPPED && r->outcome != OUT_UNCHANGED;

	print_safe(stdout, r->name);
	printf(": %s%s", would ? "would be " : "", words[r->outcome]);
	if (detail || r->place) {
		fputs(" (", stdout);
		print_safe(stdout, detail ? detail : r->place);
		putchar(')');
	}
	putchar('\n');
	report_writes(args, r->writes);
}

void
report_result(const struct args *args, const struct result *r)
{
	const char *detail = r->outcome < OUT_SKIPPED ? r->detail : r->err->text;
	const char *object = r->place ? r->place : r->name;

	if (r->outcome == OUT_FAILED)
		print_err(object, "%s", detail);
	if (args->json)
		result_json(args, r, detail);
	else if (r->outcome != OUT_FAILED && !args->quiet)
		result_text(args, r, detail);
	if (r->warnings->len) /* they come behind the verdict, also where both go to one file */
		fflush(stdout);
	for (const char *warning = NULL; (warning = warn_next(r->warnings, warning));)
		print_warning(object, "%s", warning);
}

static void
json_bytes(const char *key, const unsigned char *bytes, size_t len)
{
	if (bytes)
		json_hex(key, bytes, len);
	else
		json_null(key);
}

void
report_handler(const struct handler *handler)
{
	static const char *const types[] = {"magic", "extension", "bpf", NULL};
	const struct rule *rule = &handler->entry->rule;
	const struct pattern *p = &rule->pattern;
	char flags[RULE_FLAGS_MAX];

	rule_format_flags(rule->flags, rule->more_flags, flags);
	json_string("name", handler->name);
	json_bool("enabled", handler->entry->enabled);
	json_string("type", types[p->type]);
	if (p->type == PATTERN_MAGIC)
		json_number("offset", p->offset);
	else
		json_null("offset");
	json_bytes("magic", p->magic, p->size);
	json_bytes("mask", p->mask, p->size);
	json_string("extension", p->extension);
	json_string("interpreter", handler->entry->reason ? NULL : rule->interpreter);
	json_string("flags", handler->entry->reason ? NULL : flags);
	json_string("arch", handler->arch ? handler->arch->name : NULL);
	json_string("problem", handler->entry->reason);
}

void
report_unknown(const struct snapshot *s, bool errors)
{
	struct err err;

	for (size_t i = 0; s->unknown && i < s->list.count; i++) {
		const struct entry *entry = &s->list.entries[i];

		if (!entry->reason)
			continue;
		err_set(&err, ERR_NOT_UNDERSTOOD, "the entry cannot be understood: %s", entry->reason);
		if (errors)
			report_error(entry->rule.name, &err);
		else
			report_warning(entry->rule.name, "%s", err.text);
	}
}
