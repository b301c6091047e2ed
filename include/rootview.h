/* SPDX-License-Identifier: MIT */
#ifndef ROOTVIEW_H
#define ROOTVIEW_H

#include <limits.h>
#include <stdbool.h>

struct stat;

/*
 * A root that is to be made of the current folder, as it will be seen: with what is shown at places in it, which need
 * not be there yet. Nothing is made or mounted; paths are looked up by name, links included. A place is a path without
 * links; "" is the root.
 */
enum {
	ROOTVIEW = -2, /* where a root folder's descriptor may be given (below.h) */
	ROOTVIEW_MAX = 96,
};

/* The current folder as it is. */
void rootview_begin(void);

/* Shows a file or folder of outside at a place, over what was shown there before; NULL: a new, empty folder. At most
 * ROOTVIEW_MAX of them; `from` is to last. */
void rootview_show(const char *at, const char *from);

/* As with NULL, but nothing can be made in it. */
void rootview_show_closed(const char *at);

/* The place that a path leads to, whether it is there or not; a link at its end is followed or not. 0, or -1 and
 * errno. */
int rootview_where(const char *path, bool follow, char at[static PATH_MAX]);

/* What is at a place; of a link there the link itself, of what is shown there what it leads to. 0, or -1 and errno. */
int rootview_look(const char *at, struct stat *st);

/* Whether something of outside is shown at this place, or above it. */
bool rootview_is_outside(const char *at);

/* Whether a place is below what /proc has of one process: in another namespace that is not the same one. */
bool rootview_is_process(const char *at);

/* Whether this user may make what lacks at a place, and the folders on the way. 0, or -1 and errno. */
int rootview_may_make(const char *at);

/* Changes the folder that relative paths begin at. 0, or -1 and errno. */
int rootview_enter(const char *path);

/* As open(2) of what a path leads to. */
int rootview_open(const char *path, int flags);

#endif
