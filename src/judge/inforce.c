/* SPDX-License-Identifier: MIT */
#include <errno.h>

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

/* The first entry that surely takes the programs of an architecture. NULL: none does. */
static const struct arch *
arch_taken(const struct snapshot *s)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct entry *e = &s->list.entries[i];
		const struct arch *arch = e->enabled ? arch_of_pattern(&e->rule.pattern) : NULL;

		if (arch && arch_taker(&s->list, arch) == e && !binfmt_list_doubt(&s->list, e))
			return arch;
	}
	return NULL;
}

struct look
inforce_is(const struct snapshot *s)
{
	const enum binfmt_scope scope = snapshot_scope(s);
	const struct arch *arch;
	unsigned char elf[PROBE_MAX];
	struct probe_result run;
	struct err ignored;

	if (scope == BINFMT_HOST || scope == BINFMT_NAMESPACE)
		return snapshot_ours(s);
	arch = s->switched_on ? arch_taken(s) : NULL;
	if (!arch || !run_probe(-1, elf, probe_build(arch, 1, elf), &run, &ignored))
		return look_unknown();
	return look_seen(run.end == PROBE_STOPPED ? !run.itself : run.exec_errno != ENOEXEC);
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

/* The file that an entry holds, whatever its path names. */
static void
explain_held(const struct probe_result *run, struct resolved *r)
{
	const char *name = walk_errno(run->exec_errno);

	if (r->walk.verdict == WALK_RUNS)
		err_clear(&r->why);
	else
		err_note(&r->why, "the kernel holds the interpreter (flag F), and exec of it fails%s%s",
			 name ? " with " : "", name ? name : "");
}

/* The visible entries may be a parent namespace's while another instance is in force. */
static void
explain_other(const struct probe_result *run, struct resolved *r)
{
	const char *name = walk_errno(run->exec_errno);

	if (r->walk.verdict == WALK_RUNS)
		return;
	if (run->exec_errno == ENOEXEC)
		err_note(&r->why,
			 "entry %s would take it, but nothing does: the entries that are visible here are not those in "
			 "force (another user namespace's)",
			 r->handler.name);
	else
		err_note(&r->why,
			 "entry %s would take it, but exec of a probe fails%s%s: the entries that are visible here may "
			 "not be those in force (another user namespace's)",
			 r->handler.name, name ? " with " : "", name ? name : "");
}

/* No probe goes the file's way. */
static void
doubt_other(const struct snapshot *s, struct resolved *r)
{
	if (inforce_is(s).is == LOOK_YES)
		return;
	r->walk.verdict = WALK_UNKNOWN;
	err_note(&r->why, "the entries that are visible here may not be those in force (another user namespace's)");
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

void
inforce_explain(const struct snapshot *s, int root, struct resolved *r)
{
	bool unseen = r->walk.doubt == WALK_NO_TABLE, held = r->walk.doubt == WALK_HELD && r->walk.doubt_hop == 1;
	bool other = s && r->result == RESOLVED_HANDLER && r->walk.verdict == WALK_RUNS && s->switched_on &&
		     snapshot_scope(s) != BINFMT_HOST;
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
	if (!unseen && !held && !other)
		return;
	if (!r->arch || !probe(s, root, r, &run)) {
		if (other)
			doubt_other(s, r);
		return;
	}
	r->walk.verdict = run.end == PROBE_STOPPED ? WALK_RUNS : WALK_FAILS;
	r->walk.error = run.end == PROBE_STOPPED ? 0 : run.exec_errno;
	if (held)
		explain_held(&run, r);
	else if (unseen)
		explain_unseen(&run, r);
	else
		explain_other(&run, r);
}
