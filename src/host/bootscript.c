/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt_list.h"
#include "bootscript.h"
#include "smallfile.h"
#include "walk.h"

enum { SCRIPT_MAX = 8192 };

static const char blanks[] = " \t";

/*
 * Scripts of man/examples, but for their comments and blank lines; "@" is the program. What another says between such
 * lines may keep it from being run.
 */
static const char *const init[] = {
    "#!/bin/sh",
    "case \"$1\" in",
    "start | restart | force-reload) # 3: there is no binfmt_misc to act on, as in a container; nothing has failed",
    "@ -q load --mount || [ $? -eq 3 ]",
    ";;",
    "reload)",
    "@ -q refresh || [ $? -eq 3 ]",
    ";;",
    "status)",
    "@ status",
    ";;",
    "stop) ;; # what runs by a handler would end with it: `binfmtctl remove all` does that",
    "*)",
    "echo \"usage: $0 start|stop|restart|reload|force-reload|status\" >&2",
    "exit 2",
    ";;",
    "esac",
    NULL,
};
static const char *const openrc[] = {
    "#!/sbin/openrc-run",
    "description=\"Handlers for foreign programs\"",
    "extra_started_commands=\"reload\"",
    "depend() {",
    "need localmount",
    "after modules",
    "}",
    "start() {",
    "ebegin \"Registering handlers\"",
    "@ -q load --mount || [ $? -eq 3 ]",
    "eend $?",
    "}",
    "reload() {",
    "ebegin \"Registering handlers whose interpreter was replaced\"",
    "@ -q refresh || [ $? -eq 3 ]",
    "eend $?",
    "}",
    NULL,
};
static const char *const *const examples[] = {init, openrc};

struct look
bootscript_starts(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	return look_seen(S_ISREG(st.st_mode) && st.st_mode & 0111);
}

struct look
bootscript_runs(const char *path)
{
	struct binfmt_list none = {.count = 0};
	const struct walk_where where = {.root = -1, .list = &none};
	static struct walk walk; /* 12 KB */
	struct look starts = bootscript_starts(path);

	if (starts.is != LOOK_YES)
		return starts;
	walk_file(&where, path, &walk);
	if (walk.verdict == WALK_UNKNOWN || (walk.error == EACCES && geteuid() != 0)) /* as it boots it is root */
		return look_unknown();
	return look_seen(walk.verdict == WALK_RUNS);
}

/* Whether a word is one, by its length. */
static bool
is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && strncmp(at, word, len) == 0;
}

/* Whether the words of a command are `load --mount`, with options that change nothing of what it registers. */
static bool
are_load(const char *at)
{
	static const char *const harmless[] = {"-q", "--quiet", "-v", "--verbose", "--mount"};
	bool loads = false, mounts = false, known = true;

	for (at += strspn(at, blanks); known && *at && strcmp(at, "|| [ $? -eq 3 ]") != 0;
	     at += strcspn(at, blanks), at += strspn(at, blanks)) {
		size_t len = strcspn(at, blanks), i = 0;

		while (i < sizeof(harmless) / sizeof(harmless[0]) && !is_word(at, len, harmless[i]))
			i++;
		known = i < sizeof(harmless) / sizeof(harmless[0]) || (!loads && is_word(at, len, "load"));
		loads |= is_word(at, len, "load");
		mounts |= is_word(at, len, "--mount");
	}
	return loads && mounts && known;
}

/* Takes our program's path, the same as before if there was one, from the beginning of a line. Its length, 0: none. */
static size_t
take_program(const char *line, char program[static PATH_MAX])
{
	static const char own[] = "/binfmtctl";
	size_t len = strcspn(line, blanks);

	if (*line != '/' || len < strlen(own) || len >= PATH_MAX || strcspn(line, "$`'\"\\*?[;&|<>(){}#~!") < len ||
	    strncmp(line + len - strlen(own), own, strlen(own)) != 0 || (*program && !is_word(line, len, program)))
		return 0;
	snprintf(program, PATH_MAX, "%.*s", (int)len, line);
	return len;
}

/* Whether a line, but for its blanks, is our program's path with `load`: then that path. */
static bool
is_load(const char *line, char program[static PATH_MAX])
{
	size_t len;

	if (strncmp(line, "exec ", 5) == 0)
		line += 5 + strspn(line + 5, blanks);
	len = take_program(line, program);
	return len && are_load(line + len);
}

/* Whether a line is that of an example. */
static bool
is_like(const char *line, const char *wanted, char program[static PATH_MAX])
{
	size_t len = *wanted == '@' ? take_program(line, program) : 0;

	return *wanted == '@' ? len && strcmp(line + len, wanted + 1) == 0 : strcmp(line, wanted) == 0;
}

/* The next line that says something, blanks around it cut off; NULL: none. The first one always counts. */
static char *
take_line(char **text, bool first)
{
	char *line = NULL;

	do {
		line = strsep(text, "\n");
		if (!line)
			return NULL;
		line += strspn(line, blanks);
		for (size_t len = strlen(line); len && strchr(blanks, line[len - 1]);)
			line[--len] = '\0';
	} while (!first && (!*line || *line == '#'));
	return line;
}

/* Whether a script's lines are those of an example. */
static bool
is_example(char *text, const char *const *lines, char program[static PATH_MAX])
{
	char *line = take_line(&text, true);
	size_t i = 0;

	*program = '\0';
	for (; line && lines[i] && is_like(line, lines[i], program); i++)
		line = take_line(&text, false);
	return !line && !lines[i];
}

/* Whether a script for the shell does nothing but load, in the end. */
static bool
only_loads(char *text, char program[static PATH_MAX])
{
	char *line = take_line(&text, true);

	*program = '\0';
	if (strcmp(line, "#!/bin/sh") != 0)
		return false;
	do
		line = take_line(&text, false);
	while (line && (strcmp(line, "set -e") == 0 || strcmp(line, "exec 2>&1") == 0));
	return line && is_load(line, program) && !take_line(&text, false);
}

/* Whether a text is understood: what runs it, and the program that it calls. */
static bool
is_understood(const char *text, char shell[static PATH_MAX], char program[static PATH_MAX])
{
	static char copy[SCRIPT_MAX];
	bool is;

	snprintf(shell, PATH_MAX, "%s", "/bin/sh");
	snprintf(copy, sizeof(copy), "%s", text);
	is = only_loads(copy, program);
	for (size_t i = 0; !is && i < sizeof(examples) / sizeof(examples[0]); i++) {
		snprintf(shell, PATH_MAX, "%s", examples[i][0] + 2);
		snprintf(copy, sizeof(copy), "%s", text);
		is = is_example(copy, examples[i], program);
	}
	return is;
}

struct look
bootscript_loads(const char *path)
{
	struct look starts = bootscript_starts(path);
	char text[SCRIPT_MAX], shell[PATH_MAX], program[PATH_MAX];
	ssize_t len;

	if (starts.is != LOOK_YES)
		return starts;
	len = smallfile_read(path, text, sizeof(text));
	if (len < 0 || strlen(text) != (size_t)len || !is_understood(text, shell, program))
		return look_unknown();
	return look_both(bootscript_runs(shell), bootscript_runs(program));
}
