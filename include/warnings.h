/* SPDX-License-Identifier: MIT */
#ifndef WARNINGS_H
#define WARNINGS_H

#include <stddef.h>

enum { WARNINGS_MAX = 8192 };

/* Warnings that go with one result, as NUL-terminated texts one after another. */
struct warnings {
	size_t len;
	char text[WARNINGS_MAX];
};

/* Adds a printf text; one that does not fit any more is dropped whole. */
__attribute__((format(printf, 2, 3))) void warn_add(struct warnings *notes, const char *fmt, ...);

/* The text after `last` (NULL: the first), or NULL at the end. */
const char *warn_next(const struct warnings *notes, const char *last);

#endif
