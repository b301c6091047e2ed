/* SPDX-License-Identifier: MIT */
#ifndef REHEARSE_H
#define REHEARSE_H

#include "err.h"
#include "walk.h"

struct planned;

/* A program that a dry run would run, and what would become of it. */
struct rehearsal {
	int root;                /* as in walk_where */
	const char *name, *path; /* to people; as it is executed */
	enum walk_verdict verdict;
	int error;      /* errno of exec where it fails */
	struct err why; /* where it does not surely run; begins with its name */
};

/*
 * Judges it, as `match` does, with the handlers of a dry run: makes its writes, if they are not made yet, in the
 * instance of this user namespace, which is to be one of our own that nobody else uses. mount: it is not mounted yet.
 */
void rehearse(const struct planned *planned, bool mount, struct rehearsal *rehearsal);

#endif
