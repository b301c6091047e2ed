/* SPDX-License-Identifier: MIT */
#ifndef FORMATFILE_H
#define FORMATFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "host.h"

struct arena;
struct rule;

/*
 * Format files, which packages hand to update-binfmts --import: a key and its value on each line, for one entry of the
 * file's name. No line of binfmt.d can be taken for one: none begins with a key and a blank. damaged: also one whose
 * first line is not understood, by two others.
 */
bool formatfile_is(const char *text, size_t len, bool damaged);

/*
 * The rule that update-binfmts registers for it on this kernel; it points into the arena, the name and the text, whose
 * bytes are changed: it needs room for len + 1. What that program passes over without a word, or takes for something
 * else than is written there, is refused. NULL, or the reason; *number is its line then, 0: the file as a whole.
 */
const char *formatfile_parse(const char *name, char *text, size_t len, struct host_kernel kernel, struct arena *arena,
			     struct rule *rule, unsigned *number);

#endif
