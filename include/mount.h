/* SPDX-License-Identifier: MIT */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>
#include <stddef.h>

struct binfmt;
struct binfmt_list;
struct err;
struct planned;
struct warnings;

/* Mounts binfmt_misc at dir; the kernel loads its module for that. 0, or -1 and *err with EXIT_UNAVAILABLE. */
int mount_here(const char *dir, struct err *err);

/* What a run has mounted. */
struct mount_made {
	bool mounted;  /* if that is only planned: it would have */
	bool imagined; /* only planned: what is inherited is seen in place of its copies */
	bool stays;    /* in a user namespace: its instance is in force from now on, mounted or not */
	size_t copied; /* inherited entries, which are in it now */
};

struct mount_wish {
	const char *dir;
	bool force;
	bool runs;               /* what is registered there has to run: of what is switched off nothing is copied */
	struct planned *planned; /* NULL: no dry run */
};

/*
 * Makes sure that dir shows an instance that may be changed here; *made: what this call has mounted for it. In a user
 * namespace that sees an inherited instance its own is mounted over it, with copies of the entries, and switched off if
 * that is; *warnings tells so, and which entries could not be copied. If it is in use already (mounted elsewhere) it
 * stays as it is. Refused without `force` where none can be seen:
 * the empty instance would hide the inherited handlers for good, and where it cannot be told whose instance is seen;
 * and always over a folder that is not empty. 0, or -1 and *err.
 */
int mount_if_absent(const struct mount_wish *wish, struct mount_made *made, struct err *err, struct warnings *warnings);

/* Leaves of an inherited instance's list, as it was listed, what would be copied: the list of who really mounts. */
void mount_keep_copied(struct binfmt_list *list);

/*
 * Takes away what mount_if_absent has mounted, and closes it; not for what `stays`. 0, or -1 and *err: it is left where
 * another program has begun to use it, whose entries would end with it.
 */
int mount_take_back(struct binfmt *b, struct err *err);

/*
 * Whether entries that are registered here may die with this mount namespace: in a container, or a mount namespace
 * that is not PID 1's. Not in a user namespace, whose instance is meant to.
 */
bool mount_may_vanish(void);

#endif
