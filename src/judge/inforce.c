/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "accord.h"
#include "arch.h"
#include "first.h"
#include "inforce.h"
#include "overlap.h"
#include "probe.h"
#include "resolve.h"

/* Whether a probe goes the file's way: by the same entry, as far as can be seen. */
static bool
goes_the_same_way(const struct snapshot *s, int root, const unsigned char *elf, size_t size, const struct resolved *r)
{
	const struct walk_where where = {.root = root, .list = &s->list, .switched_on = s->switched_on};
	static struct walk walk; /* 12 KB */

	walk_bytes(&where, "", elf, size, &walk);
	return walk.count > 1 && walk.hops[1].entry == r->handler.entry && walk.verdict == r->walk.verdict;
}

/* Runs an architecture's probe up to the exec trap. Whether that tells who takes it; if not, *err may say why. */
static bool
run_probe(int root, const unsigned char *elf, size_t size, struct probe_result *run, struct err *err)
{
	err_clear(err);
	return (root < 0 ? probe_run(elf, size, NULL, PROBE_UNTIL_EXEC, PROBE_TIMEOUT_MS, run, err)
			 : probe_run_in(elf, size, root, PROBE_TIMEOUT_MS, run, err)) == 0 &&
	       (run->end == PROBE_STOPPED || run->end == PROBE_REFUSED);
}

/* The same of the file's own. False where that says nothing of the file. */
static bool
probe(const struct snapshot *s, int root, struct resolved *r, struct probe_result *run)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(r->arch, 1, elf);
	struct err err;

	if (s && !goes_the_same_way(s, root, elf, size, r))
		return false;
	if (run_probe(root, elf, size, run, &err))
		return true;
	if (*err.text && r->walk.verdict == WALK_UNKNOWN)
		err_add(&r->why, "; %s", err.text);
	return false;
}

/* Whether the kernel runs an architecture's programs as the visible table foretells. */
static struct look
agrees(const struct snapshot *s, const struct arch *arch)
{
	const struct walk_where where = {.root = -1, .list = &s->list, .switched_on = s->switched_on};
	static struct walk walk; /* 12 KB */
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch, 1, elf);
	struct probe_result run;
	struct err ignored;

	walk_bytes(&where, "", elf, size, &walk);
	if (walk.verdict == WALK_UNKNOWN || (walk.verdict == WALK_RUNS && walk.runner == 0) ||
	    !run_probe(-1, elf, size, &run, &ignored))
		return look_unknown();
	return accord_of(&walk, &run);
}

/* Of the architectures that entries take, or of the others: whether one is run otherwise than is to be seen. */
static bool
one_differs(const struct snapshot *s, bool taken)
{
	for (size_t i = 0; i < arch_count; i++)
		if ((s->switched_on && arch_taker(&s->list, &arch_table[i])) == taken &&
		    agrees(s, &arch_table[i]).is == LOOK_NO)
			return true;
	return false;
}

static bool
is_surely_in_force(const struct snapshot *s)
{
	const enum binfmt_scope scope = snapshot_scope(s);

	return scope == BINFMT_HOST || scope == BINFMT_NAMESPACE;
}

/* An instance that cannot be seen may be equal: a parent's entries were copied into it. */
struct look
inforce_is(const struct snapshot *s)
{
	if (is_surely_in_force(s))
		return snapshot_ours(s);
	return one_differs(s, true) || one_differs(s, false) ? look_seen(false) : look_unknown();
}

struct look
inforce_runs(const struct snapshot *s, const struct entry *entry)
{
	const struct arch *arch = arch_of_pattern(&entry->rule.pattern);

	if (is_surely_in_force(s))
		return snapshot_ours(s);
	return arch && s->switched_on && arch_taker(&s->list, arch) == entry ? agrees(s, arch) : look_unknown();
}

/* A handler that cannot be seen here. */
static void
explain_unseen(const struct probe_result *run, struct resolved *r)
{
	const char *arch = r->arch->name;

	if (run->itself) {
		r->result = RESOLVED_NATIVE;
		r->walk.verdict = r->walk.otherwise;
		r->walk.error = r->walk.otherwise_error;
		r->why = r->walk.why;
		if (r->walk.verdict == WALK_RUNS)
			err_clear(&r->why);
	} else if (r->walk.verdict == WALK_RUNS) {
		err_note(&r->why, "a handler for %s programs is in force here%s%s, though it cannot be seen", arch,
			 *run->exe ? ": " : "", run->exe);
	} else if (run->exec_errno == ENOEXEC) {
		err_note(&r->why,
			 "a program for %s, and no handler for it is in force here; handlers are registered on "
			 "the host",
			 arch);
	} else {
		err_note(&r->why, "a handler for %s programs is in force here, but its interpreter cannot run here",
			 arch);
	}
}

static const char may_not_be[] =
    "the entries that are visible here may not be those in force (another user namespace's)";

/* Nothing that can be seen tells. */
static void
doubt_table(struct resolved *r)
{
	r->walk.verdict = WALK_UNKNOWN;
	err_note(&r->why, "%s", may_not_be);
}

/* A probe was refused, other than the visible entry's interpreter would be. */
static void
explain_refused(const struct probe_result *run, struct resolved *r)
{
	const char *name = walk_errno(run->exec_errno);

	r->walk.verdict = WALK_FAILS;
	r->walk.error = run->exec_errno;
	if (run->exec_errno == ENOEXEC)
		err_note(&r->why,
			 "entry %s would take it, but nothing does: the entries that are visible here are not those in "
			 "force (another user namespace's)",
			 r->handler.name);
	else
		err_note(&r->why, "entry %s would take it, but exec of a probe fails%s%s: %s", r->handler.name,
			 name ? " with " : "", name ? name : "", may_not_be);
}

/* A probe runs, and nothing tells whose file that is: the entry may hold (F) another than its path names now. */
static void
explain_held_elsewhere(const struct probe_result *run, struct resolved *r)
{
	const char *name = r->handler.name;

	r->result = RESOLVED_UNKNOWN;
	r->handler = (struct handler){.name = NULL};
	r->walk.verdict = WALK_RUNS;
	r->walk.error = 0;
	err_note(&r->why, "a handler takes it%s%s; whether that is entry %s cannot be told: %s", *run->exe ? ", " : "",
		 run->exe, name, may_not_be);
}

/* What takes it is not what is to be seen. */
static void
explain_other_runs(const struct probe_result *run, struct resolved *r)
{
	r->result = RESOLVED_UNKNOWN;
	r->handler = (struct handler){.name = NULL};
	if (run->itself) {
		doubt_table(r);
		return;
	}
	r->walk.verdict = WALK_RUNS;
	r->walk.error = 0;
	err_note(&r->why,
		 "a handler that cannot be seen takes it%s%s: the entries that are visible here are not those in "
		 "force (another user namespace's)",
		 *run->exe ? ", " : "", run->exe);
}

/* The visible entries may be a parent namespace's while another instance is in force. */
static void
explain_other(const struct probe_result *run, struct resolved *r)
{
	switch (accord_of(&r->walk, run).is) {
	case LOOK_YES:
		break;
	case LOOK_NO:
		if (run->end == PROBE_STOPPED)
			explain_other_runs(run, r);
		else
			explain_refused(run, r);
		break;
	case LOOK_UNKNOWN:
		if (run->end == PROBE_REFUSED && run->exec_errno != ENOEXEC)
			explain_refused(run, r);
		else if (run->end == PROBE_STOPPED && !run->itself && r->walk.count > 1 && r->walk.hops[1].held)
			explain_held_elsewhere(run, r);
		else
			doubt_table(r);
		break;
	}
}

/* Runs the file's own first bytes up to the exec trap: for what is known by them alone. */
static bool
probe_head(int root, const struct resolved *r, struct probe_result *run)
{
	size_t size = r->walk.st.st_size < PATTERN_WINDOW ? (size_t)r->walk.st.st_size : PATTERN_WINDOW;
	struct err ignored;

	return run_probe(root, r->subject.head, size, run, &ignored);
}

/* Whether an entry may ask for the file's name. */
static bool
has_extension(const char *path)
{
	const char *extension = pattern_extension(path);

	return extension && !strchr(extension, '/');
}

/* A file that no visible entry takes. One of another instance may by its name, which no probe has. */
static void
explain_none(const struct snapshot *s, int root, struct resolved *r)
{
	struct probe_result run;

	if (!probe_head(root, r, &run) ||
	    (run.end == PROBE_REFUSED && (run.exec_errno != ENOEXEC || has_extension(r->subject.path)))) {
		r->result = RESOLVED_UNKNOWN;
		doubt_table(r);
	} else if (run.end == PROBE_STOPPED) {
		explain_other_runs(&run, r);
	} else if (inforce_is(s).is == LOOK_NO) {
		err_note(&r->why, "nothing takes it, and the entries that are visible here are not those in force "
				  "(another user namespace's)");
	}
}

/* Several entries take the file. False: which is tried first cannot be told. */
static bool
settle_order(const struct snapshot *s, int root, struct resolved *r)
{
	size_t size = r->walk.st.st_size < PATTERN_WINDOW ? (size_t)r->walk.st.st_size : PATTERN_WINDOW;
	const struct entry *first = root < 0 ? first_of(s, &r->subject, size) : NULL;

	if (first)
		resolve_first(s, root, r->subject.path, first, r);
	return first;
}

/* Outside of where the table is surely in force: whether what it foretells of the file happens. */
static void
explain_inherited(const struct snapshot *s, int root, struct resolved *r)
{
	struct probe_result run;

	bool by_head = r->result == RESOLVED_HANDLER && r->handler.entry->rule.pattern.type == PATTERN_MAGIC;

	if (r->result == RESOLVED_NONE)
		explain_none(s, root, r);
	else if ((r->arch && probe(s, root, r, &run)) || (!r->arch && by_head && probe_head(root, r, &run)))
		explain_other(&run, r);
	else
		doubt_table(r);
}

/* Whether what ran is the very file that an entry's path names now. */
static bool
ran_its_file(const struct entry *entry, int root, const struct probe_result *run)
{
	struct stat st;

	return root < 0 && *run->exe && stat(entry->rule.interpreter, &st) == 0 && st.st_dev == run->dev &&
	       st.st_ino == run->ino;
}

static void
runs(struct resolved *r)
{
	r->walk.verdict = WALK_RUNS;
	r->walk.error = 0;
	err_clear(&r->why);
}

/* The same of an entry that holds (F) what its path may not name any more: only that file itself tells whose it is. */
static void
explain_inherited_held(const struct snapshot *s, int root, struct resolved *r)
{
	struct probe_result run;

	if (!r->arch || !probe(s, root, r, &run) || run.end != PROBE_STOPPED || run.itself)
		doubt_table(r);
	else if (ran_its_file(r->handler.entry, root, &run))
		runs(r);
	else
		explain_held_elsewhere(&run, r);
}

/* Whether binfmt_misc is asked about the file, and the visible table is not surely in force. */
static bool
may_be_otherwise(const struct snapshot *s, const struct resolved *r)
{
	if (!s || is_surely_in_force(s))
		return false;
	return (r->result == RESOLVED_HANDLER && (r->walk.verdict == WALK_RUNS || r->walk.verdict == WALK_FAILS)) ||
	       (r->result == RESOLVED_NONE && r->walk.read && r->walk.error == ENOEXEC);
}

/* Runs what an entry of the instance in force takes: a program of its architecture, or the file's own first bytes. */
static bool
probe_held(const struct snapshot *s, int root, struct resolved *r, struct probe_result *run)
{
	size_t size = r->walk.st.st_size < PATTERN_WINDOW ? (size_t)r->walk.st.st_size : PATTERN_WINDOW;

	if (r->arch)
		return probe(s, root, r, run);
	return r->handler.entry->rule.pattern.type == PATTERN_MAGIC &&
	       goes_the_same_way(s, root, r->subject.head, size, r) && probe_head(root, r, run);
}

/* Whether a run bears out what the walk says by what the path names now. */
static bool
is_borne_out(const struct walk *walk, const struct probe_result *run)
{
	const struct walk_hop *runner = walk->runner >= 0 ? &walk->hops[walk->runner] : NULL;

	if (walk->verdict == WALK_UNKNOWN)
		return false;
	if (run->end == PROBE_REFUSED)
		return walk->verdict == WALK_FAILS && walk->error == run->exec_errno;
	if (!*run->exe)
		return walk->verdict != WALK_FAILS;
	return runner && runner->dev == run->dev && runner->ino == run->ino;
}

/* The probe has no name in another root, for which Linux 5.10.223 refuses it: ENOENT there is of no file that is held.
 */
static bool
lacked_name(int root, const struct probe_result *run)
{
	return root >= 0 && run->end == PROBE_REFUSED && run->exec_errno == ENOENT;
}

/* The file that an entry holds, whatever its path names. */
static void
explain_held(const struct snapshot *s, int root, struct resolved *r)
{
	struct probe_result run;
	const char *name;

	if (!probe_held(s, root, r, &run) || run.itself || probe_lacked(&run) || lacked_name(root, &run) ||
	    is_borne_out(&r->walk, &run))
		return;
	r->walk.hops[1].seen = false; /* what its path names is not what runs */
	r->walk.verdict = run.end == PROBE_STOPPED ? WALK_RUNS : WALK_FAILS;
	r->walk.error = run.end == PROBE_STOPPED ? 0 : run.exec_errno;
	name = walk_errno(r->walk.error);
	if (r->walk.verdict == WALK_RUNS)
		err_clear(&r->why);
	else
		err_note(&r->why, "the kernel holds the interpreter (flag F), and exec of it fails%s%s",
			 name ? " with " : "", name ? name : "");
}

/* Whether it is an entry's that holds its interpreter. */
static bool
is_of_holder(const struct resolved *r)
{
	return r->result == RESOLVED_HANDLER && r->walk.count > 1 && r->walk.hops[1].held;
}

void
inforce_explain(const struct snapshot *s, int root, struct resolved *r)
{
	bool unseen = r->walk.doubt == WALK_NO_TABLE, lost = r->walk.doubt == WALK_HELD && r->walk.doubt_hop == 1;
	struct probe_result run;

	if (s && r->walk.doubt == WALK_ORDER && r->walk.doubt_hop == 0 && settle_order(s, root, r)) {
		inforce_explain(s, root, r);
		return;
	}
	if (s && (r->result == RESOLVED_HANDLER || r->walk.error == ENOEXEC) && snapshot_ours(s).is != LOOK_YES) {
		r->walk.verdict = WALK_UNKNOWN;
		err_note(&r->why, "the entries at %s may not be those in force here", s->b.dir);
		return;
	}
	if (may_be_otherwise(s, r)) {
		explain_inherited(s, root, r);
		return;
	}
	if (s && lost && !is_surely_in_force(s)) {
		explain_inherited_held(s, root, r);
		return;
	}
	if (s && (lost || (!r->walk.doubt && is_of_holder(r))))
		explain_held(s, root, r);
	if (!unseen || !r->arch || !probe(s, root, r, &run))
		return;
	r->walk.verdict = run.end == PROBE_STOPPED ? WALK_RUNS : WALK_FAILS;
	r->walk.error = run.end == PROBE_STOPPED ? 0 : run.exec_errno;
	explain_unseen(&run, r);
}
