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

enum kind { KIND_PASSED, KIND_COMMAND, KIND_AFTER, KIND_PART, KIND_REMAINS, KIND_TYPE, KIND_SHUTDOWN, KIND_SUCCESS };
enum section { SECTION_NONE, UNIT, SERVICE, INSTALL };

static const char *const sections[] = {[UNIT] = "[Unit]", [SERVICE] = "[Service]", [INSTALL] = "[Install]"};

/* In another section than its own systemd passes a key over. */
static const struct {
	const char *name;
	enum section section;
	enum kind kind;
} keys[] = {
    {"ExecStart", SERVICE, KIND_COMMAND},
    {"Type", SERVICE, KIND_TYPE},
    {"RemainAfterExit", SERVICE, KIND_REMAINS},
    {"After", UNIT, KIND_AFTER},
    {"PartOf", UNIT, KIND_PART},
    {"Conflicts", UNIT, KIND_SHUTDOWN},
    {"Before", UNIT, KIND_PASSED},
    {"DefaultDependencies", UNIT, KIND_PASSED},
    {"Description", UNIT, KIND_PASSED},
    {"Documentation", UNIT, KIND_PASSED},
    {"Wants", UNIT, KIND_PASSED},
    {"ExecReload", SERVICE, KIND_PASSED},
    {"StandardError", SERVICE, KIND_PASSED},
    {"StandardOutput", SERVICE, KIND_PASSED},
    {"SuccessExitStatus", SERVICE, KIND_SUCCESS},
    {"SyslogIdentifier", SERVICE, KIND_PASSED},
    {"TimeoutAbortSec", SERVICE, KIND_PASSED},
    {"TimeoutSec", SERVICE, KIND_PASSED},
    {"TimeoutStartSec", SERVICE, KIND_PASSED},
    {"TimeoutStopFailureMode", SERVICE, KIND_PASSED},
    {"TimeoutStopSec", SERVICE, KIND_PASSED},
    {"Alias", INSTALL, KIND_PASSED},
    {"Also", INSTALL, KIND_PASSED},
    {"RequiredBy", INSTALL, KIND_PASSED},
    {"WantedBy", INSTALL, KIND_PASSED},
};

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
	size_t prefix;

	if (unit->command_count == UNIT_COMMANDS_MAX || unit->word_count == UNIT_WORDS_MAX ||
	    strpbrk(value, "\"'\\$%;@|"))
		return false;
	prefix = strspn(value, "-+!:");
	unit->forgiven[unit->command_count] = memchr(value, '-', prefix) != NULL;
	value += prefix;
	unit->commands[unit->command_count++] = &unit->words[unit->word_count];
	while ((word = take_word(&value))) {
		if (unit->word_count + 1 == UNIT_WORDS_MAX)
			return false;
		unit->words[unit->word_count++] = word;
	}
	unit->words[unit->word_count++] = NULL;
	return unit->word_count < UNIT_WORDS_MAX;
}

/* Services that wait for more than their commands are a riddle. */
static bool
read_type(struct unit *unit, const char *value)
{
	unit->oneshot = strcmp(value, "oneshot") == 0;
	return unit->oneshot || strcmp(value, "simple") == 0 || strcmp(value, "exec") == 0;
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
	case KIND_TYPE:
		return read_type(unit, value);
	case KIND_SHUTDOWN:
		return strcmp(value, "shutdown.target") == 0;
	case KIND_SUCCESS: /* with others a command that fails lets those behind it run */
		return strcmp(value, "3") == 0;
	}
	return false;
}

/* The section that a line begins, SECTION_NONE: none that is known. */
static enum section
section_of(const char *line)
{
	for (enum section i = UNIT; i <= INSTALL; i++)
		if (strcmp(line, sections[i]) == 0)
			return i;
	return SECTION_NONE;
}

/* What kind of line it is in a section, and its value. False: it is not known. */
static bool
find_key(char *line, enum section section, enum kind *kind, char **value)
{
	size_t len = strcspn(line, "= \t");

	*value = strchr(line, '=');
	if (!*value || line[len + strspn(line + len, blanks)] != '=')
		return false;
	*value += 1 + strspn(*value + 1, blanks);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].section == section && strlen(keys[i].name) == len &&
		    strncmp(line, keys[i].name, len) == 0) {
			*kind = keys[i].kind;
			return true;
		}
	return false;
}

/* The next line that says something, NULL behind the last; those that begin a section only change *section. */
static char *
take_setting(char **text, enum section *section)
{
	char *line;

	while ((line = take_line(text))) {
		if (!*line || is_comment(line))
			continue;
		if (*line != '[')
			return line;
		*section = section_of(line);
		if (*section == SECTION_NONE)
			return line;
	}
	return NULL;
}

void
unit_parse(char *text, struct unit *unit)
{
	enum section section = SECTION_NONE;
	enum kind kind;
	char *line, *value;

	*unit = (struct unit){.riddle = NULL};
	while ((line = take_setting(&text, &section)))
		if ((!find_key(line, section, &kind, &value) || !read_value(unit, kind, value)) && !unit->riddle)
			unit->riddle = line;
	if (unit->command_count > 1 && !unit->oneshot && !unit->riddle)
		unit->riddle = "more than one ExecStart= without Type=oneshot";
}

bool
unit_is_harmless(char *text)
{
	enum section section = SECTION_NONE;
	enum kind kind;
	char *line, *value;

	while ((line = take_setting(&text, &section)))
		if (!find_key(line, section, &kind, &value) || kind != KIND_PASSED)
			return false;
	return true;
}
