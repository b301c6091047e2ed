/* SPDX-License-Identifier: MIT */
#ifndef NAMED_H
#define NAMED_H

#include <limits.h>

#include "look.h"

/* The folders that PATH usually names; NULL ends them. */
extern const char *const named_folders[];

/*
 * Whether a program in one of them has a name with this extension and runs without any handler, as a native program or
 * a script; *path is one. Unknown where none is found and not all could be looked at. The folders are read once.
 */
struct look named_program(const char *extension, char path[static PATH_MAX]);

#endif
