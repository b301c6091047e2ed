/* SPDX-License-Identifier: MIT */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "look.h"

/* One mount in a mount namespace. */
struct mountinfo_mount {
	char point[PATH_MAX], source[64];
	unsigned long flags; /* MS_ flags of this mount alone */
	uint64_t number;     /* of this mount */
	uint64_t parent;     /* of the mount that it is mounted on */
	uint64_t peers;      /* of the group that it is shared in; 0: it is not */
	bool spreads; /* what is unmounted here is unmounted elsewhere too: the parent is shared, or is not seen */
	bool odd; /* a part of the file system only, a slave of another mount, or else: cannot be put back as it was */
};

/* All of one file system's; of a mount and what it brought to the same point only the first. */
struct mountinfo {
	dev_t instance;
	struct mountinfo_mount *list;
	size_t count;
	bool odd;     /* one of them is, or there are too many (16) */
	bool spreads; /* one of them does */
};

/*
 * Fills in what a mountinfo file (/proc/PID/mountinfo) shows of the file system `instance`; list is NULL or of a call
 * before. 0, or -1 with errno. To be freed in either case.
 */
int mountinfo_read(const char *path, struct mountinfo *mounts);
void mountinfo_free(struct mountinfo *mounts);

/* Whether a file system is mounted in our own mount namespace, and not only reached through another's root. */
struct look mountinfo_shows(dev_t instance);

#endif
