/* SPDX-License-Identifier: MIT */
/* What create_entry of fs/binfmt_misc.c does to a line, where line_parse does less. */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "confline.h"
#include "line.h"
#include "rule.h"

enum { TYPE = 1, OFFSET = 2, MAGIC = 3, MASK = 4, FIELDS = 7 };

enum { OLD_WINDOW = 128 };

/* Versions of Linux as MAJOR * 1000 + MINOR. */
enum { SINCE_F = 4008, SINCE_WINDOW = 5001, SINCE_TLD = 7003 };

bool
confline_is_name(const char *name, size_t len)
{
	static const char *const refused[] = {".", "..", "register", "status"};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strlen(refused[i]) == len && memcmp(refused[i], name, len) == 0)
			return false;
	return len > 0 && len <= RULE_NAME_MAX && !memchr(name, '/', len);
}

/* The end of a field; in magic and mask the digits of \xHH end none (scanarg). NULL if there is no end. */
static char *
field_end(char *at, const char *end, char delimiter, bool escapes)
{
	for (; at < end && *at != delimiter; at++) {
		if (!escapes || *at != '\\' || at + 1 == end || at[1] != 'x')
			continue;
		if (end - at < 4 || !isxdigit((unsigned char)at[2]) || !isxdigit((unsigned char)at[3]))
			return NULL;
		at += 3;
	}
	return at < end ? at : NULL;
}

/*
 * What line_parse takes for the delimiter: the line's own, or where that may be part of an escape or the type, a byte
 * that means nothing and is not in the line; 0 if the line holds them all.
 */
static char
plain_delimiter(const char *line, size_t len)
{
	if (!isxdigit((unsigned char)line[0]) && line[0] != 'x' && line[0] != 'M')
		return line[0];
	for (int c = 0xff; c >= 0x80; c--)
		if (!memchr(line, c, len))
			return (char)c;
	return 0;
}

/* kstrtoint: one sign may stand in front, and of negative numbers only -0 is none. Others stay, to be refused. */
static void
drop_sign(char *offset, size_t len)
{
	if (len < 2 || (offset[0] != '+' && offset[0] != '-'))
		return;
	for (size_t i = 1; i < len; i++)
		if (!isdigit((unsigned char)offset[i]) || (offset[0] == '-' && offset[i] != '0'))
			return;
	offset[0] = '0';
}

/* Puts another delimiter in place of the line's own one, where that separates fields. */
static const char *
make_plain(char *line, size_t len)
{
	char delimiter = line[0], plain = plain_delimiter(line, len), *at = line, *start = line;
	bool magic = false; /* type M, which alone has escapes */

	for (int i = 0; plain && i < FIELDS; i++) {
		*at = plain;
		start = at + 1;
		if (i == FIELDS - 1)
			return NULL;
		at = field_end(start + (i == TYPE), line + len, delimiter, magic && (i == MAGIC || i == MASK));
		if (!at)
			break;
		if (i == TYPE)
			magic = at - start == 1 && *start == 'M';
		if (i == OFFSET && magic)
			drop_sign(start, (size_t)(at - start));
	}
	return !plain ? "the line holds every byte that could separate its fields"
	       : magic && memchr(start, delimiter, (size_t)(line + len - start))
		   ? "\\x must be followed by two hex digits"
		   : "fewer than seven fields (name, type, offset, magic, mask, interpreter, flags)";
}

/* What is left of the kernel's own checks. */
static const char *
check_fields(const struct rule *rule)
{
	const struct pattern *p = &rule->pattern;

	if (p->type == PATTERN_MAGIC && p->size == 0)
		return "the magic is empty";
	if (p->type == PATTERN_MAGIC && p->offset + p->size > PATTERN_WINDOW)
		return "offset and magic reach past byte 256, the last that the kernel looks at";
	if (p->type == PATTERN_EXTENSION && !*p->extension)
		return "the extension is empty";
	if (p->type == PATTERN_EXTENSION && strchr(p->extension, '/'))
		return "the extension has a slash";
	if (!*rule->interpreter)
		return "the interpreter is empty";
	return rule_check_flags(rule->flags);
}

/* As one number; 0.0 is later than any. */
static unsigned
version_of(unsigned major, unsigned minor)
{
	return major ? major * 1000 + minor : UINT_MAX;
}

const char *
confline_check_version(const struct rule *rule, unsigned major, unsigned minor)
{
	unsigned version = version_of(major, minor);
	const struct pattern *p = &rule->pattern;

	if (version < SINCE_TLD && p->type == PATTERN_BPF)
		return "this kernel has no type B (Linux 7.3)";
	if (version < SINCE_TLD && rule->flags & (RULE_T | RULE_L | RULE_D))
		return "this kernel has none of the flags T, L and D (Linux 7.3)";
	if (version < SINCE_WINDOW && p->type == PATTERN_MAGIC && p->offset + p->size > OLD_WINDOW)
		return "offset and magic reach past byte 128, the last that this kernel looks at (256 since Linux 5.1)";
	if (version < SINCE_F && rule->flags & RULE_F)
		return "this kernel has no flag F (Linux 4.8)";
	return NULL;
}

const char *
confline_parse(char *line, size_t len, unsigned major, unsigned minor, struct rule *rule)
{
	const char *reason;

	*rule = (struct rule){.name = ""};
	if (len >= RULE_LINE_MAX)
		return "the line is longer than 1919 bytes (systemd-binfmt adds a newline, and the kernel takes 1920)";
	if (!len || memchr(version_of(major, minor) < SINCE_TLD ? "POCFPOC" : "POCFTLD", line[0], 7))
		return "a flag letter cannot separate the fields";
	reason = make_plain(line, len);
	if (!reason)
		reason = line_parse(line, len, rule);
	if (!reason)
		reason = check_fields(rule);
	return reason ? reason : confline_check_version(rule, major, minor);
}
