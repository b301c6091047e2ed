/* SPDX-License-Identifier: MIT */
#ifndef CONFD_FILE_H
#define CONFD_FILE_H

#include "confd.h"

/* What a file may be. */
enum confd_kind {
	CONFD_LINES = 1,  /* of binfmt.d */
	CONFD_FORMAT = 2, /* of update-binfmts, by its content; other files of such a name are passed over */
	CONFD_EITHER = CONFD_LINES | CONFD_FORMAT,
	CONFD_NAMED = CONFD_EITHER | 4, /* one that was asked for: a FIFO is waited at */
};

/* Adds a file's lines, or what is wrong with it; `path` is kept. -1: no memory. */
int confd_add_file(struct confd *confd, const char *path, enum confd_kind kind, struct host_kernel kernel);

#endif
