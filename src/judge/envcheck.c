/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "envcheck.h"
#include "err.h"
#include "look.h"
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

static struct look
is_there(int root, const char *path)
{
	struct opened file;
	int error = opened_open(root, path, false, &file);

	opened_close(&file);
	return error < 0 ? look_unknown() : look_seen(error == 0);
}

static struct look
is_in_path(int root, const char *name)
{
	struct look found = look_seen(false), here;
	char path[64 + PATTERN_WINDOW];

	if (*name == '/')
		return is_there(root, name);
	for (size_t i = 0; named_folders[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", named_folders[i], name);
		here = is_there(root, path);
		if (here.is == LOOK_YES)
			return here;
		if (here.is == LOOK_UNKNOWN)
			found = here;
	}
	return found;
}

static void
say_missing(const char *name, struct err *why)
{
	err_add(why, "env looks for %s%s", name,
		*name == '/' ? ", which is not there" : " in PATH, and no usual folder has it");
}

/* env -S helps where env finds the first of the words. */
static void
split_words(int root, const char *argument, const char *file, struct err *why)
{
	char first[PATTERN_WINDOW], word[PASTE_MAX];
	struct look found;

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(argument, BLANKS), argument);
	found = is_in_path(root, first);
	err_note(why, "env is given \"%s\" as one word, and looks for a program of that name: env -S splits it",
		 argument);
	if (found.is == LOOK_NO) {
		err_add(why, "; then ");
		say_missing(first, why);
	} else if (found.is == LOOK_YES && edit_word(file, false, word)) {
		err_fix(why, "sed -i '1s/env[[:blank:]]/env -S /' %s", word);
	}
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
	if (is_in_path(root, name).is != LOOK_NO)
		return false;
	err_note(why, "%s", "");
	if (strpbrk(name, BLANKS))
		split_words(root, name, script->path, why);
	else
		say_missing(name, why);
	return true;
}
