/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "mounts.h"
#include "rootbinds.h"
#include "rootparts.h"
#include "rootplace.h"
#include "rootview.h"

/* The binds with their places and mounts. */
static struct bound {
	const struct rootbind *binds;
	size_t count;
	char at[ROOTBINDS_MAX][PATH_MAX];
	bool folder[ROOTBINDS_MAX], lacks[ROOTBINDS_MAX]; /* its place is to be made */
	int mounts[ROOTBINDS_MAX];
} bound;

_Static_assert(ROOTPARTS_SHOWN_MAX + ROOTBINDS_MAX <= ROOTVIEW_MAX, "all that is shown");

static int
refuse(const struct rootbind *bind, const char *why, struct err *err)
{
	return err_set(err, ERR_MOUNT, "--bind %s:%s: %s", bind->from, bind->to, why);
}

/* What of outside is shown before it belongs to the outside, and nothing is made in it. */
static int
look_at_bind(size_t i, struct err *err)
{
	const struct rootbind *bind = &bound.binds[i];
	struct stat st, place;
	char *at = bound.at[i];

	if (stat(bind->from, &st) < 0)
		return err_set(err, ERR_MOUNT, "--bind %s: %s", bind->from, strerror(errno));
	if (rootview_where(bind->to, true, at) < 0)
		return rootplace_cannot("look at", bind->to, err);
	if (!*at)
		return refuse(bind, "what is to be all of the root is for --root", err);
	if (rootview_is_process(at))
		return refuse(bind, "what is there is of one process, and ends with it", err);
	bound.folder[i] = S_ISDIR(st.st_mode);
	bound.lacks[i] = rootview_look(at, &place) < 0;
	if (bound.lacks[i] && errno != ENOENT && errno != ENOTDIR)
		return rootplace_cannot("look at", bind->to, err);
	if (bound.lacks[i] && rootview_is_outside(at))
		return refuse(bind, "what is shown there of outside has no such place, and is not changed", err);
	if (bound.lacks[i] && rootplace_may_make(at) < 0)
		return rootplace_cannot(rootplace_no_place, bind->to, err);
	if (!bound.lacks[i] && bound.folder[i] != (S_ISDIR(place.st_mode) && !rootparts_is_link(at)))
		return refuse(bind, "only one of them is a folder", err);
	rootview_show(at, bind->from);
	return 0;
}

int
rootbinds_take(struct err *err)
{
	for (size_t i = 0; i < bound.count; i++) {
		bound.mounts[i] = mounts_copy(bound.binds[i].from, true);
		if (bound.mounts[i] < 0)
			return err_set(err, ERR_MOUNT, "--bind %s: %s", bound.binds[i].from, strerror(errno));
	}
	return 0;
}

int
rootbinds_place(struct err *err)
{
	for (size_t i = 0; i < bound.count; i++) {
		const char *at = bound.at[i], *failed;

		failed = bound.lacks[i] && rootplace_make(at, bound.folder[i]) < 0 ? rootplace_no_place
										   : rootplace_put(bound.mounts[i], at);
		if (failed)
			return rootplace_cannot(failed, bound.binds[i].to, err);
	}
	return 0;
}

int
rootbinds_look(const struct rootbind *binds, size_t count, struct err *err)
{
	bound.binds = binds;
	bound.count = count;
	for (size_t i = 0; i < count; i++)
		if (look_at_bind(i, err) < 0)
			return -1;
	return 0;
}
