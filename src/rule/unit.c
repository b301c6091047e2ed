/* SPDX-License-Identifier: MIT */
/*
 * The text of a unit of systemd (systemd.syntax(7), systemd.service(5)): sections of KEY=VALUE, where a backslash at
 * the end of a line makes the next one its continuation. Only the keys below are understood, each with the values
 * that stand there: all else could change whether, when or how the commands are run, and is a riddle.
 */
#include <string.h>
#include <strings.h>

#include "unit.h"

static const char blanks[] = " \t";

enum kind {
	KIND_ANY,
	KIND_ONE,  /* of the known values */
	KIND_LIST, /* of them; an empty one changes nothing, of dependencies it takes none back */
	KIND_COMMAND,
	KIND_RELOAD,
	KIND_AFTER,
	KIND_PART,
	KIND_REMAINS,
	KIND_TYPE,
	KIND_VARIABLE
};
enum section { SECTION_NONE, UNIT, SERVICE, MOUNT, INSTALL, PASSED };

/* Whose text it is: our own unit's, a drop-in of any, or a mount that stands in fstab (systemd-fstab-generator(8)). */
enum text { OWN = 1, DROP_IN = 2, FSTAB = 4, ALL = OWN | DROP_IN | FSTAB };

static const char *const sections[] = {
    [UNIT] = "[Unit]", [SERVICE] = "[Service]", [MOUNT] = "[Mount]", [INSTALL] = "[Install]"};

/* In another section than its own systemd passes a key over. */
static const struct key {
	const char *name;
	enum section section;
	unsigned of; /* enum text */
	enum kind kind;
	const char *known; /* values, or words of lists */
} keys[] = {
    {"ExecStart", SERVICE, OWN, KIND_COMMAND, ""},
    {"ExecReload", SERVICE, OWN, KIND_RELOAD, ""},
    {"Type", SERVICE, OWN, KIND_TYPE, "oneshot simple exec"},
    {"RemainAfterExit", SERVICE, OWN, KIND_REMAINS, ""},
    {"SuccessExitStatus", SERVICE, OWN, KIND_ONE, "3"}, /* with others a command that fails lets those behind it run */
    {"TimeoutStartSec", SERVICE, OWN, KIND_ONE, "infinity 0"},
    {"After", UNIT, OWN, KIND_AFTER,
     "local-fs.target proc-sys-fs-binfmt_misc.mount proc-sys-fs-binfmt_misc.automount systemd-binfmt.service"},
    {"PartOf", UNIT, OWN, KIND_PART, "systemd-binfmt.service"},
    {"Before", UNIT, OWN, KIND_LIST, "shutdown.target"},
    {"Conflicts", UNIT, OWN, KIND_LIST, "shutdown.target"},
    {"DefaultDependencies", UNIT, OWN, KIND_ONE, "yes"},
    {"Environment", SERVICE, OWN | DROP_IN, KIND_VARIABLE, ""},
    {"StandardError", SERVICE, OWN | DROP_IN, KIND_ONE, "inherit null journal"},
    {"StandardOutput", SERVICE, OWN | DROP_IN, KIND_ONE, "inherit null journal"},
    {"SyslogIdentifier", SERVICE, OWN | DROP_IN, KIND_ANY, ""},
    {"TimeoutStopFailureMode", SERVICE, OWN | DROP_IN, KIND_ONE, "terminate abort kill"},
    {"RequiredBy", INSTALL, OWN | DROP_IN, KIND_ANY, ""},
    {"WantedBy", INSTALL, OWN | DROP_IN, KIND_ANY, ""},
    {"Description", UNIT, ALL, KIND_ANY, ""},
    {"Documentation", UNIT, ALL, KIND_ANY, ""},
    {"SourcePath", UNIT, FSTAB, KIND_ONE, "/etc/fstab"},
    {"Before", UNIT, FSTAB, KIND_LIST, "local-fs.target"},
    {"What", MOUNT, FSTAB, KIND_ANY, ""},
    {"Where", MOUNT, FSTAB, KIND_ONE, "/proc/sys/fs/binfmt_misc"},
    {"Type", MOUNT, FSTAB, KIND_ONE, "binfmt_misc"},
    {"Options", MOUNT, FSTAB, KIND_ONE, "defaults nofail noauto nosuid,nodev,noexec"},
};

/* Whether it has nothing by which systemd may see other lines: bytes that end one, or two backslashes. */
static bool
is_plain(const char *text)
{
	for (const char *at = text; *at; at++)
		if ((*at > 0 && *at < ' ' && *at != '\t' && *at != '\n') || *at == 127)
			return false;
	return !strstr(text, "\\\\");
}

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

/* Whether a word is one of those, with a blank between them. */
static bool
is_known(const char *known, const char *word)
{
	size_t len = strlen(word);

	for (; *known && len && !strpbrk(word, blanks); known += strcspn(known, " "), known += strspn(known, " "))
		if (strncmp(known, word, len) == 0 && (known[len] == ' ' || !known[len]))
			return true;
	return false;
}

/* Whether all words of a list are known; *named: one is the service that resets handlers. */
static bool
read_list(char *value, const char *known, bool *named)
{
	const char *word;

	while ((word = take_word(&value))) {
		if (!is_known(known, word))
			return false;
		*named |= strcmp(word, "systemd-binfmt.service") == 0;
	}
	return true;
}

/* Whether a command is a path and words that mean themselves; *forgiven: with the prefix that lets it fail. */
static bool
is_plain_command(const char *value, bool *forgiven)
{
	size_t len;

	*forgiven = *value == '-';
	value += *forgiven;
	len = strcspn(value, blanks);
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at >= 127)
			return false;
	return *value == '/' && value[len - 1] != '/' && !strpbrk(value, "\"'\\$%;@|") && !strstr(value, "//") &&
	       !strstr(value, "/.");
}

/* Adds a command; false: it is not plain, or there is no room. */
static bool
add_command(struct unit *unit, char *value)
{
	bool *forgiven = &unit->forgiven[unit->command_count];
	char *word;

	if (unit->command_count == UNIT_COMMANDS_MAX || unit->word_count == UNIT_WORDS_MAX ||
	    !is_plain_command(value, forgiven))
		return false;
	value += *forgiven;
	unit->commands[unit->command_count++] = &unit->words[unit->word_count];
	while ((word = take_word(&value))) {
		if (unit->word_count + 1 == UNIT_WORDS_MAX)
			return false;
		unit->words[unit->word_count++] = word;
	}
	unit->words[unit->word_count++] = NULL;
	return unit->word_count < UNIT_WORDS_MAX;
}

/* False: it is no boolean. */
static bool
read_bool(const char *value, bool *is)
{
	static const char *const words[][6] = {{"0", "no", "n", "false", "f", "off"},
					       {"1", "yes", "y", "true", "t", "on"}};

	for (size_t i = 0; i < 12; i++)
		if (strcasecmp(value, words[i / 6][i % 6]) == 0) {
			*is = i / 6;
			return true;
		}
	return false;
}

/* One that only systemd-sleep reads: Fedora has such a drop-in for all services. */
static bool
is_of_sleep(const char *value)
{
	return strncmp(value, "SYSTEMD_SLEEP_", strlen("SYSTEMD_SLEEP_")) == 0 && !strpbrk(value, " \t\"'\\%");
}

static bool
read_value(struct unit *unit, const struct key *key, char *value)
{
	bool ignored = false;

	switch (key->kind) {
	case KIND_ANY:
		return true;
	case KIND_ONE:
		return is_known(key->known, value);
	case KIND_LIST:
		return read_list(value, key->known, &ignored);
	case KIND_COMMAND:
		if (*value)
			return add_command(unit, value);
		unit->command_count = unit->word_count = 0;
		return true;
	case KIND_RELOAD:
		return !*value || is_plain_command(value, &ignored);
	case KIND_AFTER:
		return read_list(value, key->known, &unit->after);
	case KIND_PART:
		return read_list(value, key->known, &unit->part);
	case KIND_REMAINS:
		return read_bool(value, &unit->remains);
	case KIND_TYPE:
		unit->oneshot = strcmp(value, "oneshot") == 0;
		return is_known(key->known, value);
	case KIND_VARIABLE:
		return is_of_sleep(value);
	}
	return false;
}

/* The section that a line begins, SECTION_NONE: none that is known. */
static enum section
section_of(const char *line)
{
	if (strncmp(line, "[X-", 3) == 0 && line[strlen(line) - 1] == ']')
		return PASSED;
	for (enum section i = UNIT; i <= INSTALL; i++)
		if (strcmp(line, sections[i]) == 0)
			return i;
	return SECTION_NONE;
}

/* The key of a line in a section, and its value; NULL: it is not known. */
static const struct key *
find_key(char *line, enum section section, enum text of, char **value)
{
	size_t len = strcspn(line, "= \t");

	*value = strchr(line, '=');
	if (!*value || line[len + strspn(line + len, blanks)] != '=')
		return NULL;
	*value += 1 + strspn(*value + 1, blanks);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].section == section && keys[i].of & of && strlen(keys[i].name) == len &&
		    strncmp(line, keys[i].name, len) == 0)
			return &keys[i];
	return NULL;
}

/* The next line that says something, NULL behind the last; those that begin a section only change *section. */
static char *
take_setting(char **text, enum section *section)
{
	char *line;

	while ((line = take_line(text))) {
		if (!*line || is_comment(line) || (*line != '[' && *section == PASSED))
			continue;
		if (*line != '[')
			return line;
		*section = section_of(line);
		if (*section == SECTION_NONE)
			return line;
	}
	return NULL;
}

/* The first line that is not understood, NULL: none. */
static char *
read_text(char *text, enum text of, struct unit *unit)
{
	enum section section = SECTION_NONE;
	char *line, *value, *riddle = NULL;

	*unit = (struct unit){.riddle = NULL};
	if (!is_plain(text))
		return text;
	while (!riddle && (line = take_setting(&text, &section))) {
		const struct key *key = find_key(line, section, of, &value);

		if (!key || !read_value(unit, key, value))
			riddle = line;
	}
	return riddle;
}

void
unit_parse(char *text, struct unit *unit)
{
	unit->riddle = read_text(text, OWN, unit);
	if (unit->command_count > 1 && !unit->oneshot && !unit->riddle)
		unit->riddle = "more than one ExecStart= without Type=oneshot";
}

bool
unit_is_harmless(char *text)
{
	struct unit ignored;

	return !read_text(text, DROP_IN, &ignored);
}

bool
unit_is_of_fstab(char *text)
{
	struct unit ignored;

	return !read_text(text, FSTAB, &ignored);
}

/* What a key of another unit says of the units that its value names. Others could do anything. */
static const struct other {
	const char *name;
	unsigned says; /* enum unit_says */
} others[] = {
    {"After", UNIT_IS_AFTER},
    {"Before", UNIT_IS_BEFORE},
    {"Wants", UNIT_STARTS},
    {"Requires", UNIT_STARTS},
    {"Requisite", UNIT_STARTS},
    {"BindsTo", UNIT_STARTS},
    {"Upholds", UNIT_STARTS},
    {"OnFailure", UNIT_STARTS},
    {"OnSuccess", UNIT_STARTS},
    {"PartOf", 0},
    {"StopPropagatedFrom", 0},
    {"JoinsNamespaceOf", 0},
    {"WantedBy", 0},
    {"RequiredBy", 0},
    {"UpheldBy", 0},
    {"Also", 0},
    {"Description", 0},
    {"Documentation", 0},
};

static bool
is_key(const char *line, const char *name)
{
	size_t len = strcspn(line, "= \t");

	return strlen(name) == len && strncmp(line, name, len) == 0;
}

/* What a line says that names a unit. */
static unsigned
says_of_named(const char *line)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (is_key(line, others[i].name))
			return others[i].says;
	return UNIT_STARTS | UNIT_HINDERS;
}

/* What a line says of the unit's own order. */
static unsigned
says_of_order(char *line)
{
	static const char early[] = "local-fs-pre.target local-fs.target remote-fs.target sysinit.target basic.target "
				    "network-pre.target network.target network-online.target "
				    "systemd-binfmt.service proc-sys-fs-binfmt_misc.mount "
				    "proc-sys-fs-binfmt_misc.automount";
	char *value = strchr(line, '=');
	bool ignored = false;

	if (is_key(line, "DefaultDependencies"))
		return UNIT_IS_EARLY;
	return is_key(line, "After") && value && !read_list(value + 1, early, &ignored) ? UNIT_IS_LATE : 0;
}

unsigned
unit_says(char *text, const char *name)
{
	enum section section = SECTION_NONE;
	unsigned says = 0;
	char *line;

	if (!is_plain(text))
		return UNIT_IS_EARLY | UNIT_IS_LATE | (strstr(text, name) ? UNIT_STARTS | UNIT_HINDERS : 0);
	while ((line = take_setting(&text, &section))) {
		if (strstr(line, name))
			says |= says_of_named(line);
		says |= says_of_order(line);
	}
	return says;
}
