/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "arch.h"
#include "edit.h"
#include "elfkind.h"
#include "filekind.h"
#include "host.h"
#include "remedy.h"
#include "resolve.h"

const char *
resolve_word(enum resolution result)
{
	static const char *const words[] = {
	    [RESOLVED_HANDLER] = "handler", [RESOLVED_NATIVE] = "native",   [RESOLVED_SCRIPT] = "script",
	    [RESOLVED_NONE] = "none",       [RESOLVED_UNKNOWN] = "unknown", [RESOLVED_ERROR] = "error",
	};

	return words[result];
}

static struct handler
handler_of(const struct snapshot *s, const struct entry *entry)
{
	return entry ? snapshot_handler(s, (size_t)(entry - s->list.entries)) : (struct handler){0};
}

/* What became of the file itself, by how far the walk got. */
static enum resolution
result_of(const struct walk *walk)
{
	bool first = walk->problem == 0 && walk->count == 1;

	if (walk->doubt && walk->doubt_hop == 0)
		return RESOLVED_UNKNOWN;
	if (walk->count > 1 && walk->hops[1].by == WALK_HANDLER)
		return RESOLVED_HANDLER;
	if (walk->count > 1 && walk->hops[1].by == WALK_SCRIPT)
		return RESOLVED_SCRIPT;
	if (first && (look_absent(walk->error) || (walk->error == EACCES && !walk->hops[0].seen)))
		return walk->error == EACCES ? RESOLVED_NONE : RESOLVED_ERROR;
	return first && walk->verdict == WALK_FAILS ? RESOLVED_NONE : RESOLVED_NATIVE;
}

static struct walk_where
where_of(const struct snapshot *s, int root, const struct entry *first)
{
	return (struct walk_where){
	    .root = root, .list = s ? &s->list : NULL, .switched_on = s ? s->switched_on : true, .first = first};
}

/* An entry that would take it is worth more than any other explanation. */
static bool
explain_idle(const struct snapshot *s, struct resolved *r)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct entry *e = &s->list.entries[i];
		struct handler idle = snapshot_handler(s, i);

		if ((e->enabled && s->switched_on) || !pattern_takes(&e->rule.pattern, &r->subject))
			continue;
		err_note(&r->why, "entry %s would take it, but %s", idle.name,
			 s->switched_on ? "is disabled" : "binfmt_misc is switched off");
		if (s->switched_on)
			remedy_enable(s, &idle, &r->why);
		else
			remedy_switch(s, &r->why);
		return true;
	}
	return false;
}

/* A file that nothing takes: what it is, and what usually runs it. */
static void
explain_none(const struct snapshot *s, const struct stat *st, struct resolved *r)
{
	uint64_t size = (uint64_t)st->st_size;

	if (s && explain_idle(s, r))
		return;
	if (elfkind_explain(&r->subject, size, host_arch(), &r->why))
		return;
	if (r->arch) {
		err_note(&r->why, "a program for %s, and no handler takes it", r->arch->name);
		remedy_register(s, r->arch, &r->why);
	} else if (r->subject.head[0] == '#' && r->subject.head[1] == '!') {
		r->why = r->walk.why;
	} else {
		filekind_explain(&r->subject, size, &r->why);
	}
}

/* The mode may be what keeps it from running: then chmod helps its owner. */
static void
explain_refused(const struct walk_where *where, struct resolved *r, const char *path)
{
	r->why = r->walk.why;
	if (r->walk.error == EACCES)
		edit_chmod(where, path, &r->why);
}

/* In another root all that an interpreter needs has to be there too, but for what flag F holds. */
static void
remedy_root(const struct snapshot *s, struct resolved *r)
{
	const struct walk *walk = &r->walk;

	if (walk->problem < 1 || walk->hops[1].by != WALK_HANDLER || walk->error != ENOENT)
		return;
	if (r->handler.entry->rule.flags & RULE_F)
		remedy_interpreter(s, &r->handler, true, &r->why);
	else
		remedy_hold(s, &r->handler, true, &r->why);
}

/* The first thing on the way that keeps it from running. */
static void
explain_problem(const struct snapshot *s, int root, struct resolved *r)
{
	const struct walk *walk = &r->walk;

	r->why = walk->why;
	walk_add_end(walk->verdict, walk->error, &r->why);
	if (root >= 0)
		remedy_root(s, r);
}

static void
explain_doubt(struct resolved *r)
{
	const struct walk *walk = &r->walk;

	if (walk->doubt == WALK_BPF)
		err_note(&r->why, "entry %s is a BPF handler: its program decides", r->handler.name);
	else if (walk->doubtful)
		err_note(&r->why, "entry %s: %s", r->handler.name, walk_doubt_text(walk->doubt));
	else
		err_note(&r->why, "%s", walk_doubt_text(walk->doubt));
}

/* What the file alone shows, where a handler that is not visible may take it. */
static void
explain_unseen(const struct stat *st, struct resolved *r)
{
	if (r->walk.problem == 0)
		explain_none(NULL, st, r);
	else
		r->why = r->walk.why;
	if (!r->arch)
		err_add(&r->why, "; a handler that cannot be seen here may take it");
}

static void
explain(const struct snapshot *s, int root, const char *path, const struct stat *st, struct resolved *r)
{
	const struct walk_where where = where_of(s, root, NULL);
	struct err ending;
	bool script = r->subject.head[0] == '#' && r->subject.head[1] == '!';

	err_clear(&r->why);
	if (r->walk.doubt == WALK_NO_TABLE && r->walk.otherwise == WALK_FAILS)
		explain_unseen(st, r);
	else if (r->walk.verdict == WALK_UNKNOWN)
		explain_doubt(r);
	else if (r->result == RESOLVED_NONE && r->asked)
		explain_none(s, st, r);
	else if (r->result == RESOLVED_NONE || r->result == RESOLVED_ERROR)
		explain_refused(&where, r, path);
	else if (r->walk.verdict != WALK_RUNS)
		explain_problem(s, root, r);
	else if (r->result == RESOLVED_SCRIPT)
		err_note(&r->why, "run by %s", r->walk.hops[1].path);
	if (script && r->walk.otherwise == WALK_FAILS &&
	    filekind_carriage_return(&r->subject, (uint64_t)st->st_size, &ending))
		r->why = ending;
	if (root >= 0 && strncmp(r->why.fix, "binfmtctl ", 10) != 0)
		r->why.fix[0] = '\0'; /* it would name a file of our own root */
}

/* Of a file that the kernel runs itself; it does not ask for the version in e_ident, as the table does. */
static const struct arch *
native_arch(const struct subject *subject)
{
	const struct arch *arch;
	struct subject plain = *subject;

	plain.head[EI_VERSION] = EV_CURRENT;
	arch = arch_of_header(plain.head, sizeof(plain.head));
	return arch ? arch : host_arch();
}

static void
judge(const struct snapshot *s, int root, const char *path, const struct stat *st, struct resolved *r)
{
	const struct walk *walk = &r->walk;
	const struct entry *entry = walk->count > 1 ? walk->hops[1].entry : NULL;

	r->result = result_of(walk);
	r->arch = arch_of_header(r->subject.head, sizeof(r->subject.head));
	r->handler = handler_of(s, r->result == RESOLVED_UNKNOWN ? walk->doubtful : entry);
	if (!r->arch)
		r->arch = r->handler.arch;
	if (r->result == RESOLVED_NATIVE && !r->arch)
		r->arch = native_arch(&r->subject);
	explain(s, root, path, st, r);
}

void
resolve_first(const struct snapshot *s, int root, const char *path, const struct entry *first, struct resolved *r)
{
	const struct walk_where where = where_of(s, root, first);

	walk_file(&where, path, &r->walk);
	r->subject = (struct subject){.path = path};
	memcpy(r->subject.head, r->walk.head, sizeof(r->subject.head));
	r->asked = r->walk.read;
	judge(s, root, path, &r->walk.st, r);
	r->asked &= s && s->switched_on;
}

void
resolve_file(const struct snapshot *s, int root, const char *path, struct resolved *r)
{
	resolve_first(s, root, path, NULL, r);
}

void
resolve_bytes(const struct snapshot *s, int root, const unsigned char *bytes, size_t size, struct resolved *r)
{
	const struct walk_where where = where_of(s, root, NULL);
	const struct stat st = {.st_mode = S_IFREG | 0755, .st_size = (off_t)size};

	walk_bytes(&where, "", bytes, size, &r->walk);
	r->subject = (struct subject){.path = ""};
	memcpy(r->subject.head, bytes, size < sizeof(r->subject.head) ? size : sizeof(r->subject.head));
	r->asked = true;
	judge(s, root, "", &st, r);
}

bool
resolve_why(const struct snapshot *s, size_t i, const struct subject *subject, struct handler *handler,
	    char why[static ERR_TEXT_MAX])
{
	const struct rule *rule = &s->list.entries[i].rule;
	const struct pattern *p = &rule->pattern;
	const char *extension = pattern_extension(subject->path);
	size_t at;

	if (!snapshot_shown(s, i, handler))
		return false;
	if (extension && strchr(extension, '/'))
		extension = NULL; /* a dot in a folder's name */
	if (!s->list.entries[i].enabled) {
		snprintf(why, ERR_TEXT_MAX, "disabled");
	} else if (p->type == PATTERN_BPF) {
		snprintf(why, ERR_TEXT_MAX, "BPF handler %s decides", rule->interpreter);
	} else if (pattern_takes(p, subject)) {
		snprintf(why, ERR_TEXT_MAX, "matches");
	} else if (p->type == PATTERN_EXTENSION) {
		snprintf(why, ERR_TEXT_MAX, "wants extension .%s, the file has %s%s", p->extension,
			 extension ? "." : "none", extension ? extension : "");
	} else {
		at = (size_t)pattern_differs(p, subject->head);
		snprintf(why, ERR_TEXT_MAX, "byte %zu is %02x, wants %02x (mask %02x)", at, subject->head[at],
			 p->magic[at - p->offset], pattern_mask(p, at - p->offset));
	}
	return true;
}
