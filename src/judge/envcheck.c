/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "envcheck.h"
#include "err.h"
#include "named.h"
#include "opened.h"
#include "shebang.h"

#define BLANKS " \t"

/* What env is given, without the blanks around it. False: this is no whole line of a script that env runs. */
static bool
argument_of_env(const struct subject *script, char text[static PATTERN_WINDOW])
{
	char path[PATTERN_WINDOW];
	const char *base, *at;
	size_t len;

	if (!shebang_path(script->head, path))
		return false;
	base = strrchr(path, '/');
	if (strcmp(base ? base + 1 : path, "env") != 0 || !memchr(script->head, '\n', PATTERN_WINDOW))
		return false;
	at = (const char *)script->head + 2;
	at += strspn(at, BLANKS) + strlen(path);
	at += strspn(at, BLANKS);
	len = strcspn(at, "\n");
	while (len > 0 && strchr(BLANKS, at[len - 1]))
		len--;
	snprintf(text, PATTERN_WINDOW, "%.*s", (int)len, at);
	return len > 0;
}

static bool
is_there(int root, const char *path)
{
	struct opened file;

	if (opened_open(root, path, false, &file) > 0)
		return false;
	opened_close(&file);
	return true;
}

static bool
is_in_path(int root, const char *name)
{
	char path[64 + PATTERN_WINDOW];

	if (*name == '/')
		return is_there(root, name);
	for (size_t i = 0; named_folders[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", named_folders[i], name);
		if (is_there(root, path))
			return true;
	}
	return false;
}

static void
split_words(const char *argument, const char *file, struct err *why)
{
	char word[PASTE_MAX];

	err_note(why, "env is given \"%s\" as one word, and looks for a program of that name: env -S splits it",
		 argument);
	if (edit_word(file, false, word))
		err_fix(why, "sed -i '1s/env[[:blank:]]/env -S /' %s", word);
}

bool
envcheck_missing(int root, const struct subject *script, struct err *why)
{
	char text[PATTERN_WINDOW], *name = text;
	bool split;

	if (!argument_of_env(script, text) || strchr(text, '\r'))
		return false;
	split = strncmp(text, "-S", 2) == 0;
	if (split)
		name += 2 + strspn(name + 2, BLANKS);
	if (split)
		name[strcspn(name, BLANKS)] = '\0';
	/* Options, assignments, what -S would unquote, and a path below a folder that is not known. */
	if (!*name || *name == '-' || strpbrk(name, "=\\'\"$") || (*name != '/' && strchr(name, '/')))
		return false;
	if (is_in_path(root, name))
		return false;
	if (strpbrk(name, BLANKS))
		split_words(name, script->path, why);
	else
		err_note(why, "env looks for %s%s", name,
			 *name == '/' ? ", which is not there" : " in PATH, and no usual folder has it");
	return true;
}
