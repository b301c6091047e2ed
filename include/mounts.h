/* SPDX-License-Identifier: MIT */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>

/*
 * The mount calls of Linux 5.2, which not every libc has. A mount is made where nobody sees it, is known by a
 * descriptor, and ends with that if it was not placed.
 */

/* A new file system of this type with options like "mode=755" (NULL ends them). Its mount, or -1 with errno. */
int mounts_new(const char *type, const char *const *options);

/* A copy of what is seen at a path, with all that is mounted below it (deep). As above. */
int mounts_copy(const char *path, bool deep);

/* Puts it at a path; a link there is followed, or covered as any file. 0, or -1 with errno. */
int mounts_place(int mount, const char *path, bool follow);

#endif
