/* SPDX-License-Identifier: MIT */
#ifndef SMALLFILE_H
#define SMALLFILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a regular file whole, of at most size - 1 bytes, and adds a NUL. Its length, or -1 with errno and no text:
 * EFBIG: it is larger; EINVAL: it is no regular file, and was not opened.
 */
ssize_t smallfile_read(const char *path, char *text, size_t size);

#endif
