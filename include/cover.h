/* SPDX-License-Identifier: MIT */
#ifndef COVER_H
#define COVER_H

#include <stdbool.h>
#include <stddef.h>

struct pattern;

enum { COVER_MAX = 32 };

/*
 * Whether every file that `files` takes (of those that `among` takes too; NULL: all) is taken by one of the others,
 * which are at most COVER_MAX; each may take a part. False where that cannot be told: a BPF handler, an entry that is
 * not understood, magics that cross in too many ways.
 */
bool cover_holds(const struct pattern *files, const struct pattern *among, const struct pattern *const others[],
		 size_t count);

#endif
