/* SPDX-License-Identifier: MIT */
#ifndef HEALTH_H
#define HEALTH_H

#include "err.h"

struct boot;
struct handler;
struct recall;
struct snapshot;

/* Receives one problem: its code, what was seen, and the fix. */
typedef void health_tell(void *arg, const struct err *problem);

/* Tells every problem of an entry of the snapshot, the most telling first. May run a probe, stopped before
 * anything of an interpreter runs. boot: what the next boot registers; NULL: not to be looked at. recall: from one to
 * the next, empty at first. */
void health_examine(const struct snapshot *s, const struct boot *boot, struct recall *recall,
		    const struct handler *handler, health_tell *tell, void *arg);

/* Whether a problem is a warning, which only counts with --strict: dynamic, unfixed, shadowed, drift. */
bool health_is_warning(enum err_code code);

/* Every code of a problem, in the order in which they are told; ends with ERR_NONE. */
extern const enum err_code health_codes[];

#endif
