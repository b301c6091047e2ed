/* SPDX-License-Identifier: MIT */
#ifndef MOUNTED_H
#define MOUNTED_H

#include <stdbool.h>

/* Whether what a path names is known to be mounted without any of these flags: ST_RDONLY, ST_NOEXEC. */
bool mounted_without(const char *path, unsigned long flags);

#endif
