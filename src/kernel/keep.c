/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "binfmt.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "host_kernel.h"
#include "keep.h"
#include "lift.h"
#include "mount.h"
#include "mountinfo.h"
#include "neighbours.h"
#include "userns.h"

static const char untried[] = "whether the entries outlive this mount namespace could not be tried: ";

/* Whether one of these entries is in the instance still: the very one, not another of its name. */
static int
has_one_of(const struct binfmt *b, const struct binfmt_list *ours, struct err *err)
{
	struct binfmt_list now;
	bool found = false;

	if (binfmt_list(b, &now, err) < 0)
		return -1;
	for (size_t i = 0; !found && i < ours->count; i++) {
		const struct entry *live = binfmt_list_find(&now, ours->entries[i].rule.name);

		found = live && live->inode == ours->entries[i].inode;
	}
	binfmt_list_free(&now);
	return found;
}

static int
look_at(struct binfmt *b, const struct mountinfo *places, const struct binfmt_list *ours, struct err *err)
{
	int on = binfmt_enabled(b, err), lifted;
	struct err ignored;

	if (on < 0)
		return -1;
	binfmt_close(b);
	lifted = lift_mounts(places, on > 0, err);
	if (binfmt_open(b, b->dir, NULL, lifted < 0 ? &ignored : err) < 0 || lifted < 0)
		return -1;
	return has_one_of(b, ours, err);
}

/* The look itself: 1 the entries are still there, 0 they are gone, -1 and *err. All that are there are ours: there were
 * none before, and the lock was held since. */
static int
look(struct binfmt *b, const struct mountinfo *places, struct err *err)
{
	struct binfmt_list ours;
	int kept;

	if (binfmt_list(b, &ours, err) < 0)
		return -1;
	kept = ours.count > 0 ? look_at(b, places, &ours, err)
			      : err_set(err, ERR_UNKNOWN, "another program has removed the entries");
	binfmt_list_free(&ours);
	return kept;
}

/* Whether PID 1 of the machine has it mounted, which is in another mount namespace. */
static bool
is_held_by_init(struct mountinfo *places)
{
	return userns_pids_are_hosts() && userns_same("/proc/self/ns/mnt", "/proc/1/ns/mnt").is == LOOK_NO &&
	       mountinfo_read("/proc/1/mountinfo", places) == 0 && places->count > 0;
}

/* Without a look: 1 somebody else holds the instance, 0 that is not known, -1 and *err: nor can it be tried. */
static int
is_held(struct mountinfo *places, bool mounted, size_t before, struct err *err)
{
	if (mountinfo_read("/proc/self/mountinfo", places) < 0)
		return err_set(err, ERR_UNKNOWN, "%s/proc/self/mountinfo: %s", untried, strerror(errno));
	if (mounted && places->count == 1 && before > 0)
		return 1; /* the entries that it came with are kept by another mount */
	if (before > 0)
		return err_set(err, ERR_UNKNOWN, "%sentries that were there before could end with it", untried);
	if (places->spreads)
		return err_set(
		    err, ERR_UNKNOWN,
		    "%sbinfmt_misc is mounted on a shared mount, and to unmount it would take it away elsewhere "
		    "too",
		    untried);
	if (places->count == 0 || places->odd)
		return err_set(err, ERR_UNKNOWN, "%sthe mounts here could not be put back as they are", untried);
	return 0;
}

/*
 * On the machine itself. What no mount shows may be the descriptor of a process, and end with it; before Linux 6.7
 * entries hold their instance themselves.
 */
static int
is_held_on_host(dev_t instance, struct err *err)
{
	struct look mounted = neighbours_mount(instance);

	if (mounted.is == LOOK_YES)
		return 1;
	if (mounted.is == LOOK_NO && !host_kernel_since(host_kernel(), 6, 7) && neighbours_open(instance).is == LOOK_NO)
		return 1;
	return err_set(err, ERR_UNKNOWN, "whether the entries outlive this mount namespace cannot be told: %s",
		       mounted.is == LOOK_NO ? "something holds them, and no other mount namespace shows binfmt_misc"
					     : "not all other processes can be looked at");
}

/* In a container: who is in it too ends with it, so it is to be somebody else. */
static int
is_held_outside(dev_t instance, struct err *err)
{
	struct look mounted = neighbours_mount(instance),
		    opened = mounted.is == LOOK_NO ? neighbours_open(instance) : mounted;

	if (opened.is == LOOK_NO)
		return 1;
	return err_set(err, ERR_UNKNOWN, "whether the entries outlive this container cannot be told: %s",
		       mounted.is == LOOK_YES  ? "another mount namespace in it has binfmt_misc mounted too"
		       : opened.is == LOOK_YES ? "a process in it has a file or folder of binfmt_misc open"
					       : "its other processes cannot be looked at");
}

/* Nothing of the instance may be open here meanwhile: we are one of the processes. */
static int
is_held_by_others(struct binfmt *b, dev_t instance, struct err *err)
{
	int held;

	binfmt_close(b);
	held = userns_pids_are_hosts() ? is_held_on_host(instance, err) : is_held_outside(instance, err);
	return binfmt_open(b, b->dir, NULL, held < 0 ? &(struct err){.code = ERR_NONE} : err) < 0 ? -1 : held;
}

static int
prove(struct binfmt *b, struct mountinfo *places, bool mounted, size_t before, struct err *err)
{
	struct err stays;
	int held;

	if (is_held_by_init(places))
		return 0;
	held = is_held(places, mounted, before, err);
	if (held == 0)
		held = look(b, places, err);
	if (held > 0)
		held = is_held_by_others(b, places->instance, err);
	if (held != 0)
		return held < 0 ? -1 : 0;
	err_set(err, ERR_NOT_KEPT,
		"the entries are gone as soon as the mounts of this mount namespace are: nobody else has "
		"binfmt_misc mounted; mount it on the host, outside this container or mount namespace, then "
		"register again");
	if (mounted && mount_take_back(b, &stays) < 0)
		err_add(err, "; %s", stays.text);
	return -1;
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
