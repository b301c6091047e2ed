/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "paste.h"
#include "text.h"

/* Whether the shell could take the path for something else than a file of a folder. */
static bool
needs_folder(const char *path, bool command)
{
	if (!command)
		return path[0] == '-';
	return path[0] != '/' && strncmp(path, "./", 2) != 0 && strncmp(path, "../", 3) != 0;
}

bool
paste_word(const char *text, char word[static PASTE_MAX])
{
	size_t len = 0;

	word[0] = '\0';
	for (const char *c = text; *c && len < PASTE_MAX; c++)
		len += *c == '\'' ? 4 : 1;
	if (len + 16 > PASTE_MAX || !text_shown(text))
		return false;
	text_quote(text, word, PASTE_MAX);
	return true;
}

bool
paste_file(const char *path, bool command, char word[static PASTE_MAX])
{
	char whole[PASTE_MAX];

	word[0] = '\0';
	if (!*path || strlen(path) + sizeof("./") > sizeof(whole))
		return false;
	snprintf(whole, sizeof(whole), "%s%s", needs_folder(path, command) ? "./" : "", path);
	return paste_word(whole, word);
}
