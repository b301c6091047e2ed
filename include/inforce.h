/* SPDX-License-Identifier: MIT */
#ifndef INFORCE_H
#define INFORCE_H

#include "look.h"

struct resolved;
struct snapshot;

/*
 * Whether the visible entries are those that decide here, of a snapshot that is prepared: as ours.h has it, and outside
 * of the user namespace that they belong to by a probe of an architecture that one of them takes.
 */
struct look inforce_is(const struct snapshot *s);

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
