/* SPDX-License-Identifier: MIT */
#ifndef REHEARSE_H
#define REHEARSE_H

#include "err.h"
#include "walk.h"

/* A program that a dry run would run, and what would become of it. */
struct rehearsal {
	int root;                /* as in walk_where */
	const char *name, *path; /* to people; as it is executed */
	enum walk_verdict verdict;
	int error;      /* errno of exec where it fails */
	struct err why; /* where it does not surely run; begins with its name */
};

/* Judges it, as `match` does, by the instance of this user namespace, in which a dry run's writes are made already. */
void rehearse(struct rehearsal *rehearsal);

#endif
