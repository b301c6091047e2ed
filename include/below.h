/* SPDX-License-Identifier: MIT */
#ifndef BELOW_H
#define BELOW_H

#include <stdbool.h>

/*
 * Opens a path as after chroot to the folder `root` (a descriptor), links and .. included, by openat2 of Linux 5.6;
 * -1: as it is found here, ROOTVIEW: as it will be
 * seen (rootview.h). An empty path is the current folder, after chroot the root: so does the kernel's
 * own lookup for exec. flags: of open(2), to which O_CLOEXEC is added. A descriptor, or -1 with errno.
 */
int below_open(int root, const char *path, int flags);

/* Whether that can be done below this folder: some kernels lack openat2, and old seccomp filters forbid it. */
bool below_works(int root);

/*
 * Opens for reading the very file that `fd`, opened with O_PATH, names, whatever has its path now: to open a device or
 * a FIFO can do something, so what a file is has to be seen first. Without /proc it is opened by the path, and
 * compared. waits: at a FIFO for a writer. A descriptor, or -1 with errno: ESTALE if the path leads to another file
 * now.
 */
int below_reopen(int fd, int root, const char *path, bool waits);

#endif
