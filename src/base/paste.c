/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "paste.h"
#include "text.h"

static bool
shown_as_it_is(const char *path)
{
	size_t len = strlen(path), n;
	unsigned point;

	for (size_t i = 0; i < len; i += n) {
		n = text_utf8(path + i, len - i, &point);
		if (!n || !text_printable(point))
			return false;
	}
	return true;
}

/* Whether the shell could take the path for something else than a file of a folder. */
static bool
needs_folder(const char *path, bool command)
{
	if (!command)
		return path[0] == '-';
	return path[0] != '/' && strncmp(path, "./", 2) != 0 && strncmp(path, "../", 3) != 0;
}

bool
paste_file(const char *path, bool command, char word[static PASTE_MAX])
{
	char whole[PASTE_MAX];
	size_t len = 0;

	word[0] = '\0';
	for (const char *c = path; *c && len < PASTE_MAX; c++)
		len += *c == '\'' ? 4 : 1;
	if (!*path || len + 16 > PASTE_MAX || !shown_as_it_is(path))
		return false;
	snprintf(whole, sizeof(whole), "%s%s", needs_folder(path, command) ? "./" : "", path);
	text_quote(whole, word, PASTE_MAX);
	return true;
}
