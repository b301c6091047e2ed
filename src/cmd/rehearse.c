/* SPDX-License-Identifier: MIT */
#include "rehearse.h"
#include "binfmt_open.h"
#include "resolve.h"

static void
judge(const struct snapshot *s, struct rehearsal *r)
{
	static struct resolved resolved; /* 18 KB */

	resolve_file(s, r->root, r->path, &resolved);
	r->verdict = resolved.walk.verdict;
	r->error = resolved.walk.error;
	err_set(&r->why, r->verdict == WALK_UNKNOWN ? ERR_UNKNOWN : ERR_OPEN, "%s", resolved.why.text);
}

static void
look(struct rehearsal *r)
{
	struct snapshot s;

	if (snapshot_open(&s, BINFMT_DIR, &r->why) < 0)
		return;
	judge(&s, r);
	snapshot_close(&s);
}

void
rehearse(struct rehearsal *r)
{
	r->verdict = WALK_UNKNOWN;
	r->error = 0;
	look(r);
	if (r->verdict == WALK_UNKNOWN)
		err_wrap(&r->why, "whether it would run cannot be told");
	err_wrap(&r->why, "%s", r->name);
}
