/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "confline.h"
#include "formatfile.h"
#include "ubformat.h"

enum key { PACKAGE, INTERPRETER, DETECTOR, MAGIC, EXTENSION, OFFSET, MASK, CREDENTIALS, PRESERVE, FIX_BINARY, KEYS };

static const char *const keys[KEYS] = {
    [PACKAGE] = "package",     [INTERPRETER] = "interpreter", [DETECTOR] = "detector", [MAGIC] = "magic",
    [EXTENSION] = "extension", [OFFSET] = "offset",           [MASK] = "mask",         [CREDENTIALS] = "credentials",
    [PRESERVE] = "preserve",   [FIX_BINARY] = "fix_binary",
};

/* Which key a line begins with, KEYS: none; `end` are the bytes that may follow it. */
static enum key
key_of(const char *line, size_t len, const char *end)
{
	enum key key = 0;

	for (; key < KEYS; key++) {
		size_t size = strlen(keys[key]);

		if (len >= size && memcmp(line, keys[key], size) == 0 &&
		    (len == size || strchr(end, (unsigned char)line[size])))
			break;
	}
	return key;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts off what stands behind the last word. */
static size_t
trimmed(const char *line, size_t len)
{
	while (len && is_blank(line[len - 1]))
		len--;
	return len;
}

static size_t
line_length(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return (size_t)((newline ? newline : end) - line);
}

/* Nothing, or a comment: update-binfmts knows none, but passes over what has no key. */
static bool
says_nothing(const char *line, size_t len)
{
	return trimmed(line, len) == 0 || *line == '#';
}

bool
formatfile_is(const char *text, size_t len, bool damaged)
{
	const char *end = text + len;
	size_t size, keyed = 0;

	for (; text < end; text += size + 1) {
		size = line_length(text, end);
		if (says_nothing(text, size))
			continue;
		keyed += key_of(text, trimmed(text, size), " \t:") < KEYS;
		if (!damaged)
			break;
	}
	return keyed > damaged;
}

/* One line that says something, its end trimmed. */
static const char *
take_line(char *line, size_t len, const char *values[static KEYS])
{
	enum key key = key_of(line, len, " ");
	char *value;

	if (key == KEYS)
		return "no key of a format file with a single space behind it: update-binfmts passes the line over "
		       "without a word";
	line[len] = '\0';
	value = line + strlen(keys[key]);
	value += *value == ' ';
	if (is_blank(*value))
		return "more than one blank follows the key: update-binfmts takes the others for a part of the value";
	if (strlen(value) != (size_t)(line + len - value))
		return "a NUL in the line";
	if (key >= CREDENTIALS && *value && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return "neither yes nor no: update-binfmts takes it for no";
	values[key] = value;
	return NULL;
}

/* What the lines do not make a format of. */
static const char *
check(const char *const values[static KEYS])
{
	if (*values[DETECTOR])
		return "it has a detector, which binfmtctl does not run: its files stay with update-binfmts";
	if (!*values[PACKAGE])
		return "it names no package: update-binfmts refuses it";
	if (*values[MAGIC] && *values[EXTENSION])
		return "it has both magic and extension: update-binfmts crashes at it";
	if (!*values[MAGIC] && !*values[EXTENSION])
		return "it has neither magic nor extension: update-binfmts crashes at it";
	if (*values[EXTENSION] && *values[MASK])
		return "an extension has no mask: update-binfmts crashes at it";
	if (!*values[INTERPRETER])
		return "it names no interpreter: update-binfmts registers \"(null)\"";
	return NULL;
}

static bool
says_yes(const char *value)
{
	return strcmp(value, "yes") == 0;
}

const char *
formatfile_parse(const char *name, char *text, size_t len, struct host_kernel kernel, struct arena *arena,
		 struct rule *rule, unsigned *number)
{
	const char *values[KEYS], *reason = NULL;
	char *end = text + len;
	size_t size;

	for (enum key key = 0; key < KEYS; key++)
		values[key] = "";
	*number = 0;
	for (; text < end && !reason; text += size + 1) {
		size = line_length(text, end);
		++*number;
		if (!says_nothing(text, size))
			reason = take_line(text, trimmed(text, size), values);
	}
	if (reason)
		return reason;
	*number = 0;
	reason = check(values);
	if (!reason && !confline_is_name(name, strlen(name)))
		reason = "no entry can have the name of the file, which is the one that it gets";
	if (reason)
		return reason;
	/* Not update-binfmts' delimiter, which breaks a path that has one: this byte is in nothing that is registered.
	 */
	return ubformat_rule(&(const struct ubformat){.name = name,
						      .magic = *values[MAGIC] ? values[MAGIC] : NULL,
						      .extension = values[EXTENSION],
						      .offset = values[OFFSET],
						      .mask = values[MASK],
						      .interpreter = values[INTERPRETER],
						      .credentials = says_yes(values[CREDENTIALS]),
						      .preserve = says_yes(values[PRESERVE]),
						      .fix_binary = says_yes(values[FIX_BINARY])},
			     '\x01', kernel, arena, rule);
}
