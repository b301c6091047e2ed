/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "arch.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "host_kernel.h"
#include "interp.h"
#include "ours.h"
#include "overlap.h"
#include "pathtime.h"
#include "probe.h"
#include "stale.h"
#include "tempname.h"
#include "walk.h"

static bool
ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && strcmp(s + len - n, end) == 0;
}

enum stale
stale_by_probe(const struct rule *rule, const struct probe_result *run, const struct stat *path)
{
	if (rule->flags & (RULE_T | RULE_L) || !run->exe[0] || run->itself)
		return STALE_UNSEEN;
	if (path && path->st_dev == run->dev && path->st_ino == run->ino)
		return STALE_NO;
	/* Not deleted, but another file than the path's: renamed away here, or not of this mount namespace at all. */
	if (!ends_in(run->exe, " (deleted)") && !run->reachable)
		return STALE_ELSEWHERE;
	return path ? STALE_REPLACED : STALE_DELETED;
}

const struct entry *
stale_who_ran(const struct binfmt_list *list, const struct arch *arch, const struct entry *taker,
	      const struct probe_result *run)
{
	const struct entry *entry = taker;
	struct stat st;

	if (run->itself || !run->exe[0] || !host_kernel_since(host_kernel(), 7, 3))
		return NULL;
	while ((entry = arch_next_taker(list, arch, entry)))
		if (stat(entry->rule.interpreter, &st) == 0 && st.st_dev == run->dev && st.st_ino == run->ino)
			break;
	return entry;
}

const char *
stale_untold(const struct probe_result *run)
{
	static const char not_run[] = "the probe that shows it could not be run";

	if (run->end == PROBE_SIGNALLED)
		return "the probe that shows it was killed";
	if (run->end == PROBE_TIMED_OUT)
		return not_run;
	if (run->end == PROBE_EXITED && !run->traced)
		return "the probe that shows it ended before its time";
	if (probe_lacked(run))
		return "there was no memory, or no more open files, for the probe that shows it";
	/* It went on, but what ran it was not seen for a reason of our own. */
	return run->exe_errno && run->exe_errno != EACCES ? not_run : NULL;
}

enum stale
stale_by_time(const struct timespec *registered, const struct stat *path)
{
	if (!path)
		return STALE_DELETED;
	return pathtime_later(&path->st_ctim, registered) ? STALE_REPLACED : STALE_NO;
}

/*
 * What runs a script, or a program that is foreign itself, says nothing of the interpreter's own file. *fails: exec
 * should fail, by all that can be seen.
 */
static struct look
is_run_by_another(const struct binfmt_list *list, const unsigned char *elf, size_t size, bool *fails)
{
	const struct walk_where where = {.root = -1, .list = list, .switched_on = true};
	struct interp interp;
	struct look is;
	static struct walk walk; /* 12 KB */

	walk_bytes(&where, "", elf, size, &walk);
	*fails = walk.verdict == WALK_FAILS;
	if (walk.doubt == WALK_TROUBLE)
		return look_unknown();
	if (walk.count != 2 || walk.doubt != WALK_HELD)
		return look_seen(walk.count > 2 && walk.hops[2].by != WALK_LOADER);
	is = interp_look(walk.hops[1].path, &interp, NULL); /* what its path names now is the best guess */
	if (is.is == LOOK_YES)
		is = look_seen(interp.kind == INTERP_SCRIPT || binfmt_list_taker(list, &interp.subject));
	return is;
}

/* Whether a run would have been another if the entry held the file that its path names now. */
static bool
is_of_another_file(const struct binfmt_list *list, const struct entry *taker, const unsigned char *elf, size_t size,
		   const struct stat *path, const struct probe_result *run)
{
	const struct walk_held held = {taker->rule.name, path->st_dev, path->st_ino};
	const struct walk_where where = {.root = -1, .list = list, .switched_on = true, .held = &held, .held_count = 1};
	static struct walk walk; /* 12 KB */
	const struct walk_hop *runner;

	walk_bytes(&where, "", elf, size, &walk);
	if (walk.verdict == WALK_UNKNOWN)
		return false;
	if (run->end == PROBE_REFUSED || !run->exe[0])
		return run->end == PROBE_REFUSED && !(walk.verdict == WALK_FAILS && walk.error == run->exec_errno);
	runner = walk.runner >= 0 ? &walk.hops[walk.runner] : NULL;
	return !runner || runner->dev != run->dev || runner->ino != run->ino;
}

/*
 * Runs the architecture's probe if this entry is surely the one that takes it. *unused: yet nothing takes it here.
 * *untold: why that tells nothing.
 */
static enum stale
ask_probe(const struct rule *rule, const struct binfmt_list *list, const struct stat *path, bool *unused,
	  const char **untold)
{
	const struct arch *arch = arch_of_pattern(&rule->pattern);
	const struct entry *taker = arch ? arch_taker(list, arch) : NULL;
	unsigned char elf[PROBE_MAX];
	struct probe_result run;
	struct err ignored;
	bool fails;
	struct look another;
	enum stale stale;
	size_t size;

	if (!taker || !tempname_matches(taker->rule.name, rule->name) || binfmt_list_doubt(list, taker))
		return STALE_UNSEEN;
	size = probe_build(arch, 1, elf);
	another = is_run_by_another(list, elf, size, &fails);
	*untold = "the probe that shows it could not be run";
	if (another.is == LOOK_UNKNOWN ||
	    probe_run(elf, size, NULL, PROBE_UNTIL_EXEC, PROBE_TIMEOUT_MS, &run, &ignored) < 0)
		return STALE_UNKNOWN;
	*untold = stale_untold(&run);
	if (*untold)
		return STALE_UNKNOWN;
	if (another.is == LOOK_YES && !(path && is_of_another_file(list, taker, elf, size, path, &run)))
		return STALE_UNSEEN;
	*unused = run.end == PROBE_REFUSED && run.exec_errno == ENOEXEC && !fails;
	stale = stale_by_probe(rule, &run, path);
	return stale != STALE_NO && stale_who_ran(list, arch, taker, &run) ? STALE_UNSEEN : stale;
}

/* Exec fails as if nothing took the program, and what the path names would run. */
static struct staleness
unused_by(const struct binfmt *b)
{
	if (b && ours_surely(b))
		return (struct staleness){.stale = STALE_REPLACED, .broken = true};
	return (struct staleness){
	    .stale = STALE_UNKNOWN,
	    .untold = "the kernel does not use it here: what it holds is no program, or the entry is of another "
		      "instance than that in force",
	};
}

/* Of a parent's table: the file that ran may be of an entry that cannot be seen. */
static bool
may_be_another(enum stale stale, const struct binfmt *b)
{
	return stale != STALE_NO && stale < STALE_UNSEEN && b && binfmt_scope(b) == BINFMT_INHERITED;
}

/* A path that may have led elsewhere says nothing of the file that is held, which may be old and well. */
static void
judge_by_time(const struct entry *entry, const struct stat *path, struct pathtime *times, struct staleness *s)
{
	struct pathtime own = {.of = NULL};
	const char *doubt;

	s->by_time = true;
	s->stale = stale_by_time(&entry->registered, path);
	if (s->stale != STALE_NO)
		return;
	times = times ? times : &own;
	pathtime_look(entry->rule.interpreter, path, times);
	doubt = pathtime_doubt(times, &entry->registered);
	s->firm = !times->mounted && pathtime_is_firm(times, &entry->registered);
	if (!doubt)
		return;
	s->stale = STALE_UNKNOWN;
	s->untold = doubt;
}

struct staleness
stale_of(const struct entry *entry, const struct binfmt_list *list, bool switched_on, const struct binfmt *b,
	 struct pathtime *times)
{
	const struct rule *rule = &entry->rule;
	struct staleness s = {.stale = STALE_NO};
	struct stat st, *path = NULL;
	bool unused = false;

	if (!(rule->flags & RULE_F) || rule->pattern.type == PATTERN_BPF)
		return s;
	if (stat(rule->interpreter, &st) == 0)
		path = &st;
	else if (!look_absent(errno))
		return (struct staleness){.stale = STALE_UNKNOWN, .untold = "it cannot be looked at"};
	s.stale = entry->enabled && switched_on ? ask_probe(rule, list, path, &unused, &s.untold) : STALE_UNSEEN;
	if (unused)
		return unused_by(b);
	if (may_be_another(s.stale, b))
		s.stale = STALE_UNSEEN;
	if (s.untold || s.stale == STALE_UNSEEN)
		judge_by_time(entry, path, times, &s);
	return s;
}
