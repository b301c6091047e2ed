/* SPDX-License-Identifier: MIT */
/*
 * struct rule <-> the two texts of the kernel: the register line
 *	DnameDtypeDoffsetDmagicDmaskDinterpreterDflags
 * and the entry file
 *	enabled|disabled, interpreter P (or bpf NAME), flags: X,
 *	then extension .E, or offset N, magic HEX and, if there is one, mask HEX.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rule.h"

static const char type_letters[] = "MEB"; /* in the order of enum rule_type */

unsigned char
rule_mask(const struct rule *rule, size_t i)
{
	return rule->has_mask ? rule->mask[i] : 0xff;
}

static const char *
set_text(char *field, size_t max, const char *text, const char *reason)
{
	size_t len = strlen(text);

	if (len >= max)
		return reason;
	memcpy(field, text, len + 1);
	return NULL;
}

const char *
rule_set_name(struct rule *rule, const char *name)
{
	return set_text(rule->name, sizeof(rule->name), name, "the entry's name is longer than 255 bytes");
}

const char *
rule_set_interpreter(struct rule *rule, const char *path)
{
	return set_text(rule->interpreter, sizeof(rule->interpreter), path,
			"the interpreter's path does not fit in a register line (1920 bytes in all)");
}

const char *
rule_set_extension(struct rule *rule, const char *extension)
{
	rule->type = RULE_EXTENSION;
	return set_text(rule->extension, RULE_EXTENSION_MAX + 1, extension,
			"the extension is longer than 254 bytes, no file name can have it");
}

const char *
rule_set_magic(struct rule *rule, const char *magic, const char *mask)
{
	const char *reason;
	size_t size;

	rule->type = RULE_MAGIC;
	rule->has_mask = mask != NULL;
	reason = rule_parse_bytes(magic, rule->magic, RULE_WINDOW, &rule->size);
	if (reason || !mask)
		return reason;
	reason = rule_parse_bytes(mask, rule->mask, RULE_WINDOW, &size);
	return !reason && size != rule->size ? "magic and mask differ in length" : reason;
}

/* A line being written; once it is too long nothing more is added. */
struct line {
	char *text;
	size_t len;
	bool full;
};

static void
add_byte(struct line *line, char c)
{
	if (line->len == RULE_LINE_MAX)
		line->full = true;
	else
		line->text[line->len++] = c;
}

static void
add_text(struct line *line, const char *s)
{
	while (*s)
		add_byte(line, *s++);
}

/* raw: only what the kernel (NUL, delimiter, backslash) or a reader of lines would misread is escaped. */
static void
add_bytes(struct line *line, const unsigned char *bytes, size_t len, char delimiter, bool raw, bool file)
{
	const char *misread = file ? "\\\n\r" : "\\\n"; /* systemd ends a line of its files at \r too */
	char hex[3];

	for (size_t i = 0; i < len; i++) {
		if (raw && bytes[i] && !strchr(misread, bytes[i]) && (char)bytes[i] != delimiter) {
			add_byte(line, (char)bytes[i]);
			continue;
		}
		rule_format_hex(&bytes[i], 1, hex);
		add_text(line, "\\x");
		add_text(line, hex);
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
	       !(rule->type == RULE_EXTENSION && strchr(rule->extension, c));
}

static void
format_line(struct line *line, const struct rule *rule, char d, bool raw, bool file)
{
	char number[24], flags[RULE_FLAGS_MAX * 2];

	line->len = 0;
	line->full = false;
	add_byte(line, d);
	add_text(line, rule->name);
	add_byte(line, d);
	add_byte(line, type_letters[rule->type]);
	add_byte(line, d);
	if (rule->type == RULE_MAGIC) {
		snprintf(number, sizeof(number), "%zu", rule->offset);
		add_text(line, number);
	}
	add_byte(line, d);
	if (rule->type == RULE_MAGIC)
		add_bytes(line, rule->magic, rule->size, d, raw, file);
	if (rule->type == RULE_EXTENSION)
		add_text(line, rule->extension);
	add_byte(line, d);
	if (rule->type == RULE_MAGIC && rule->has_mask)
		add_bytes(line, rule->mask, rule->size, d, raw, file);
	add_byte(line, d);
	add_text(line, rule->interpreter);
	add_byte(line, d);
	rule_format_flags(rule->flags, rule->more_flags, flags);
	add_text(line, flags);
}

const char *
rule_format_line(const struct rule *rule, bool file, char text[static RULE_LINE_MAX], size_t *len)
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

/* Cuts the next field off at the delimiter. False if there is none. */
static bool
next_field(const char **at, const char *end, char d, const char **field, size_t *len)
{
	const char *stop = memchr(*at, d, (size_t)(end - *at));

	if (!stop)
		return false;
	*field = *at;
	*len = (size_t)(stop - *at);
	*at = stop + 1;
	return true;
}

/* Every \x must be whole, also behind a NUL or another backslash. */
static const char *
check_escapes(const char *field, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		if (field[i] != '\\' || field[i + 1] != 'x')
			continue;
		if (len - i < 4 || !isxdigit((unsigned char)field[i + 2]) || !isxdigit((unsigned char)field[i + 3]))
			return "\\x must be followed by two hex digits";
		i += 3;
	}
	return NULL;
}

/*
 * Only \xHH is decoded, as the kernel does. Any other backslash is a byte like others and takes the byte behind it
 * along, so \\x41 is five bytes; a NUL ends the field.
 */
static const char *
unescape(const char *field, size_t len, unsigned char bytes[static RULE_WINDOW], size_t *size)
{
	const char *reason = check_escapes(field, len);
	bool taken = false; /* by the backslash in front */
	char escape[5] = {0};
	size_t one;

	*size = 0;
	for (size_t i = 0; !reason && i < len && field[i]; *size += 1) {
		if (*size == RULE_WINDOW)
			return "longer than 256 bytes";
		if (taken || len - i < 4 || field[i] != '\\' || field[i + 1] != 'x') {
			taken = !taken && field[i] == '\\';
			bytes[*size] = (unsigned char)field[i++];
			continue;
		}
		memcpy(escape, field + i, 4);
		reason = rule_parse_bytes(escape, &bytes[*size], 1, &one);
		i += 4;
	}
	return reason;
}

static const char *
parse_offset(const char *field, size_t len, size_t *offset)
{
	*offset = 0;
	for (size_t i = 0; i < len; i++) {
		if (field[i] < '0' || field[i] > '9')
			return "the offset is not a number";
		*offset = *offset * 10 + (size_t)(field[i] - '0');
		if (*offset > RULE_WINDOW)
			return "the offset is larger than 256";
	}
	return NULL;
}

static const char *
parse_magic(struct rule *rule, const char *magic, size_t magic_len, const char *mask, size_t mask_len)
{
	size_t size;
	const char *reason = unescape(magic, magic_len, rule->magic, &rule->size);

	if (reason)
		return reason;
	reason = unescape(mask, mask_len, rule->mask, &size);
	rule->has_mask = size > 0;
	if (!reason && size && size != rule->size)
		reason = "magic and mask differ in length";
	return reason;
}

static const char *
copy_field(char *to, size_t max, const char *field, size_t len)
{
	if (len >= max)
		return "a field is too long";
	if (memchr(field, '\0', len))
		return "a field has a NUL byte";
	memcpy(to, field, len);
	to[len] = '\0';
	return NULL;
}

const char *
rule_parse_line(struct rule *rule, const char *line, size_t len)
{
	enum { NAME, TYPE, OFFSET, MAGIC, MASK, INTERPRETER, FIELDS };
	const char *field[FIELDS], *end, *at, *type, *reason;
	char flags[RULE_FLAGS_MAX];
	size_t size[FIELDS];

	memset(rule, 0, sizeof(*rule));
	if (len > RULE_LINE_MAX)
		return "the line is longer than 1920 bytes";
	if (len && line[len - 1] == '\n')
		len--;
	if (!len)
		return "the line is empty";
	if (memchr("POCF\n", line[0], 5))
		return "a flag letter or newline cannot separate the fields";
	at = line + 1;
	end = line + len;
	for (int i = 0; i < FIELDS; i++)
		if (!next_field(&at, end, line[0], &field[i], &size[i]))
			return "fewer than seven fields (name, type, offset, magic, mask, interpreter, flags)";
	type = size[TYPE] == 1 ? memchr(type_letters, field[TYPE][0], sizeof(type_letters) - 1) : NULL;
	if (!type)
		return "the type is not M, E or B";
	rule->type = (enum rule_type)(type - type_letters);
	if (rule->type != RULE_MAGIC &&
	    (memchr(field[OFFSET], '\0', size[OFFSET]) || memchr(field[MASK], '\0', size[MASK])))
		return "a field has a NUL byte";
	reason = copy_field(rule->name, sizeof(rule->name), field[NAME], size[NAME]);
	if (!reason)
		reason =
		    copy_field(rule->interpreter, sizeof(rule->interpreter), field[INTERPRETER], size[INTERPRETER]);
	if (!reason)
		reason = copy_field(flags, sizeof(flags), at, (size_t)(end - at));
	if (!reason)
		reason = rule_parse_flags(flags, &rule->flags);
	if (!reason && rule->type == RULE_MAGIC)
		reason = parse_offset(field[OFFSET], size[OFFSET], &rule->offset);
	if (!reason && rule->type == RULE_MAGIC)
		reason = parse_magic(rule, field[MAGIC], size[MAGIC], field[MASK], size[MASK]);
	if (!reason && rule->type == RULE_EXTENSION)
		reason = copy_field(rule->extension, sizeof(rule->extension), field[MAGIC], size[MAGIC]);
	rule->enabled = !(rule->flags & RULE_D);
	return reason;
}

bool
rule_same(const struct rule *a, const struct rule *b)
{
	unsigned known = ~(unsigned)RULE_D;

	if (a->type != b->type || strcmp(a->interpreter, b->interpreter) != 0 ||
	    (rule_implied(a->flags) & known) != (rule_implied(b->flags) & known) ||
	    strcmp(a->more_flags, b->more_flags) != 0)
		return false;
	if (a->type == RULE_EXTENSION)
		return strcmp(a->extension, b->extension) == 0;
	if (a->type == RULE_BPF)
		return true;
	if (a->offset != b->offset || a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++)
		if (rule_mask(a, i) != rule_mask(b, i) || (a->magic[i] ^ b->magic[i]) & rule_mask(a, i))
			return false;
	return true;
}
