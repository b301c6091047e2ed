/* SPDX-License-Identifier: MIT */
#ifndef PRESENT_H
#define PRESENT_H

#include "look.h"

/* Whether something is at a path, links followed. */
struct look present(const char *path);

#endif
