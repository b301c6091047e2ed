/* SPDX-License-Identifier: MIT */
/*
 * The text of a unit of systemd (systemd.syntax(7), systemd.service(5)): sections of KEY=VALUE, where a backslash at
 * the end of a line makes the next one its continuation, and an empty value takes back what the key was given before.
 * What could change when or how the commands are run, and is not known here, is a riddle; so are quotes, variables and
 * specifiers in a command.
 */
#include <string.h>

#include "unit.h"

static const char blanks[] = " \t\r";

enum kind { KIND_PASSED, KIND_COMMAND, KIND_AFTER, KIND_PART, KIND_REMAINS };

static const struct {
	const char *name;
	enum kind kind;
} keys[] = {
    {"ExecStart", KIND_COMMAND},
    {"After", KIND_AFTER},
    {"PartOf", KIND_PART},
    {"RemainAfterExit", KIND_REMAINS},
    {"Before", KIND_PASSED},
    {"Conflicts", KIND_PASSED},
    {"DefaultDependencies", KIND_PASSED},
    {"Description", KIND_PASSED},
    {"Documentation", KIND_PASSED},
    {"ExecReload", KIND_PASSED},
    {"Requires", KIND_PASSED},
    {"StandardError", KIND_PASSED},
    {"StandardOutput", KIND_PASSED},
    {"SuccessExitStatus", KIND_PASSED},
    {"TimeoutSec", KIND_PASSED},
    {"TimeoutStartSec", KIND_PASSED},
    {"Type", KIND_PASSED},
    {"WantedBy", KIND_PASSED},
    {"Wants", KIND_PASSED},
};

static const char *const sections[] = {"[Unit]", "[Service]", "[Install]"};

static bool
is_comment(const char *line)
{
	line += strspn(line, blanks);
	return *line == '#' || *line == ';';
}

/* What stands behind the end of a line. */
static char *
skip_line(char *at)
{
	at += strcspn(at, "\n");
	return *at ? at + 1 : at;
}

/* The next line with its continuations, cut off in place, blanks around it taken away; NULL behind the last. */
static char *
take_line(char **next)
{
	char *line = *next, *to = line, *from = line;
	bool goes_on = true;

	if (!*line)
		return NULL;
	while (goes_on && *from) {
		size_t len = strcspn(from, "\n");
		char *behind = skip_line(from);

		goes_on = len && from[len - 1] == '\\' && !is_comment(line);
		memmove(to, from, len);
		to += len;
		if (goes_on)
			to[-1] = ' ';
		while (goes_on && *behind && is_comment(behind))
			behind = skip_line(behind);
		from = behind;
	}
	*next = from;
	while (to > line && strchr(blanks, to[-1]))
		to--;
	*to = '\0';
	return line + strspn(line, blanks);
}

/* The first word of a list, cut off; NULL: there is none. */
static char *
take_word(char **list)
{
	char *word = *list + strspn(*list, blanks), *end = word + strcspn(word, blanks);

	if (!*word)
		return NULL;
	*list = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* Whether a list names what resets handlers; an empty one takes back what was named before. */
static void
read_names(char *value, bool *named)
{
	const char *word = take_word(&value);

	if (!word)
		*named = false;
	for (; word; word = take_word(&value))
		*named |= strcmp(word, "systemd-binfmt.service") == 0;
}

/* Adds a command; false: it is not plain, or there is no room. */
static bool
add_command(struct unit *unit, char *value)
{
	char *word;

	if (unit->command_count == UNIT_COMMANDS_MAX || unit->word_count == UNIT_WORDS_MAX ||
	    strpbrk(value, "\"'\\$%;@|"))
		return false;
	value += strspn(value, "-+!:");
	unit->commands[unit->command_count++] = &unit->words[unit->word_count];
	while ((word = take_word(&value))) {
		if (unit->word_count + 1 == UNIT_WORDS_MAX)
			return false;
		unit->words[unit->word_count++] = word;
	}
	unit->words[unit->word_count++] = NULL;
	return unit->word_count < UNIT_WORDS_MAX;
}

static bool
read_value(struct unit *unit, enum kind kind, char *value)
{
	static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};

	switch (kind) {
	case KIND_PASSED:
		return true;
	case KIND_COMMAND:
		if (*value)
			return add_command(unit, value);
		unit->command_count = unit->word_count = 0;
		return true;
	case KIND_AFTER:
		read_names(value, &unit->after);
		return true;
	case KIND_PART:
		read_names(value, &unit->part);
		return true;
	case KIND_REMAINS:
		unit->remains = false;
		for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
			unit->remains |= strcmp(value, yes[i]) == 0;
		return true;
	}
	return false;
}

/* False: it is not understood. */
static bool
read_line(struct unit *unit, char *line)
{
	size_t len = strcspn(line, "= \t");
	char *value = strchr(line, '=');

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(line, sections[i]) == 0)
			return true;
	if (!value || line[len + strspn(line + len, blanks)] != '=')
		return false;
	value++;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].name) == len && strncmp(line, keys[i].name, len) == 0)
			return read_value(unit, keys[i].kind, value + strspn(value, blanks));
	return false;
}

void
unit_parse(char *text, struct unit *unit)
{
	char *line;

	*unit = (struct unit){.riddle = NULL};
	while ((line = take_line(&text)))
		if (*line && !is_comment(line) && !read_line(unit, line) && !unit->riddle)
			unit->riddle = line;
}
