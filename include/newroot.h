/* SPDX-License-Identifier: MIT */
#ifndef NEWROOT_H
#define NEWROOT_H

#include <stddef.h>

struct err;
struct rootbind;

/*
 * Makes the current folder (`name`: to people) the root of this mount namespace, with all that programs expect in one:
 * /proc of this PID namespace with binfmt_misc in it, /sys, /dev with a devpts of its own and the caller's terminal as
 * console, resolv.conf and hosts of outside (what of it is missing: in *note), and the binds. To be called in a user, a
 * mount and a PID namespace of our own. No path is looked up through a link out of the folder. 0, or -1 and *err.
 */
int newroot_enter(const char *name, const struct rootbind *binds, size_t count, struct err *note, struct err *err);

/*
 * Looks at the root that newroot_enter would make here: it can be had as far as can be told before, and is what
 * rootview.h shows from then on. Nothing is made or mounted. 0, or -1 and *err.
 */
int newroot_look(const struct rootbind *binds, size_t count, struct err *err);

#endif
