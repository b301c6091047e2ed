/* SPDX-License-Identifier: MIT */
#ifndef NEIGHBOURS_H
#define NEIGHBOURS_H

#include <sys/types.h>

#include "look.h"

/*
 * Whether a process that is seen in /proc has the file system `instance` mounted in a mount namespace other than ours.
 * In a container that has a /proc of its own these processes end with it.
 */
struct look neighbours_hold(dev_t instance);

#endif
