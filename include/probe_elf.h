/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ELF_H
#define PROBE_ELF_H

#include <stddef.h>

/*
 * An executable file without a name that holds these bytes: a memfd, or where those are refused
 * (memfd_noexec, seccomp) an unnamed file in /dev/shm, /var/tmp, /tmp or the current folder.
 * Opened read-only, as a writer would make exec fail, and without close-on-exec, as the
 * interpreter has to open it by /proc/self/fd/N. -1 if no place will do.
 */
int probe_file(const unsigned char *bytes, size_t size);

#endif
