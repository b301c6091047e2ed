/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "accord.h"
#include "probe.h"
#include "walk.h"

/* Whether a walk went by a file that an entry holds, of which nothing but a guess says that its path names it. */
static bool
is_guessed(const struct walk *walk)
{
	for (size_t i = 1; i < walk->count; i++)
		if (walk->hops[i].held && (walk->verdict != WALK_RUNS || !walk->hops[i].firm))
			return true;
	return false;
}

/* Whether exec failed as foretold. NO: it ought to have run, and nothing takes it. */
static struct look
refused_as_foretold(const struct walk *walk, const struct probe_result *run)
{
	if (walk->verdict == WALK_RUNS && run->exec_errno == ENOEXEC)
		return is_guessed(walk) ? look_unknown() : look_seen(false);
	return walk->verdict == WALK_FAILS && walk->error == run->exec_errno ? look_seen(true) : look_unknown();
}

/* Whether another file than foretold may have run by way of one that the kernel holds: it may be of another mount
 * namespace, where its path names it, and a script there what nobody knows here. */
static bool
may_be_held(const struct walk *walk, const struct probe_result *run)
{
	if (is_guessed(walk))
		return true;
	for (int i = 1; i <= walk->runner; i++)
		if (walk->hops[i].held && (i < walk->runner || !run->reachable))
			return true;
	return false;
}

struct look
accord_of(const struct walk *walk, const struct probe_result *run)
{
	const struct walk_hop *runner = NULL;

	if (walk->verdict == WALK_UNKNOWN || walk->verdict == WALK_KILLED ||
	    (walk->verdict == WALK_RUNS && walk->runner < 0))
		return look_unknown();
	if (walk->verdict == WALK_RUNS)
		runner = &walk->hops[walk->runner];
	if (run->end == PROBE_REFUSED)
		return refused_as_foretold(walk, run);
	if (run->itself)
		return look_seen(runner && walk->runner == 0);
	if (!run->exe[0])
		return look_unknown();
	if (runner && runner->dev == run->dev && runner->ino == run->ino)
		return look_seen(true);
	return may_be_held(walk, run) ? look_unknown() : look_seen(false);
}
