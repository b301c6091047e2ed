/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "probe.h"
#include "rule.h"

bool
probe_lacked(const struct probe_result *run)
{
	const int error = run->end == PROBE_REFUSED ? run->exec_errno : 0;

	return error == ENOMEM || error == EAGAIN || error == ENFILE || error == EMFILE;
}

static enum probe_alone
why_refused(int error, unsigned flags, const struct interp *interp)
{
	switch (error) {
	case ENOEXEC: /* no handler took it, or one with O or C has a script: the root makes no difference */
		return PROBE_ALONE_UNKNOWN;
	case ENOENT:
		if (!(flags & RULE_F))
			return PROBE_ALONE_NO_F;
		break;
	case ELIBBAD:
	case ELOOP:
		break;
	default:
		return PROBE_ALONE_FAILS;
	}
	if (!interp)
		return PROBE_ALONE_FAILS;
	if (interp->kind == INTERP_SCRIPT)
		return PROBE_ALONE_SCRIPT;
	return interp->dynamic.is == LOOK_YES && error != ELOOP ? PROBE_ALONE_DYNAMIC : PROBE_ALONE_FAILS;
}

enum probe_alone
probe_alone(const struct probe_result *run, unsigned flags, const struct interp *interp)
{
	if (!run || probe_lacked(run))
		return PROBE_ALONE_UNKNOWN;
	if (run->end == PROBE_REFUSED)
		return why_refused(run->exec_errno, flags, interp);
	return run->end == PROBE_STOPPED && !run->itself ? PROBE_ALONE_WORKS : PROBE_ALONE_UNKNOWN;
}
