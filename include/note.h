/* SPDX-License-Identifier: MIT */
#ifndef NOTE_H
#define NOTE_H

#include <stddef.h>

enum { NOTES_MAX = 8192 };

/* Warnings that go with one result, as NUL-terminated texts one after another. */
struct notes {
	size_t len;
	char text[NOTES_MAX];
};

/* Adds a printf text; one that does not fit any more is dropped whole. */
__attribute__((format(printf, 2, 3))) void note_add(struct notes *notes, const char *fmt, ...);

/* The text after `last` (NULL: the first), or NULL at the end. */
const char *note_next(const struct notes *notes, const char *last);

#endif
