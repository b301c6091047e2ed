/* SPDX-License-Identifier: MIT */
#ifndef ROOTPARTS_H
#define ROOTPARTS_H

#include <stdbool.h>

struct err;

/* What programs expect in a root, and an ordinary folder lacks: /proc with binfmt_misc, /sys, /dev and the rest. */

enum { ROOTPARTS_SHOWN_MAX = 24 }; /* so many places of them are shown (rootview.h) at most */

/* Looks where they go, in the current folder as the root, and shows what will be seen of them. 0, or -1 and *err. */
int rootparts_look(struct err *err);

/* Takes them from where we are: the old root is still there. What of them cannot be had is added to *note. */
int rootparts_take(struct err *note, struct err *err);

/* Puts them where they were looked at, once the new root is `/`. */
int rootparts_place(struct err *note, struct err *err);

/* Whether a place is that of a link of /dev. */
bool rootparts_is_link(const char *at);

#endif
