/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bootscript.h"
#include "interp.h"
#include "smallfile.h"

enum { SCRIPT_MAX = 8192 };

static const char blanks[] = " \t";

struct look
bootscript_starts(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	return look_seen(S_ISREG(st.st_mode) && st.st_mode & 0111);
}

/* Whether a word is one, by its length. */
static bool
is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && strncmp(at, word, len) == 0;
}

/* Whether the words of a command are `load` with options that change nothing of what it registers. */
static bool
are_load(const char *at)
{
	static const char *const harmless[] = {"-q", "--quiet", "-v", "--verbose", "--mount"};
	bool loads = false, known = true;

	for (at += strspn(at, blanks); known && *at && !is_word(at, strcspn(at, blanks), "||");
	     at += strcspn(at, blanks), at += strspn(at, blanks)) {
		size_t len = strcspn(at, blanks), i = 0;

		while (i < sizeof(harmless) / sizeof(harmless[0]) && !is_word(at, len, harmless[i]))
			i++;
		known = i < sizeof(harmless) / sizeof(harmless[0]) || (!loads && is_word(at, len, "load"));
		loads |= is_word(at, len, "load");
	}
	return loads && known;
}

/* Whether a line, but for its blanks, is our program's path with `load`: then that path. */
static bool
read_line(const char *line, char program[static PATH_MAX])
{
	static const char own[] = "/binfmtctl";
	size_t len;

	line += strspn(line, blanks);
	if (strncmp(line, "exec ", 5) == 0)
		line += 5 + strspn(line + 5, blanks);
	len = strcspn(line, blanks);
	if (*line != '/' || len < sizeof(own) || len >= PATH_MAX || strcspn(line, "$`'\"\\*?[") < len ||
	    strncmp(line + len - strlen(own), own, strlen(own)) != 0)
		return false;
	snprintf(program, PATH_MAX, "%.*s", (int)len, line);
	return are_load(line + len);
}

struct look
bootscript_loads(const char *path)
{
	struct look starts = bootscript_starts(path);
	char text[SCRIPT_MAX], program[PATH_MAX], *save = NULL;
	struct interp ignored;

	if (starts.is != LOOK_YES)
		return starts;
	if (smallfile_read(path, text, sizeof(text)) < 0)
		return look_unknown();
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (read_line(line, program))
			return interp_look(program, &ignored, NULL);
	return look_unknown();
}
