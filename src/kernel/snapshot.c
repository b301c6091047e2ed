/* SPDX-License-Identifier: MIT */
#include "snapshot.h"
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "cmd.h"
#include "err.h"
#include "json.h"
#include "operand.h"
#include "rule.h"
#include "tempname.h"
#include "text.h"

const struct arch *
arch_of_handler(const struct rule *rule)
{
	if (rule->type != RULE_MAGIC)
		return NULL;
	return arch_of_rule(rule->offset, rule->magic, rule->has_mask ? rule->mask : NULL, rule->size);
}

int
snapshot_read(struct snapshot *s, const struct args *args, struct err *err)
{
	int on;

	memset(s, 0, sizeof(*s));
	if (binfmt_open(&s->b, args->binfmt_dir, err) < 0)
		return -1;
	on = binfmt_enabled(&s->b, err);
	if (on < 0 || binfmt_list(&s->b, &s->list, err) < 0) {
		binfmt_close(&s->b);
		return -1;
	}
	s->switched_on = on > 0;
	s->complete = true;
	s->temporaries = malloc(s->list.count * sizeof(*s->temporaries) + 1);
	for (size_t i = 0; i < s->list.count; i++) {
		const struct binfmt_entry *e = &s->list.entries[i];

		if (s->temporaries && tempname_is(e->name))
			s->temporaries[s->temporary_count++] = e->name;
		s->complete &= e->rule != NULL;
	}
	return 0;
}

int
snapshot_open(struct snapshot *s, const struct cmd *cmd, const struct args *args)
{
	struct err err;

	if (snapshot_read(s, args, &err) < 0)
		return report_fail(cmd, args, NULL, &err);
	for (size_t i = 0; i < s->list.count; i++)
		if (!s->list.entries[i].rule)
			print_err(s->list.entries[i].name, "the entry cannot be understood: %s",
				  s->list.entries[i].reason);
	return EXIT_DONE;
}

bool
snapshot_visible(const struct args *args)
{
	struct binfmt b;
	struct err ignored;

	if (binfmt_open(&b, args->binfmt_dir, &ignored) < 0)
		return false;
	binfmt_close(&b);
	return true;
}

void
snapshot_close(struct snapshot *s)
{
	free(s->temporaries);
	binfmt_list_free(&s->list);
	binfmt_close(&s->b);
}

/* The entry that a temporary stands in for or beside: by its name, or for a hashed one by trying all. */
static const char *
entry_of(const struct snapshot *s, const char *temporary)
{
	if (tempname_target(temporary))
		return tempname_target(temporary);
	for (size_t i = 0; i < s->list.count; i++)
		if (!tempname_is(s->list.entries[i].name) && tempname_matches(temporary, s->list.entries[i].name))
			return s->list.entries[i].name;
	return temporary;
}

/* Whether a temporary stands beside this entry. */
static bool
has_temporary(const struct snapshot *s, const char *name)
{
	for (size_t i = 0; i < s->temporary_count; i++)
		if (tempname_matches(s->temporaries[i], name))
			return true;
	return false;
}

void
snapshot_show(const struct snapshot *s, size_t i, struct handler *view)
{
	const struct binfmt_entry *e = &s->list.entries[i];
	bool temporary = s->temporary_count && tempname_is(e->name);

	view->entry = e;
	view->rule = e->rule;
	view->name = temporary ? entry_of(s, e->name) : e->name;
	view->arch = arch_of_handler(e->rule);
	view->leftover = s->temporary_count && s->list.locked && (temporary || has_temporary(s, e->name));
}

bool
snapshot_handler(const struct snapshot *s, size_t i, struct handler *view)
{
	const struct binfmt_entry *e = &s->list.entries[i];

	if (!e->rule)
		return false;
	snapshot_show(s, i, view);
	return view->name == e->name || binfmt_list_find(&s->list, view->name) == e;
}

void
snapshot_json(const struct snapshot *s)
{
	json_string("mount", s->b.dir);
	json_bool("enabled", s->switched_on);
}

static void
json_bytes(const char *key, const unsigned char *bytes, size_t len, bool applies)
{
	if (applies)
		json_hex(key, bytes, len);
	else
		json_null(key);
}

void
report_handler(const struct handler *view)
{
	static const char *const types[] = {"magic", "extension", "bpf"};
	const struct rule *r = view->rule;
	char flags[RULE_FLAGS_MAX * 2];
	bool magic = r->type == RULE_MAGIC;

	rule_format_flags(r->flags, r->more_flags, flags);
	json_string("name", view->name);
	json_bool("enabled", r->enabled);
	json_string("type", types[r->type]);
	if (magic)
		json_number("offset", (long)r->offset);
	else
		json_null("offset");
	json_bytes("magic", r->magic, r->size, magic);
	json_bytes("mask", r->mask, r->size, magic && r->has_mask);
	json_string("extension", r->type == RULE_EXTENSION ? r->extension : NULL);
	json_string("interpreter", r->interpreter);
	json_string("flags", flags);
	json_string("arch", view->arch ? view->arch->name : NULL);
}
