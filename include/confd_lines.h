/* SPDX-License-Identifier: MIT */
#ifndef CONFD_LINES_H
#define CONFD_LINES_H

#include "confd.h"

/* Longer lines make systemd-binfmt give up the file (LONG_LINE_MAX, the limit itself included). */
enum { CONFD_LONG_LINE = 1 << 20 };

/*
 * Adds the lines of a file's text, which stays in use and whose bytes are changed; it needs room for len + 1. A
 * line ends at CR, LF or NUL, and each of them once in a row ends the same one. -1: no memory.
 */
int confd_add_text(struct confd *confd, const char *file, char *text, size_t len, struct host_kernel kernel);

/* Adds one line, or what stands for one. -1: no memory. */
int confd_add(struct confd *confd, const struct confd_line *line);

/* Adds what became of a file or folder as a whole. -1: no memory. */
int confd_add_whole(struct confd *confd, const char *file, enum confd_fate fate, const char *reason);

/*
 * The same where it could not be had: unread, or what is given where errno says that it is not there. To root nothing
 * is closed, and systemd-binfmt is root. -1: no memory.
 */
int confd_add_failed(struct confd *confd, const char *file, enum confd_fate absent, int error);

#endif
