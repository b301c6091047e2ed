/* SPDX-License-Identifier: MIT */
#ifndef PATHWALK_H
#define PATHWALK_H

#include <stdbool.h>
#include <sys/stat.h>

/* A part of a way: a link, a folder, or the file itself, opened as such (O_PATH). False: that is enough. */
typedef bool pathwalk_part(void *arg, int fd, const struct stat *st);

/*
 * Goes the way to a file from the root folder as the kernel does, and shows each part of it but that folder. 0 at its
 * end, or where it was enough; -1 and errno: a part is not there, or cannot be looked at.
 */
int pathwalk(const char *path, pathwalk_part *part, void *arg);

#endif
