/* SPDX-License-Identifier: MIT */
#ifndef WALKER_H
#define WALKER_H

#include "opened.h"
#include "walk.h"

/* A walk under way: what struct linux_binprm of the kernel holds, as far as it decides. For walk*.c only. */
struct walker {
	const struct walk_where *where;
	const struct rule *rule;  /* tried before all entries; NULL: none */
	const struct entry *live; /* the entry that it is already, or NULL */
	struct walk *walk;
	struct opened *interpreter; /* the first hop's file, opened by name already; NULL: it is not, or is taken */
	struct opened at;           /* the last hop's file */
	struct subject subject;     /* the same as entries are compared with */
	bool has_execfd;            /* an entry with flag O has taken it */
	bool handed_over;           /* a file was given to its interpreter open; only once */
};

/* Adds a hop that is not opened yet. */
struct walk_hop *walker_add(struct walker *w, enum walk_by by, const char *path, const struct entry *entry);

/* Opens the last hop's file, as exec does or as the one that an entry holds. False: the walk has ended. */
bool walker_open(struct walker *w);
bool walker_open_held(struct walker *w);

/* The walk ends at a hop with this verdict. */
void walker_end(struct walker *w, int hop, enum walk_verdict verdict, int error, const char *reason);

/* It ends with a program that starts. */
void walker_end_running(struct walker *w, int runner);

/* Something at the last hop cannot be seen and may decide; the walk goes on as if it did not. */
void walker_doubt(struct walker *w, enum walk_doubt doubt, const struct entry *entry);

/* The same where it cannot go on: it ends. */
void walker_lost(struct walker *w, enum walk_doubt doubt, const char *reason);

#endif
