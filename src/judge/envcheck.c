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

/* The path of the env that runs a script, and what that is given, without the blanks around it. False: this is no whole
 * line of a script that env runs. */
static bool
read_line(const struct subject *script, char env[static PATTERN_WINDOW], char text[static PATTERN_WINDOW])
{
	const char *base, *at;
	size_t len;

	if (!shebang_path(script->head, env))
		return false;
	base = strrchr(env, '/');
	if (strcmp(base ? base + 1 : env, "env") != 0 || !memchr(script->head, '\n', PATTERN_WINDOW))
		return false;
	at = (const char *)script->head + 2;
	at += strspn(at, BLANKS) + strlen(env);
	at += strspn(at, BLANKS);
	len = strcspn(at, "\n");
	while (len > 0 && strchr(BLANKS, at[len - 1]))
		len--;
	snprintf(text, PATTERN_WINDOW, "%.*s", (int)len, at);
	return len > 0;
}

/* Whether an env has -S, as coreutils since 8.30 and what follows them: its long name is in the program's text. */
static struct look
knows_split(int root, const char *env)
{
	struct opened file;
	struct look found = look_unknown();

	if (opened_open(root, env, true, &file) == 0 && opened_readable(&file))
		found = opened_contains(&file, "split-string");
	if (found.is == LOOK_NO && opened_contains(&file, "BusyBox").is != LOOK_YES)
		found = look_unknown();
	opened_close(&file);
	return found;
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

static void
say_no_split(const char *env, struct err *why)
{
	err_add(why, "%s is busybox's, which has no -S", env);
}

/* env -S helps where env has that, and finds the first of the words. */
static void
split_words(int root, const char *env, const char *argument, const char *file, struct err *why)
{
	char first[PATTERN_WINDOW], word[PASTE_MAX];
	struct look found, splits = knows_split(root, env);

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(argument, BLANKS), argument);
	found = is_in_path(root, first);
	err_note(why, "env is given \"%s\" as one word, and looks for a program of that name: env -S splits it",
		 argument);
	if (splits.is == LOOK_NO) {
		err_add(why, ", but ");
		say_no_split(env, why);
	} else if (found.is == LOOK_NO) {
		err_add(why, "; then ");
		say_missing(first, why);
	} else if (splits.is == LOOK_YES && found.is == LOOK_YES && edit_word(file, false, word)) {
		err_fix(why, "sed -i '1s/env[[:blank:]]/env -S /' %s", word);
	}
}

bool
envcheck_missing(int root, const struct subject *script, struct err *why)
{
	char env[PATTERN_WINDOW], text[PATTERN_WINDOW], *name = text;
	bool split;

	if (!read_line(script, env, text) || strchr(text, '\r'))
		return false;
	split = strncmp(text, "-S", 2) == 0;
	err_note(why, "%s", "");
	if (split && knows_split(root, env).is == LOOK_NO) {
		say_no_split(env, why);
		return true;
	}
	if (split)
		name += 2 + strspn(name + 2, BLANKS);
	if (split)
		name[strcspn(name, BLANKS)] = '\0';
	/* Options, assignments, what -S would unquote, and a path below a folder that is not known. */
	if (!*name || *name == '-' || strpbrk(name, "=\\'\"$") || (*name != '/' && strchr(name, '/')))
		return false;
	if (is_in_path(root, name).is != LOOK_NO)
		return false;
	if (strpbrk(name, BLANKS))
		split_words(root, env, name, script->path, why);
	else
		say_missing(name, why);
	return true;
}
