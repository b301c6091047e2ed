/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "accord.h"
#include "probe.h"
#include "walk.h"

/* Whether exec failed as foretold. NO: it ought to have run, and nothing takes it. */
static struct look
refused_as_foretold(const struct walk *walk, const struct probe_result *run)
{
	if (walk->verdict == WALK_RUNS && run->exec_errno == ENOEXEC)
		return look_seen(false);
	return walk->verdict == WALK_FAILS && walk->error == run->exec_errno ? look_seen(true) : look_unknown();
}

/* Whether another file than foretold may have run by way of one that the kernel holds: it may be of another mount
 * namespace, where its path names it, and a script there what nobody knows here. */
static bool
may_be_held(const struct walk *walk, const struct probe_result *run)
{
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
	return runner && may_be_held(walk, run) ? look_unknown() : look_seen(false);
}
