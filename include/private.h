/* SPDX-License-Identifier: MIT */
#ifndef PRIVATE_H
#define PRIVATE_H

#include <sys/types.h>

struct ids;

/* The steps into namespaces of our own, in their order. */
enum private_step {
	PRIVATE_DONE,
	PRIVATE_HELPER,  /* a process for it: none can be had, or waited for */
	PRIVATE_UNSHARE, /* unshare(2) */
	PRIVATE_PROC,    /* opening /proc/self, by which ids are mapped */
	PRIVATE_MAP,     /* writing /proc/self/uid_map, gid_map or setgroups */
	PRIVATE_TOOL,    /* newuidmap or newgidmap: ENOENT, EACCES, or it said why (0) */
	PRIVATE_IDS,     /* becoming the namespace's root */
	PRIVATE_MOUNTS,  /* keeping our mounts from being seen outside */
	PRIVATE_CAPS,    /* giving up capabilities */
	PRIVATE_BINFMT,  /* mounting binfmt_misc there: the caller's own step */
};

/* Which step failed, and with what errno. */
struct private_end {
	enum private_step step;
	int error;
};

/*
 * Moves this process into new namespaces (flags of unshare(2): CLONE_NEWUSER, CLONE_NEWNS and others): a user
 * namespace with these ids, as its root; where ids->back is set with the caller's rights over files, as this root is
 * nobody's wish (caps_use_over_files). Nothing that is mounted there is seen outside. Not undone where it fails
 * half-way: then this process has to end.
 */
struct private_end private_enter(const struct ids *ids, int namespaces);

/* Whether a root (as below_open has it) has what private_leave needs there: PRIVATE_DONE or PRIVATE_PROC. */
struct private_end private_look(const struct ids *ids, int root);

/* Becomes what ids->uid and ids->gid say: where `back` is set in a second user namespace, without any
 * capability. As above. */
struct private_end private_leave(const struct ids *ids);

#endif
