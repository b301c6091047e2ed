/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ROOT_H
#define PROBE_ROOT_H

/*
 * Makes an empty file system the root and working directory of this process: a tmpfs that is mounted nowhere.
 * Moves it into a user namespace where it has to. 0, or -1 and errno.
 */
int probe_root_empty(void);

/* The same with an opened folder. */
int probe_root_enter(int folder);

#endif
