/* SPDX-License-Identifier: MIT */
/* A rule as its register line: DnameDtypeDoffsetDmagicDmaskDinterpreterDflags, D being any byte that no field holds. */
#include <ctype.h>
#include <string.h>

#include "hex.h"
#include "line.h"

static const char type_letters[] = "MEB"; /* in the order of enum pattern_type */

/* A line being written; once it is too long nothing more is added. */
struct line {
	char *text;
	size_t len;
	bool full;
};

static void
add(struct line *line, const char *s, size_t len)
{
	if (len > RULE_LINE_MAX - line->len)
		line->full = true;
	if (line->full)
		return;
	memcpy(line->text + line->len, s, len);
	line->len += len;
}

static void
add_byte(struct line *line, char c)
{
	add(line, &c, 1);
}

static void
add_text(struct line *line, const char *s)
{
	add(line, s, strlen(s));
}

static void
add_number(struct line *line, unsigned n)
{
	if (n > 9)
		add_number(line, n / 10);
	add_byte(line, (char)('0' + n % 10));
}

/* raw: only what the kernel (NUL, delimiter, backslash) or a reader of lines would misread is escaped. */
static void
add_bytes(struct line *line, const unsigned char *bytes, size_t len, char delimiter, bool raw, bool file)
{
	const char *misread = file ? "\\\n\r" : "\\\n"; /* systemd ends a line of its files at \r too */
	char escape[] = "\\x00";

	for (size_t i = 0; i < len; i++) {
		if (raw && bytes[i] && !strchr(misread, bytes[i]) && (char)bytes[i] != delimiter) {
			add_byte(line, (char)bytes[i]);
			continue;
		}
		hex_format(&bytes[i], 1, escape + 2);
		add(line, escape, sizeof(escape) - 1);
	}
}

/* The i-th byte to try as a delimiter, those that people are used to first; 0 at the end. */
static unsigned char
candidate(unsigned i, bool file)
{
	static const char usual[] = ":|,!%@^~+=&*?$_-'\"`(){}[]<>.";
	unsigned past = i - (unsigned)(sizeof(usual) - 1);

	if (i < sizeof(usual) - 1)
		return (unsigned char)usual[i];
	return file || past >= 0xff ? 0 : (unsigned char)(past + 1);
}

/* Whether a byte can separate the fields: none holds it, and it is no letter or digit of flags, offset or escapes. */
static bool
separates(const struct rule *rule, unsigned char c)
{
	bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

	return !alnum && !strchr("/\\\n", c) && !strchr(rule->name, c) && !strchr(rule->interpreter, c) &&
	       !(rule->pattern.type == PATTERN_EXTENSION && strchr(rule->pattern.extension, c));
}

static void
format_line(struct line *line, const struct rule *rule, char d, bool raw, bool file)
{
	const struct pattern *p = &rule->pattern;
	char flags[RULE_FLAGS_MAX];

	line->len = 0;
	line->full = false;
	add_byte(line, d);
	add_text(line, rule->name);
	add_byte(line, d);
	add_byte(line, type_letters[p->type]);
	add_byte(line, d);
	if (p->type == PATTERN_MAGIC)
		add_number(line, p->offset);
	add_byte(line, d);
	if (p->type == PATTERN_MAGIC)
		add_bytes(line, p->magic, p->size, d, raw, file);
	if (p->type == PATTERN_EXTENSION)
		add_text(line, p->extension);
	add_byte(line, d);
	if (p->type == PATTERN_MAGIC && p->mask)
		add_bytes(line, p->mask, p->size, d, raw, file);
	add_byte(line, d);
	add_text(line, rule->interpreter);
	add_byte(line, d);
	rule_format_flags(rule->flags, rule->more_flags, flags);
	add_text(line, flags);
}

const char *
line_format(const struct rule *rule, bool file, char text[static RULE_LINE_MAX], size_t *len)
{
	struct line line = {.text = text};
	bool separable = false;
	unsigned char d;

	/* Written raw, the line is the shorter the fewer bytes of magic and mask are the delimiter. */
	for (int raw = 0; raw <= 1; raw++)
		for (unsigned i = 0; (d = candidate(i, file)) != 0; i++) {
			if (!separates(rule, d))
				continue;
			separable = true;
			format_line(&line, rule, (char)d, raw, file);
			*len = line.len;
			if (!line.full)
				return NULL;
		}
	return separable ? "the register line does not fit in 1920 bytes, the kernel's limit, however it is written"
			 : "name and interpreter use every byte that could separate the fields";
}

/* The fields of a line being read, each NUL-terminated. */
enum { NAME, TYPE, OFFSET, MAGIC, MASK, INTERPRETER, FLAGS, FIELDS };

struct field {
	char *text;
	size_t len;
};

static bool
cut_fields(char *line, size_t len, struct field fields[static FIELDS])
{
	char *at = line + 1, *end = line + len, *stop;

	for (int i = 0; i < FIELDS; i++, at = stop + 1) {
		stop = i == FLAGS ? end : memchr(at, line[0], (size_t)(end - at));
		if (!stop)
			return false;
		fields[i] = (struct field){at, (size_t)(stop - at)};
	}
	for (int i = 0; i < FIELDS; i++)
		fields[i].text[fields[i].len] = '\0';
	return true;
}

/* Every \x must be whole, also behind a NUL or another backslash. */
static const char *
check_escapes(const struct field *field)
{
	const char *s = field->text;

	for (size_t i = 0; i + 1 < field->len; i++) {
		if (s[i] != '\\' || s[i + 1] != 'x')
			continue;
		if (field->len - i < 4 || !isxdigit((unsigned char)s[i + 2]) || !isxdigit((unsigned char)s[i + 3]))
			return "\\x must be followed by two hex digits";
		i += 3;
	}
	return NULL;
}

/*
 * In place. Only \xHH is decoded, as the kernel does. Any other backslash is a byte like others and takes the byte
 * behind it along, so \\x41 is five bytes; a NUL ends the field.
 */
static const char *
unescape(const struct field *field, size_t *size)
{
	const char *reason = check_escapes(field), *s = field->text;
	unsigned char *bytes = (unsigned char *)field->text;
	bool taken = false; /* by the backslash in front */
	char escape[5] = {0};
	size_t n = 0, one;

	for (size_t i = 0; !reason && i < field->len && s[i]; n++) {
		if (n == PATTERN_WINDOW)
			return "longer than 256 bytes";
		if (taken || field->len - i < 4 || s[i] != '\\' || s[i + 1] != 'x') {
			taken = !taken && s[i] == '\\';
			bytes[n] = (unsigned char)s[i++];
			continue;
		}
		memcpy(escape, s + i, 4);
		reason = hex_parse(escape, &bytes[n], 1, &one);
		i += 4;
	}
	*size = n;
	return reason;
}

static const char *
read_offset(const struct field *field, uint16_t *offset)
{
	unsigned n = 0;

	for (size_t i = 0; i < field->len; i++) {
		if (field->text[i] < '0' || field->text[i] > '9')
			return "the offset is not a number";
		n = n * 10 + (unsigned)(field->text[i] - '0');
		if (n > PATTERN_WINDOW)
			return "the offset is larger than 256";
	}
	*offset = (uint16_t)n;
	return NULL;
}

static const char *
read_magic(struct pattern *pattern, const struct field fields[static FIELDS])
{
	size_t size, mask_size;
	const char *reason = read_offset(&fields[OFFSET], &pattern->offset);

	if (!reason)
		reason = unescape(&fields[MAGIC], &size);
	if (!reason)
		reason = unescape(&fields[MASK], &mask_size);
	if (reason)
		return reason;
	pattern->size = (uint16_t)size;
	pattern->magic = (const unsigned char *)fields[MAGIC].text;
	pattern->mask = mask_size ? (const unsigned char *)fields[MASK].text : NULL;
	return mask_size && mask_size != size ? "magic and mask differ in length" : NULL;
}

static const char *
check_texts(const struct field fields[static FIELDS], enum pattern_type type)
{
	for (int i = 0; i < FIELDS; i++) {
		if (type == PATTERN_MAGIC && i >= OFFSET && i <= MASK)
			continue;
		if (strlen(fields[i].text) != fields[i].len)
			return "a field has a NUL byte";
	}
	return fields[NAME].len > RULE_NAME_MAX ? "a field is too long" : NULL;
}

const char *
line_parse(char *line, size_t len, struct rule *rule)
{
	struct field fields[FIELDS];
	const char *type, *reason;

	*rule = (struct rule){.name = ""};
	if (len > RULE_LINE_MAX)
		return "the line is longer than 1920 bytes";
	if (len && line[len - 1] == '\n')
		len--;
	if (!len)
		return "the line is empty";
	if (memchr("POCF\n", line[0], 5))
		return "a flag letter or newline cannot separate the fields";
	if (!cut_fields(line, len, fields))
		return "fewer than seven fields (name, type, offset, magic, mask, interpreter, flags)";
	type = fields[TYPE].len == 1 ? memchr(type_letters, fields[TYPE].text[0], sizeof(type_letters) - 1) : NULL;
	if (!type)
		return "the type is not M, E or B";
	rule->pattern.type = (enum pattern_type)(type - type_letters);
	rule->name = fields[NAME].text;
	rule->interpreter = fields[INTERPRETER].text;
	reason = check_texts(fields, rule->pattern.type);
	if (!reason)
		reason = rule_parse_flags(fields[FLAGS].text, &rule->flags);
	if (!reason && rule->pattern.type == PATTERN_MAGIC)
		reason = read_magic(&rule->pattern, fields);
	if (rule->pattern.type == PATTERN_EXTENSION)
		rule->pattern.extension = fields[MAGIC].text;
	return reason;
}
