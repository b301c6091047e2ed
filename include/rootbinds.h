/* SPDX-License-Identifier: MIT */
#ifndef ROOTBINDS_H
#define ROOTBINDS_H

#include <stddef.h>

struct err;

enum { ROOTBINDS_MAX = 64 }; /* so many --bind are taken, too */

/* A file or folder from outside, to be seen in the new root. */
struct rootbind {
	const char *from, *to;
};

/* As those of rootparts.h, behind them: where binds go, each in what is seen then. `binds` is used until the last. */
int rootbinds_look(const struct rootbind *binds, size_t count, struct err *err);
int rootbinds_take(struct err *err);
int rootbinds_place(struct err *err);

#endif
