/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "err.h"
#include "help.h"
#include "json.h"
#include "planned.h"
#include "print.h"
#include "report.h"
#include "snapshot.h"

static const char *const words[] = {
    [OUT_REGISTERED] = "registered", [OUT_UNCHANGED] = "unchanged", [OUT_REPLACED] = "replaced",
    [OUT_REMOVED] = "removed",       [OUT_ENABLED] = "enabled",     [OUT_DISABLED] = "disabled",
    [OUT_REFRESHED] = "refreshed",   [OUT_SKIPPED] = "skipped",     [OUT_FAILED] = "failed",
};

/* The one JSON document of a run that failed before it had results. */
static void
json_error(const struct cmd *cmd, enum err_code code, const char *text)
{
	json_object(NULL);
	if (cmd) {
		json_array(cmd->key);
		json_end();
	}
	if (cmd && strcmp(cmd->key, "entries") == 0) {
		json_null("mount");
		json_null("enabled");
	}
	json_object("error");
	json_string("code", err_word(code));
	json_string("detail", text);
	json_end();
	json_end();
}

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
	fflush(stderr);
	if (args->json)
		json_error(cmd, ERR_USAGE, text);
	return EXIT_USAGE;
}

int
report_fail(const struct cmd *cmd, const struct args *args, const struct err *err)
{
	print_err(NULL, "%s", err->text);
	if (args->json)
		json_error(cmd, err->code, err->text);
	return err->status;
}

void
report_begin(const struct cmd *cmd, const struct args *args, const struct snapshot *s)
{
	static const char *const scopes[] = {
	    [BINFMT_HOST] = "host",
	    [BINFMT_NAMESPACE] = "namespace",
	    [BINFMT_INHERITED] = "unknown",
	    [BINFMT_UNKNOWN] = "unknown",
	};

	if (!args->json)
		return;
	json_object(NULL);
	if (s) {
		json_string("mount", s->b.dir);
		json_bool("enabled", s->switched_on);
		json_string("scope", scopes[binfmt_scope(&s->b)]);
	}
	json_array(cmd->key);
}

void
report_end(const struct args *args)
{
	if (!args->json)
		return;
	json_end();
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

static void
result_json(const struct args *args, const struct result *r, const char *detail)
{
	json_object(NULL);
	json_string("name", r->name);
	json_string("result", words[r->outcome]);
	json_string("code", r->outcome < OUT_SKIPPED ? NULL : err_word(r->err->code));
	json_string("detail", detail);
	json_array("warnings");
	for (const char *warning = NULL; (warning = warn_next(r->warnings, warning));)
		json_string(NULL, warning);
	json_end();
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
	if (detail) {
		fputs(" (", stdout);
		print_safe(stdout, detail);
		putchar(')');
	}
	putchar('\n');
	report_writes(args, r->writes);
}

void
report_result(const struct args *args, const struct result *r)
{
	const char *detail = r->outcome < OUT_SKIPPED ? r->detail : r->err->text;

	for (const char *warning = NULL; (warning = warn_next(r->warnings, warning));)
		print_warning(r->name, "%s", warning);
	if (r->outcome == OUT_FAILED)
		print_err(r->name, "%s", detail);
	if (args->json)
		result_json(args, r, detail);
	else if (r->outcome != OUT_FAILED && !args->quiet)
		result_text(args, r, detail);
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
}

void
report_unknown(const struct snapshot *s)
{
	for (size_t i = 0; s->unknown && i < s->list.count; i++)
		if (s->list.entries[i].reason)
			print_err(s->list.entries[i].rule.name, "the entry cannot be understood: %s",
				  s->list.entries[i].reason);
}
