/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "shebang.h"

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* The first byte from `at` to `last` that is no blank; last + 1 if there is none. */
static size_t
skip_blanks(const unsigned char *head, size_t at, size_t last)
{
	while (at <= last && is_blank(head[at]))
		at++;
	return at;
}

/* The first byte that ends a name, a blank or NUL; last + 1 if there is none. */
static size_t
name_end(const unsigned char *head, size_t at, size_t last)
{
	while (at <= last && head[at] && !is_blank(head[at]))
		at++;
	return at;
}

/* Where the line ends, as strnchr finds it: a NUL in front hides the newline. False if there is none. */
static bool
find_newline(const unsigned char *head, size_t *end)
{
	const unsigned char *newline = memchr(head, '\n', PATTERN_WINDOW);

	if (!newline || memchr(head, '\0', (size_t)(newline - head)))
		return false;
	*end = (size_t)(newline - head);
	return true;
}

bool
shebang_path(const unsigned char head[static PATTERN_WINDOW], char path[static PATTERN_WINDOW])
{
	enum { START = 2, LAST = PATTERN_WINDOW - 1 };
	size_t end, name, len;

	if (head[0] != '#' || head[1] != '!')
		return false;
	if (!find_newline(head, &end)) {
		end = skip_blanks(head, START, LAST);
		if (end > LAST || name_end(head, end, LAST) > LAST)
			return false;
		end = LAST;
	}
	while (is_blank(head[end - 1]))
		end--;
	name = skip_blanks(head, START, end);
	if (name >= end)
		return false;
	/* The byte at `end` becomes NUL there, whatever it was. */
	len = name_end(head, name, end - 1) - name;
	memcpy(path, head + name, len);
	path[len] = '\0';
	return true;
}
