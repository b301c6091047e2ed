/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "mount.h"
#include "planned.h"
#include "rehearse.h"
#include "resolve.h"

/* A write that is refused changes nothing: the table shows what is there after it. */
static void
make_write(const struct planned_write *write_of)
{
	int fd = open(write_of->file, O_WRONLY | O_CLOEXEC);
	ssize_t done;

	if (fd < 0)
		return;
	done = write(fd, write_of->bytes, write_of->len);
	(void)done;
	close(fd);
}

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
look(const struct planned *planned, bool mount, struct rehearsal *r)
{
	struct snapshot s;

	if (mount && mount_here(BINFMT_DIR, &r->why) < 0)
		return;
	for (const struct planned_write *w = planned->first; w && planned_only(planned); w = w->next)
		make_write(w);
	if (snapshot_open(&s, BINFMT_DIR, &r->why) < 0)
		return;
	judge(&s, r);
	snapshot_close(&s);
}

void
rehearse(const struct planned *planned, bool mount, struct rehearsal *r)
{
	r->verdict = WALK_UNKNOWN;
	r->error = 0;
	look(planned, mount, r);
	if (r->verdict == WALK_UNKNOWN)
		err_wrap(&r->why, "whether it would run cannot be told");
	err_wrap(&r->why, "%s", r->name);
}
