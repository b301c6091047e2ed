/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "json.h"
#include "operand.h"
#include "replace.h"
#include "rule.h"
#include "session.h"
#include "tempname.h"
#include "text.h"

enum { TIMEOUT = 30 };

static const char *const words[] = {
    [OUT_REGISTERED] = "registered", [OUT_UNCHANGED] = "unchanged", [OUT_REPLACED] = "replaced",
    [OUT_REMOVED] = "removed",       [OUT_ENABLED] = "enabled",     [OUT_DISABLED] = "disabled",
    [OUT_REFRESHED] = "refreshed",   [OUT_SKIPPED] = "skipped",     [OUT_FAILED] = "failed",
};

static void
say_waiting(void)
{
	fputs("binfmtctl: waiting for another binfmtctl to finish\n", stderr);
}

static int
prepare(struct session *c)
{
	long timeout = c->args->timeout < 0 ? TIMEOUT : c->args->timeout;

	if (binfmt_begin(&c->b, (unsigned)timeout, c->args->verbose ? say_waiting : NULL, &c->err) < 0)
		return -1;
	return session_relist(c);
}

int
session_begin(struct session *c, const struct cmd *cmd, const struct args *args)
{
	memset(c, 0, sizeof(*c));
	c->cmd = cmd;
	c->args = args;
	c->b.dry = args->dry_run;
	if (binfmt_open(&c->b, args->binfmt_dir, &c->err) < 0)
		return report_fail(cmd, args, NULL, &c->err);
	if (prepare(c) < 0) {
		binfmt_list_free(&c->list);
		binfmt_close(&c->b);
		return report_fail(cmd, args, NULL, &c->err);
	}
	if (args->json) {
		json_object(NULL);
		json_array(cmd->key);
	}
	return EXIT_DONE;
}

int
session_relist(struct session *c)
{
	binfmt_list_free(&c->list);
	return binfmt_list(&c->b, &c->list, &c->err);
}

static void
print_writes(const struct session *c)
{
	for (size_t i = 0; i < c->b.write_count; i++) {
		const struct binfmt_write *w = &c->b.writes[i];

		fputs("  write ", stdout);
		print_safe(stdout, w->file);
		fputs(": ", stdout);
		print_bytes(stdout, w->bytes, w->len);
		putchar('\n');
	}
}

static void
json_writes(const struct binfmt_write *writes, size_t count)
{
	json_array("writes");
	for (size_t i = 0; i < count; i++) {
		json_object(NULL);
		json_string("file", writes[i].file);
		json_hex("bytes_hex", (const unsigned char *)writes[i].bytes, writes[i].len);
		json_end();
	}
	json_end();
}

/* The document ends with the writes of all results, in their order. */
static void
keep_writes(struct session *c)
{
	size_t count = c->write_count + c->b.write_count;
	struct binfmt_write *more = realloc(c->writes, count * sizeof(*more) + 1);

	if (!more) {
		c->failed++;
		return;
	}
	c->writes = more;
	memcpy(more + c->write_count, c->b.writes, c->b.write_count * sizeof(*more));
	c->write_count = count;
}

static void
print_json(struct session *c, const char *name, enum outcome outcome, const char *code, const char *detail)
{
	json_object(NULL);
	json_string("name", name);
	json_string("result", words[outcome]);
	json_string("code", code);
	json_string("detail", detail);
	json_array("warnings");
	for (const char *note = NULL; (note = warn_next(&c->notes, note));)
		json_string(NULL, note);
	json_end();
	if (c->args->dry_run) {
		json_writes(c->b.writes, c->b.write_count);
		keep_writes(c);
	}
	json_end();
}

void
session_result(struct session *c, const char *name, enum outcome outcome, const char *detail)
{
	const char *code = outcome == OUT_FAILED || outcome == OUT_SKIPPED ? c->err.code : NULL;

	detail = code ? c->err.text : detail;
	for (const char *note = NULL; (note = warn_next(&c->notes, note));)
		print_warning(name, "%s", note);
	if (outcome == OUT_FAILED)
		print_err(name, "%s", detail);
	if (c->args->json) {
		print_json(c, name, outcome, code, detail);
	} else if (outcome != OUT_FAILED && !c->args->quiet) {
		print_safe(stdout, name);
		printf(": %s%s",
		       c->args->dry_run && outcome < OUT_SKIPPED && outcome != OUT_UNCHANGED ? "would be " : "",
		       words[outcome]);
		if (detail) {
			fputs(" (", stdout);
			print_safe(stdout, detail);
			putchar(')');
		}
		putchar('\n');
		print_writes(c);
	}
	for (size_t i = 0; c->args->dry_run && i < c->list.count; i++)
		c->list.entries[i].settled |= c->b.write_count && tempname_matches(c->list.entries[i].name, name);
	c->failed += outcome == OUT_FAILED;
	c->done += outcome != OUT_FAILED && outcome != OUT_SKIPPED;
	c->notes.len = 0;
	c->b.write_count = 0;
}

/* Of healing in a dry run, which is no result of its own. */
static void
show_writes(struct session *c)
{
	if (c->args->json)
		keep_writes(c);
	else if (!c->args->quiet)
		print_writes(c);
}

/* The name that a temporary is for; a hashed one does not tell it, but the command line may. NULL: unknown, or none. */
static const char *
name_behind(const struct session *c, const char *entry)
{
	const struct args *a = c->args;

	if (tempname_target(entry) || !tempname_is(entry))
		return tempname_target(entry);
	for (size_t i = 0; i < a->operand_count; i++)
		if (tempname_matches(entry, a->operands[i].word))
			return a->operands[i].word;
	return a->name && tempname_matches(entry, a->name) ? a->name : NULL;
}

/*
 * Ends what killed runs left, after the work that was asked for: that starts from what is there, a
 * temporary alone included. What cannot be healed stays live and is said.
 */
static void
heal_all(struct session *c)
{
	for (size_t i = 0; i < c->list.count; i++) {
		const struct binfmt_entry *e = &c->list.entries[i];
		const char *name = e->settled ? NULL : name_behind(c, e->name);
		int healed = name ? replace_heal(&c->b, name, &c->err) : 0;

		if (healed > 0 && (c->args->verbose || c->args->dry_run))
			print_warning(name, c->args->dry_run
						? "a change that an earlier run left half done would be ended too"
						: "ended a change that an earlier run had left half done");
		if (healed > 0 && c->args->dry_run)
			show_writes(c);
		c->b.write_count = 0;
		if (healed < 0)
			print_warning(name, "an earlier run left a change half done, which could not be ended: %s",
				      c->err.text);
	}
}

void
session_warn_if_off(const struct session *c)
{
	struct err ignored;

	if (c->done && binfmt_enabled(&c->b, &ignored) == 0)
		print_warning(NULL, "binfmt_misc is switched off: nothing will run until `binfmtctl enable --global`");
}

int
session_end(struct session *c)
{
	heal_all(c);
	if (c->args->json) {
		json_end();
		if (c->args->dry_run)
			json_writes(c->writes, c->write_count);
		json_end();
	}
	free(c->writes);
	binfmt_list_free(&c->list);
	binfmt_close(&c->b);
	return c->failed ? EXIT_FAILED : EXIT_DONE;
}

static void
each_of_all(struct session *c, void (*act)(struct session *c, const char *name))
{
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		if (binfmt_list_find(&c->list, name))
			act(c, name);
	}
}

int
session_operand(struct session *c, const struct operand *operand, void (*act)(struct session *c, const char *name))
{
	struct targets targets;

	c->named = operand->literal || strcmp(operand->word, "all") != 0;
	if (!c->named) {
		each_of_all(c, act);
		return 0;
	}
	if (operand_find(&c->list, operand, &targets, &c->err) < 0)
		return -1;
	for (size_t i = 0; i < targets.count; i++)
		act(c, targets.names[i]);
	return 0;
}

void
session_each(struct session *c, void (*act)(struct session *c, const char *name))
{
	for (size_t i = 0; i < c->args->operand_count; i++)
		if (session_operand(c, &c->args->operands[i], act) < 0)
			session_result(c, c->args->operands[i].word, OUT_FAILED, NULL);
}
