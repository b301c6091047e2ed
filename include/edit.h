/* SPDX-License-Identifier: MIT */
#ifndef EDIT_H
#define EDIT_H

#include <stdbool.h>

#include "paste.h"

struct err;
struct walk_where;

/*
 * A file as the last word of a command for `sed -i`, which puts a new file in place of what it is given: behind a link
 * that is the path of the file itself. whole: the command may change every line, so the file must be a text to its
 * end (no byte of zero). False where no such command helps: no regular file, a read-only file system, a path that
 * cannot be pasted, or none of that can be told.
 */
bool edit_word(const char *path, bool whole, char word[static PASTE_MAX]);

/*
 * `chmod +x` as the fix, where the mode (no bit of it) is all that keeps the file from running, and can be changed.
 * False: no fix.
 */
bool edit_chmod(const struct walk_where *where, const char *path, struct err *why);

#endif
