/* SPDX-License-Identifier: MIT */
/* The way of exec_binprm in fs/exec.c (see walk.h). */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "binfmt_list.h"
#include "buckets.h"
#include "native.h"
#include "native_start.h"
#include "shebang.h"
#include "tempname.h"
#include "walker.h"

enum { REWRITES_MAX = 5 };

/* load_binfmt_misc: the rule that takes the file, NULL if none does; and the entry that it is of. */
static const struct rule *
find_rule(struct walker *w, const struct entry **entry)
{
	const struct walk_where *where = w->where;
	struct way way;

	*entry = w->live;
	if (where->switched_on && w->rule && pattern_takes(&w->rule->pattern, &w->subject))
		return w->rule;
	if (!where->list)
		walker_doubt(w, WALK_NO_TABLE, NULL);
	if (!where->switched_on || !where->list)
		return NULL;
	if (where->first && pattern_takes(&where->first->rule.pattern, &w->subject))
		return &(*entry = where->first)->rule;
	buckets_takers(where->list->buckets, where->list->count, &w->subject, &way);
	for (size_t i; (i = way_next(&way)) < where->list->count;) {
		const struct entry *e = *entry = &where->list->entries[i];
		bool known = !e->reason && e->rule.pattern.type != PATTERN_BPF;

		if (!e->enabled || (known && !pattern_takes(&e->rule.pattern, &w->subject)) ||
		    (where->but && tempname_matches(e->rule.name, where->but)))
			continue;
		if (known && binfmt_list_rival(where->list, &w->subject, e))
			walker_doubt(w, WALK_ORDER, e);
		if (known)
			return &e->rule;
		walker_doubt(w, e->reason ? WALK_ENTRY : WALK_BPF, e);
	}
	return NULL;
}

/*
 * The new hop takes the file's place. Where an entry has flag O the file stays open for its
 * interpreter; there is room for one such file, so the interpreter cannot have one of its own. False: the walk has
 * ended.
 */
static bool
replace_file(struct walker *w)
{
	if (w->has_execfd && w->handed_over) {
		walker_end(w, (int)w->walk->count - 2, WALK_FAILS, ENOEXEC,
			   "is run by another program itself (a script, or by a handler), which flags O and C of the "
			   "entry in front of it do not allow");
		return false;
	}
	w->handed_over = w->has_execfd;
	return true;
}

/* load_misc_binary. False: the walk has ended. */
static bool
give_to_rule(struct walker *w, const struct rule *rule, const struct entry *entry)
{
	unsigned flags = rule_implied(rule->flags);
	bool opened;

	if (rule->more_flags && *rule->more_flags)
		walker_doubt(w, WALK_FLAG, entry);
	w->has_execfd |= (flags & RULE_O) != 0;
	walker_add(w, WALK_HANDLER, rule->interpreter, entry);
	opened = flags & RULE_F && entry ? walker_open_held(w) : walker_open(w);
	return opened && replace_file(w);
}

/* What the first bytes say, for a file that nothing takes. */
static const char *
why_none(const struct walker *w, char text[static 128])
{
	const unsigned char *head = w->subject.head;
	const struct arch *arch = arch_of_header(head, PATTERN_WINDOW);

	if (w->at.st.st_size == 0)
		return "an empty file";
	if (head[0] == '#' && head[1] == '!')
		return "a script whose #! line names no program, or one that may be cut off";
	if (memcmp(head, ELFMAG, SELFMAG) != 0)
		return "neither an ELF program nor a script with #!, and no handler takes it";
	if (!arch)
		return "an ELF file for a machine that is not known, or damaged, and no handler takes it";
	snprintf(text, 128, "a program for %s, and no handler takes it", arch->name);
	return text;
}

/* Opens the loader beside its program. An entry with flag L gives one in place of the program's own. */
static bool
open_loader(struct walker *w, const char *path, const struct rule *instead, const struct entry *entry,
	    struct opened *loader)
{
	struct opened program = w->at;
	bool opened;

	w->at.fd = -1;
	walker_add(w, WALK_LOADER, instead ? instead->interpreter : path, instead ? entry : NULL);
	opened = instead && instead->flags & RULE_F && entry ? walker_open_held(w) : walker_open(w);
	if (opened && !opened_readable(&w->at)) {
		walker_lost(w, WALK_UNREADABLE, "this user may not read it, so what it is cannot be told");
		opened = false;
	}
	*loader = w->at;
	w->at = program;
	return opened;
}

/* Exec cannot fail any more; the program may still die at its start. In the order in which the kernel gets there. */
static void
end_started(struct walker *w, int runner, const struct native *program, const struct native *loader)
{
	bool *cut_off = &w->walk->cut_off, strict = false;
	const char *reason;
	enum native_start start =
	    native_start(program, loader ? NATIVE_WITH_LOADER : NATIVE_ALONE, &strict, cut_off, &reason);
	int at = runner;

	if (start == NATIVE_STARTS && loader) {
		start = native_start(loader, NATIVE_LOADER, &strict, cut_off, &reason);
		at++;
	}
	walker_end_running(w, runner);
	if (start == NATIVE_DIES)
		walker_end(w, at, WALK_KILLED, 0, reason);
	else if (start == NATIVE_ODD || start == NATIVE_UNSEEN)
		walker_lost(w, start == NATIVE_ODD ? WALK_DAMAGED : WALK_TROUBLE, reason);
}

static void
load_with(struct walker *w, const struct native *program, const char *path, const struct rule *instead,
	  const struct entry *entry)
{
	int runner = (int)w->walk->count - 1, error;
	struct native interp;
	struct opened loader;
	const char *reason;

	if (open_loader(w, path, instead, entry, &loader)) {
		error = native_read_loader(&loader, program, &interp, &reason);
		if (error < 0)
			walker_lost(w, WALK_TROUBLE, reason);
		else if (error)
			walker_end(w, runner + 1, WALK_FAILS, error, reason);
		else
			end_started(w, runner, program, &interp);
	}
	opened_close(&loader);
}

/* load_elf_binary. `instead` (may be NULL) is a rule with flag L that takes the file. The walk ends here. */
static void
load_native(struct walker *w, const struct rule *instead, const struct entry *entry)
{
	int last = (int)w->walk->count - 1, error;
	char *path = w->walk->loader, none[128];
	struct native program;
	const char *reason;
	bool asked = false;

	error = native_read(&w->at, w->subject.head, &program, &reason);
	if (!error)
		error = native_loader(&program, path, &asked, &reason);
	if (error < 0)
		walker_lost(w, WALK_TROUBLE, reason);
	else if (error)
		walker_end(w, last, WALK_FAILS, error, reason ? reason : why_none(w, none));
	else if (asked)
		load_with(w, &program, path, instead, entry);
	else
		end_started(w, last, &program, NULL);
}

/* search_binary_handler for the last hop. True: there is one more. */
static bool
step(struct walker *w)
{
	const struct rule *rule, *loader;
	const struct entry *entry;
	char *path = w->walk->scripts[w->walk->count - 1];

	if (!opened_readable(&w->at)) {
		walker_lost(w, WALK_UNREADABLE,
			    "this user may execute it but not read it, so what it is cannot be told");
		return false;
	}
	w->subject.path = w->walk->hops[w->walk->count - 1].path;
	if (!opened_head(&w->at, w->subject.head)) {
		walker_lost(w, WALK_TROUBLE, "cannot be read");
		return false;
	}
	if (w->walk->count == 1) {
		memcpy(w->walk->head, w->subject.head, sizeof(w->walk->head));
		w->walk->read = true;
	}
	rule = find_rule(w, &entry);
	loader = rule && rule->flags & RULE_L ? rule : NULL;
	if (rule && !loader)
		return give_to_rule(w, rule, entry);
	if (shebang_path(w->subject.head, path)) {
		walker_add(w, WALK_SCRIPT, path, NULL);
		return walker_open(w) && replace_file(w);
	}
	load_native(w, loader, entry);
	return false;
}

static void
follow(struct walker *w, int rewrites)
{
	while (step(w))
		if (++rewrites > REWRITES_MAX) {
			walker_end(
			    w, (int)w->walk->count - 1, WALK_FAILS, ELOOP,
			    "one program is run by another, that by a third, and so on: more than five times, or "
			    "in a circle");
			break;
		}
	if (w->walk->doubt && !w->walk->why.text[0])
		err_set(&w->walk->why, ERR_UNKNOWN, "%s", walk_doubt_text(w->walk->doubt));
	opened_close(&w->at);
}

static void
start(struct walker *w, const struct walk_where *where, struct walk *walk)
{
	memset(w, 0, sizeof(*w));
	w->where = where;
	w->walk = walk;
	w->at.fd = -1;
	walk->verdict = walk->otherwise = WALK_UNKNOWN;
	walk->error = walk->otherwise_error = 0;
	walk->doubt = WALK_SURE;
	walk->doubtful = NULL;
	walk->doubt_hop = walk->runner = walk->problem = -1;
	walk->cut_off = walk->read = false;
	memset(&walk->st, 0, sizeof(walk->st));
	memset(walk->head, 0, sizeof(walk->head));
	err_clear(&walk->why);
	walk->count = 0;
}

void
walk_file(const struct walk_where *where, const char *path, struct walk *walk)
{
	size_t len = strlen(path);
	struct walker w;

	start(&w, where, walk);
	walker_add(&w, WALK_FILE, path, NULL);
	/* Only the kernel's own lookups of a name take an empty one. */
	if (len == 0)
		walker_end(&w, 0, WALK_FAILS, ENOENT, "an empty name");
	else if (len >= PATH_MAX)
		walker_end(&w, 0, WALK_FAILS, ENAMETOOLONG, "the path is too long");
	else if (walker_open(&w))
		follow(&w, 0);
}

void
walk_bytes(const struct walk_where *where, const char *path, const unsigned char *bytes, size_t size, struct walk *walk)
{
	struct walker w;

	start(&w, where, walk);
	walker_add(&w, WALK_FILE, path, NULL);
	opened_bytes(&w.at, bytes, size);
	follow(&w, 0);
}

void
walk_rule(const struct walk_where *where, const struct rule *rule, const struct entry *live, struct opened *interpreter,
	  struct walk *walk)
{
	struct walker w;

	start(&w, where, walk);
	w.rule = rule;
	w.live = live;
	w.interpreter = interpreter && interpreter->fd >= 0 && !live ? interpreter : NULL;
	if (give_to_rule(&w, rule, live))
		follow(&w, 1);
}

const char *
walk_doubt_text(enum walk_doubt doubt)
{
	static const char *const texts[] = {
	    [WALK_SURE] = "",
	    [WALK_NO_TABLE] = "the handlers cannot be seen here, and one may take it",
	    [WALK_BPF] = "a BPF handler is tried first: its program decides",
	    [WALK_ENTRY] = "an entry that is not understood is tried first, and may take it",
	    [WALK_ORDER] = "another entry takes it too, and since Linux 7.3 no listing shows which is tried first",
	    [WALK_FLAG] = "the entry that takes it has a flag that is not known",
	    [WALK_UNREADABLE] = "this user may execute it but not read it",
	    [WALK_HELD] = "the kernel holds the interpreter (flag F), and its path may name another file now",
	    [WALK_DAMAGED] = "a damaged program: it depends on chance whether it starts",
	    [WALK_ROOT] = "paths below another root cannot be looked up: openat2 is missing (before Linux 5.6)",
	    [WALK_TROUBLE] = "a file could not be looked at",
	};

	return texts[doubt];
}

const char *
walk_errno(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
	    {ENOENT, "ENOENT"},   {EACCES, "EACCES"},   {ENOEXEC, "ENOEXEC"}, {ELOOP, "ELOOP"},
	    {ELIBBAD, "ELIBBAD"}, {EIO, "EIO"},         {ENOTDIR, "ENOTDIR"}, {ENAMETOOLONG, "ENAMETOOLONG"},
	    {EINVAL, "EINVAL"},   {ETXTBSY, "ETXTBSY"}, {EPERM, "EPERM"},     {ESTALE, "ESTALE"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	return NULL;
}

void
walk_add_end(enum walk_verdict verdict, int error, struct err *why)
{
	const char *name = walk_errno(error);

	if (verdict == WALK_FAILS)
		err_add(why, ", so exec fails%s%s", name ? " with " : "", name ? name : "");
	if (verdict == WALK_KILLED)
		err_add(why, ", so it is killed at its start");
}
