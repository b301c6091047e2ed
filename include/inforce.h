/* SPDX-License-Identifier: MIT */
#ifndef INFORCE_H
#define INFORCE_H

#include "look.h"

struct entry;
struct resolved;
struct snapshot;

/*
 * Whether the visible entries are those that decide here, of a snapshot that is prepared: as ours.h has it, and outside
 * of the user namespace that they belong to by probes: NO where one program is run by another file than the entries
 * say, or by none, or though they take it not. Else unknown: an instance that cannot be seen may hold the same.
 */
struct look inforce_is(const struct snapshot *s);

/*
 * Whether programs that an entry takes are run here as it says: as inforce_is, or by a probe of its architecture, which
 * is run by the very file, whatever instance that is of.
 */
struct look inforce_runs(const struct snapshot *s, const struct entry *entry);

/*
 * Completes a verdict by a probe of the file's architecture, stopped before anything of an interpreter runs: where
 * no table is visible, whether a handler is in force here; where an entry holds its interpreter (F) and the path may
 * name another file by now, whether the one that is held runs; where several entries take it and no listing shows
 * their order, which is tried first; and outside of the initial user namespace, whether the
 * visible entries are those in force. s NULL: no table is visible. Nothing where the verdict is sure. What depends on
 * the entries of another instance (ours.h) becomes unknown.
 */
void inforce_explain(const struct snapshot *s, int root, struct resolved *resolved);

#endif
