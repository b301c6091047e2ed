/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "keep.h"
#include "mount.h"
#include "mountinfo.h"
#include "neighbours.h"
#include "userns.h"

static bool
mount_back(const struct mountinfo_mount *place)
{
	return mount(place->source, place->point, "binfmt_misc", place->flags & ~(unsigned long)MS_RDONLY, NULL) == 0 &&
	       mount(NULL, place->point, NULL, MS_REMOUNT | MS_BIND | place->flags, NULL) == 0 &&
	       mount(NULL, place->point, NULL, place->peers ? MS_SHARED : MS_PRIVATE, NULL) == 0;
}

/* The places from `first` on; -1 and *err for those that cannot be. */
static int
put_back(const struct mountinfo *places, size_t first, struct err *err)
{
	int done = 0;

	for (size_t i = first; i < places->count; i++)
		if (!mount_back(&places->list[i]))
			done = err_set(err, ERR_MOUNT, "cannot mount binfmt_misc at %s again as it was: %s",
				       places->list[i].point, strerror(errno));
	return done;
}

/* Whether what is on top at a place is the instance. */
static bool
is_on_top(const struct mountinfo *places, size_t i)
{
	struct stat st;

	return lstat(places->list[i].point, &st) == 0 && st.st_dev == places->instance;
}

/* Whether this mount namespace has no mount of it. */
static bool
is_nowhere(dev_t instance)
{
	struct mountinfo left = {.instance = instance};
	bool nowhere = mountinfo_read("/proc/self/mountinfo", &left) == 0 && left.count == 0;

	mountinfo_free(&left);
	return nowhere;
}

/* Takes all mounts away, the latest first, and puts them back. -1 and *err if one could not be, then as before. */
static int
take_away(const struct mountinfo *places, struct err *err)
{
	bool nowhere;

	for (size_t i = places->count; i-- > 0;) {
		const char *point = places->list[i].point;

		if (is_on_top(places, i) && umount2(point, UMOUNT_NOFOLLOW) == 0)
			continue;
		err_set(err, ERR_UNKNOWN,
			"whether the entries outlive this mount namespace could not be tried: cannot unmount %s: %s",
			point, is_on_top(places, i) ? strerror(errno) : "another mount covers it");
		if (i + 1 < places->count)
			put_back(places, i + 1, err);
		return -1;
	}
	nowhere = is_nowhere(places->instance);
	if (put_back(places, 0, err) < 0)
		return -1;
	return nowhere
		   ? 0
		   : err_set(err, ERR_UNKNOWN,
			     "whether the entries outlive this mount namespace could not be tried: one mount stays");
}

static int
count_entries(const struct binfmt *b, struct err *err)
{
	struct binfmt_list list;
	int count;

	if (binfmt_list(b, &list, err) < 0)
		return -1;
	count = list.count > 0;
	binfmt_list_free(&list);
	return count;
}

/* The look itself: 1 the entries are still there, 0 they are gone, -1 and *err. */
static int
look(struct binfmt *b, const struct mountinfo *places, struct err *err)
{
	struct err ignored;

	binfmt_close(b);
	if (take_away(places, err) < 0) {
		binfmt_open(b, b->dir, NULL, &ignored);
		return -1;
	}
	return binfmt_open(b, b->dir, NULL, err) < 0 ? -1 : count_entries(b, err);
}

/* Without a look: 1 somebody else holds the instance, 0 that is not known, -1 and *err: nor can it be tried. */
static int
is_held(struct mountinfo *places, bool mounted, size_t before, struct err *err)
{
	static const char untried[] = "whether the entries outlive this mount namespace cannot be tried: ";

	if (userns_pids_are_hosts() && userns_same("/proc/self/ns/mnt", "/proc/1/ns/mnt").is == LOOK_NO &&
	    mountinfo_read("/proc/1/mountinfo", places) == 0 && places->count > 0)
		return 1;
	if (mountinfo_read("/proc/self/mountinfo", places) < 0)
		return err_set(err, ERR_UNKNOWN, "%s/proc/self/mountinfo: %s", untried, strerror(errno));
	if (mounted && places->count == 1 && before > 0)
		return 1; /* the entries that it came with are kept by another mount */
	if (before > 0)
		return err_set(err, ERR_UNKNOWN, "%sentries that were there before could end with it", untried);
	if (places->count == 0 || places->odd)
		return err_set(err, ERR_UNKNOWN, "%sthe mounts here could not be put back as they are", untried);
	return 0;
}

/* Whether who holds it is outside of the container that we are in, if we are in one: 1, or -1 and *err. */
static int
is_held_outside(dev_t instance, struct err *err)
{
	struct look inside = userns_pids_are_hosts() ? look_seen(false) : neighbours_hold(instance);

	if (inside.is == LOOK_NO)
		return 1;
	return err_set(err, ERR_UNKNOWN, "whether the entries outlive this container cannot be told: %s",
		       inside.is == LOOK_YES ? "another mount namespace in it has binfmt_misc mounted too"
					     : "its other processes cannot be looked at");
}

static int
prove(struct binfmt *b, struct mountinfo *places, bool mounted, size_t before, struct err *err)
{
	int held = is_held(places, mounted, before, err);

	if (held == 0)
		held = look(b, places, err);
	if (held > 0)
		held = is_held_outside(places->instance, err);
	if (held != 0)
		return held < 0 ? -1 : 0;
	if (mounted) {
		binfmt_close(b);
		umount2(b->dir, UMOUNT_NOFOLLOW);
	}
	return err_set(err, ERR_NOT_KEPT,
		       "the entries are gone as soon as the mounts of this mount namespace are: nobody else has "
		       "binfmt_misc mounted; mount it on the host, outside this container or mount namespace, then "
		       "register again");
}

int
keep_prove(struct binfmt *b, bool mounted, size_t before, struct err *err)
{
	struct mountinfo places = {.list = NULL};
	struct stat st;
	int done;

	if (fstat(b->dir_fd, &st) < 0)
		return err_set(err, ERR_UNKNOWN, "cannot look at %s: %s", b->dir, strerror(errno));
	places.instance = st.st_dev;
	done = prove(b, &places, mounted, before, err);
	mountinfo_free(&places);
	return done;
}
