/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "arch.h"
#include "boot.h"
#include "check.h"
#include "danger.h"
#include "drift.h"
#include "edit.h"
#include "first.h"
#include "health.h"
#include "interp.h"
#include "overlap.h"
#include "probe.h"
#include "recall.h"
#include "remedy.h"
#include "snapshot.h"
#include "stale.h"
#include "tempname.h"
#include "walk.h"

const enum err_code health_codes[] = {
    ERR_DISABLED, ERR_STALE,    ERR_DELETED, ERR_MISSING, ERR_NOT_EXECUTABLE, ERR_BROKEN,   ERR_DYNAMIC, ERR_UNFIXED,
    ERR_INSECURE, ERR_SHADOWED, ERR_DRIFT,   ERR_NATIVE,  ERR_LOOP,           ERR_LEFTOVER, ERR_UNKNOWN, ERR_NONE,
};

bool
health_is_warning(enum err_code code)
{
	return code == ERR_DYNAMIC || code == ERR_UNFIXED || code == ERR_SHADOWED || code == ERR_DRIFT ||
	       code == ERR_UNKNOWN;
}

/* One examination. */
struct exam {
	const struct snapshot *s;
	const struct handler *handler;
	const struct rule *rule;
	struct recall *recall;
	health_tell *tell;
	void *arg;
};

/* Starts a problem; a fix may be added before it is told. */
__attribute__((format(printf, 3, 4))) static void
set(struct err *problem, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	err_set(problem, code, "%s", "");
	va_start(ap, fmt);
	vsnprintf(problem->text, sizeof(problem->text), fmt, ap);
	va_end(ap);
}

static void
tell(const struct exam *exam, const struct err *problem)
{
	exam->tell(exam->arg, problem);
}

/* What cannot be seen is no problem, and nothing is well either. */
static void
tell_unknown(const struct exam *exam, const char *text)
{
	struct err problem;

	set(&problem, ERR_UNKNOWN, "%s", text);
	tell(exam, &problem);
}

/* What a probe, or the times of change, say of the file that the kernel holds; that may be another instance's. */
static void
examine_held(const struct exam *exam, bool in_force, const struct staleness *held)
{
	const struct staleness is = *held;
	const char *path = exam->rule->interpreter;
	struct err problem;

	if (!in_force && is.stale != STALE_UNKNOWN)
		return;
	if (is.stale == STALE_REPLACED) {
		set(&problem, ERR_STALE,
		    is.by_time  ? "by time: %s was changed after the entry was registered; binfmtctl "
				  "refresh with its name updates it"
		    : is.broken ? "%s was replaced, and the kernel still holds the old file, which fails; binfmtctl "
				  "refresh updates it"
				: "%s was replaced, the old file keeps running; binfmtctl refresh "
				  "updates it",
		    path);
		remedy_refresh(exam->s, exam->handler, &problem);
		tell(exam, &problem);
	} else if (is.stale == STALE_DELETED && !is.by_time) {
		set(&problem, ERR_DELETED, "%s was deleted, the old file keeps running", path);
		remedy_interpreter(exam->s, exam->handler, false, &problem);
		tell(exam, &problem);
	} else if (is.stale == STALE_UNKNOWN || is.stale == STALE_DELETED) {
		set(&problem, ERR_UNKNOWN, "whether the kernel holds the file that its path names cannot be told: %s",
		    is.stale == STALE_UNKNOWN ? is.untold
					      : "there is none here, and no probe shows the one that is held");
		tell(exam, &problem);
	}
}

/* Exec of what is handed to the interpreter fails, or it is killed: why, and which kind of problem that is. */
static void
tell_failing(const struct exam *exam, const struct walk *walk)
{
	const struct walk_where where = {.root = -1, .list = &exam->s->list, .switched_on = exam->s->switched_on};
	struct err problem = walk->why;

	problem.code = ERR_BROKEN;
	if (walk->problem == 0 && (walk->error == ENOENT || walk->error == ENOTDIR))
		problem.code = ERR_MISSING;
	if (walk->problem == 0 && walk->error == EACCES)
		problem.code = ERR_NOT_EXECUTABLE;
	if (problem.code == ERR_BROKEN)
		walk_add_end(walk->verdict, walk->error, &problem);
	if (problem.code != ERR_NOT_EXECUTABLE || !edit_chmod(&where, exam->rule->interpreter, &problem))
		remedy_interpreter(exam->s, exam->handler, false, &problem);
	tell(exam, &problem);
}

/* Whether it works in a root that has none of its files: in a chroot, a container. */
static void
examine_alone(const struct exam *exam, const struct walk *walk)
{
	struct err problem;

	if (!(exam->rule->flags & RULE_F) && recall_reach(exam->recall, exam->rule->interpreter, &problem) < 0) {
		if (problem.code == ERR_UNFIXED)
			remedy_hold(exam->s, exam->handler, walk->count == 1, &problem);
	} else if (!(exam->rule->flags & RULE_F)) {
		set(&problem, ERR_UNFIXED, "flag F is not set: it fails in a chroot or container that lacks %s",
		    exam->rule->interpreter);
		remedy_hold(exam->s, exam->handler, walk->count == 1, &problem);
	} else if (walk->count > 1 && walk->hops[1].by == WALK_LOADER) {
		set(&problem, ERR_DYNAMIC,
		    "%s is dynamically linked: it fails in a chroot or container without its libraries",
		    exam->rule->interpreter);
		remedy_interpreter(exam->s, exam->handler, true, &problem);
	} else if (walk->count > 1) {
		set(&problem, ERR_UNFIXED,
		    "%s is run by %s, which flag F does not hold: it fails in a chroot or container",
		    exam->rule->interpreter, walk->hops[1].path);
		remedy_interpreter(exam->s, exam->handler, true, &problem);
	} else {
		return;
	}
	tell(exam, &problem);
}

/* The same for a file that is held and whose path says nothing of it any more: a probe in an empty root tells. */
static void
probe_alone_of(const struct exam *exam)
{
	const struct arch *arch = exam->handler->arch;
	const struct entry *taker = arch && exam->s->switched_on ? arch_taker(&exam->s->list, arch) : NULL;
	unsigned char elf[PROBE_MAX];
	struct probe_result run;
	enum probe_alone alone;
	struct err problem;

	if (taker != exam->handler->entry || binfmt_list_doubt(&exam->s->list, taker))
		return;
	if (probe_run_in(elf, probe_build(arch, 1, elf), PROBE_EMPTY_ROOT, PROBE_TIMEOUT_MS, &run, &problem) < 0)
		alone = PROBE_ALONE_UNKNOWN;
	else
		alone = probe_alone(&run, exam->rule->flags, NULL);
	if (alone == PROBE_ALONE_UNKNOWN)
		tell_unknown(exam,
			     "whether it works in a chroot or container cannot be told: the probe in an empty root "
			     "could not be run");
	if (alone == PROBE_ALONE_WORKS || alone == PROBE_ALONE_UNKNOWN)
		return;
	set(&problem, ERR_UNFIXED,
	    "in an empty root exec fails with %s: it needs more than the file that flag F holds, so it fails in a "
	    "chroot "
	    "or container",
	    walk_errno(run.exec_errno) ? walk_errno(run.exec_errno) : "an error");
	remedy_interpreter(exam->s, exam->handler, true, &problem);
	tell(exam, &problem);
}

/* With flag C. What the path of an F entry names is what the next boot and refresh open, where it names a file. */
static void
examine_owners(const struct exam *exam, const struct walk *walk)
{
	struct err problem;

	if ((walk->doubt == WALK_HELD && !walk->hops[0].mode) ||
	    recall_owners(exam->recall, exam->rule->interpreter, &problem) == 0)
		return;
	if (problem.code != ERR_UNKNOWN)
		problem.code = ERR_INSECURE;
	tell(exam, &problem);
}

/* What is known of the file that flag F holds: a probe that shows it counts more than what its path seems to name. */
static const struct walk *
walk_of_held(const struct exam *exam, const struct staleness *is, const struct walk *walk)
{
	const struct entry *entry = exam->handler->entry;
	struct walk_held held = {.entry = entry->rule.name};
	const struct check check = {.list = &exam->s->list, .live = entry, .held = &held};
	static struct walk seen; /* 12 KB */
	struct stat st;
	bool same = is->stale == STALE_NO;

	if (is->by_time || is->untold || is->broken || is->stale >= STALE_UNSEEN || same == (walk->doubt != WALK_HELD))
		return walk;
	if (same && stat(entry->rule.interpreter, &st) < 0)
		return walk;
	held.dev = same ? st.st_dev : 0; /* no file's */
	held.ino = same ? st.st_ino : 0;
	check_walk(&entry->rule, &check, &seen);
	return &seen;
}

/* loop: what danger_loop says, which is told elsewhere. */
static void
examine_interpreter(const struct exam *exam, const struct walk *walk, const char *loop)
{
	const struct entry *entry = exam->handler->entry;
	struct staleness held = {.stale = STALE_NO};
	bool in_force;

	if (snapshot_ours(exam->s).is != LOOK_YES) { /* neither a probe nor our root says anything of it */
		tell_unknown(exam, "not of the instance in force here: whether it runs cannot be told");
		return;
	}
	in_force = recall_in_force(exam->recall, exam->s, entry).is == LOOK_YES;
	if (!in_force)
		tell_unknown(exam, "the entries that are visible here may not be those in force (another user "
				   "namespace's)");
	if (exam->rule->flags & RULE_F) {
		held = stale_of(entry, &exam->s->list, exam->s->switched_on, &exam->s->b, &exam->recall->times);
		examine_held(exam, in_force, &held);
		walk = walk_of_held(exam, &held, walk);
	}
	switch (walk->verdict) {
	case WALK_RUNS:
		examine_alone(exam, walk);
		break;
	case WALK_FAILS:
	case WALK_KILLED:
		if (!loop)
			tell_failing(exam, walk);
		break;
	case WALK_UNKNOWN:
		if (walk->doubt == WALK_HELD && !held.broken)
			probe_alone_of(exam);
		else if (walk->doubt != WALK_HELD)
			tell_unknown(exam, walk->why.text);
		break;
	}
	if (exam->rule->flags & RULE_C)
		examine_owners(exam, walk);
}

static void
tell_disabled(const struct exam *exam)
{
	struct err problem;

	set(&problem, ERR_DISABLED, "the kernel passes it over");
	remedy_enable(exam->s, exam->handler, &problem);
	if (*problem.fix)
		err_add(&problem, "; binfmtctl enable turns it on");
	tell(exam, &problem);
}

static void
tell_danger(const struct exam *exam, enum err_code code, const char *reason)
{
	struct err problem;

	if (!reason)
		return;
	set(&problem, code, "%s", reason);
	remedy_remove(exam->s, exam->handler, &problem);
	tell(exam, &problem);
}

/*
 * The name of the entry that takes files of this one, and whether that is known. Where no listing shows the order a
 * probe of each that may be tried first tells.
 */
static const char *
find_shadow(const struct exam *exam, bool *known)
{
	const struct binfmt_list *list = &exam->s->list;
	const struct entry *own = exam->handler->entry, *rival = NULL, *first;

	*known = true;
	if (!list->order_hidden)
		return overlap_shadow(exam->rule, list);
	while ((rival = overlap_rival(exam->rule, list, rival))) {
		first = first_of_two(exam->s, own, rival);
		*known = first != NULL;
		if (!first || first == rival)
			return rival->rule.name;
	}
	return NULL;
}

static void
tell_shadow(const struct exam *exam)
{
	bool known;
	const char *front = exam->handler->entry->enabled ? find_shadow(exam, &known) : NULL;
	struct err problem;

	if (!front)
		return;
	if (known)
		set(&problem, ERR_SHADOWED, "entry %s is tried first and takes its files", front);
	else
		set(&problem, ERR_UNKNOWN,
		    "entry %s takes its files if it is tried first, which no listing shows since Linux 7.3", front);
	tell(exam, &problem);
}

/* An enabled entry ahead of this one that is not understood may take its files. */
static void
tell_riddle(const struct exam *exam)
{
	const struct entry *riddle = exam->s->riddle, *own = exam->handler->entry;
	struct err problem;

	if (!own->enabled || !riddle || riddle > own)
		return;
	set(&problem, ERR_UNKNOWN, "entry %s is tried first and may take its files: it cannot be understood",
	    riddle->rule.name);
	tell(exam, &problem);
}

static void
tell_drift(const struct exam *exam, const struct boot *boot)
{
	struct drift drift;

	drift_examine(boot, exam->handler, exam->s->b.dir, &drift);
	if (drift.end == DRIFT_CHANGED)
		tell(exam, &drift.why);
	else if (drift.end == DRIFT_UNKNOWN && boot->elsewhere != LOOK_YES) /* a container's boot is none of ours */
		tell_unknown(exam, drift.why.text);
}

static void
tell_leftover(const struct exam *exam)
{
	struct err problem;
	bool hashed = tempname_is_hashed(exam->handler->name);

	set(&problem, ERR_LEFTOVER, "an interrupted change left this; %s cleans it up",
	    hashed ? "removing the entry, or registering it by its own name," : "the next register or remove");
	if (!hashed)
		remedy_leftover(exam->s, exam->handler, &problem);
	tell(exam, &problem);
}

void
health_examine(const struct snapshot *s, const struct boot *boot, struct recall *recall, const struct handler *handler,
	       health_tell *tell_each, void *arg)
{
	const struct entry *entry = handler->entry;
	const struct exam exam = {s, handler, &entry->rule, recall, tell_each, arg};
	const struct walk *walk = entry->rule.pattern.type != PATTERN_BPF ? recall_walk(recall, &s->list, entry) : NULL;
	const char *native, *loop;
	struct look breaks;

	loop = walk ? danger_loop(walk, entry) : NULL;
	breaks = danger_native(&entry->rule, walk, &native);
	if (!entry->enabled)
		tell_disabled(&exam);
	if (walk)
		examine_interpreter(&exam, walk, loop);
	tell_shadow(&exam);
	tell_riddle(&exam);
	if (boot)
		tell_drift(&exam, boot);
	if (breaks.is == LOOK_UNKNOWN)
		tell_unknown(&exam, native);
	else
		tell_danger(&exam, ERR_NATIVE, native);
	tell_danger(&exam, ERR_LOOP, loop);
	if (handler->leftover)
		tell_leftover(&exam);
}
