/* SPDX-License-Identifier: MIT */
#ifndef SUBIDS_H
#define SUBIDS_H

#include <stdint.h>
#include <sys/types.h>

#include "ids.h"

enum { SUBIDS_COUNT = 65536, SUBIDS_FIRST = 100000 }; /* of a new range, as login.defs(5) has it */

/* What /etc/subuid or /etc/subgid grants. */
struct subids {
	struct ids_map own; /* the user's ids, as outer ones, each once; the inner ones go on from 0 */
	uint64_t end;       /* the first id behind all ranges, whoever's */
};

/*
 * Reads "NAME:START:COUNT" and "UID:START:COUNT" lines (subuid(5)); name may be "". A file that is not there grants
 * nothing. 0, or -1 and *err: it could not be read.
 */
int subids_read(const char *path, const char *name, uid_t uid, struct subids *subids, struct err *err);

/*
 * Where SUBIDS_COUNT ids begin that nobody has: no range of the two files, no user of /etc/passwd, no group of
 * /etc/group. 0: there are none, or it cannot be told.
 */
uint32_t subids_free(const struct subids *uids, const struct subids *gids);

#endif
