/* SPDX-License-Identifier: MIT */
#ifndef BOOTLOST_H
#define BOOTLOST_H

#include "look.h"

/*
 * Whether what a path leads to is gone after a reboot: it, a folder or a link on the way to it is below /run, or on a
 * tmpfs or ramfs other than the root file system. What is not there is not lost. Unknown: a part of the way cannot be
 * looked at.
 */
struct look bootlost(const char *path);

#endif
