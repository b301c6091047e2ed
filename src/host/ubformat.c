/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "confline.h"
#include "ubformat.h"

enum { DELIMITERS = 7, LETTERS = 4 }; /* type and flags */

const char *
ubformat_rule(const struct ubformat *format, char delimiter, struct host_kernel kernel, struct arena *arena,
	      struct rule *rule)
{
	const char *const what = format->magic ? format->magic : format->extension;
	size_t room = strlen(format->name) + strlen(format->offset) + strlen(what) + strlen(format->mask) +
		      strlen(format->interpreter) + DELIMITERS + LETTERS + 1;
	char *line = arena_take(arena, room, 1), d = delimiter;
	int len;

	if (!line)
		return "out of memory";
	len = snprintf(line, room, "%c%s%c%c%c%s%c%s%c%s%c%s%c%s%s%s", d, format->name, d, format->magic ? 'M' : 'E', d,
		       format->offset, d, what, d, format->mask, d, format->interpreter, d,
		       format->credentials ? "C" : "", format->preserve ? "P" : "", format->fix_binary ? "F" : "");
	return confline_parse(line, (size_t)len, kernel.major, kernel.minor, rule);
}
