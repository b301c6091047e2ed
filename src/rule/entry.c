/* SPDX-License-Identifier: MIT */
/* struct rule <-> the text of an entry file (see rule.c for the format). */
#include <stdio.h>
#include <string.h>

#include "rule.h"

size_t
rule_format_entry(const struct rule *rule, char text[static RULE_TEXT_MAX])
{
	char flags[RULE_FLAGS_MAX * 2], magic[RULE_WINDOW * 2 + 1] = "", mask[RULE_WINDOW * 2 + 1] = "";
	char kind[RULE_LINE_MAX + sizeof(magic) + sizeof(mask) + 64] = "";
	int len;

	rule_format_flags(rule_implied(rule->flags) & ~(unsigned)RULE_D, rule->more_flags, flags);
	if (rule->type == RULE_MAGIC) {
		rule_format_hex(rule->magic, rule->size, magic);
		if (rule->has_mask)
			rule_format_hex(rule->mask, rule->size, mask);
		snprintf(kind, sizeof(kind), "offset %zu\nmagic %s\n%s%s%s", rule->offset, magic, *mask ? "mask " : "",
			 mask, *mask ? "\n" : "");
	} else if (rule->type == RULE_EXTENSION) {
		snprintf(kind, sizeof(kind), "extension .%s\n", rule->extension);
	}
	len =
	    snprintf(text, RULE_TEXT_MAX, "%s\n%s %s\nflags: %s\n%s%s", rule->enabled ? "enabled" : "disabled",
		     rule->type == RULE_BPF ? "bpf" : "interpreter", rule->interpreter, flags, kind, rule->more_lines);
	return len < RULE_TEXT_MAX ? (size_t)len : RULE_TEXT_MAX - 1;
}

/* The rest of a line that begins with key, else NULL. */
static const char *
after(const char *line, const char *key)
{
	size_t len = strlen(key);

	return strncmp(line, key, len) == 0 ? line + len : NULL;
}

static const char *
parse_flags(struct rule *rule, const char *letters)
{
	char letter[2] = "";
	size_t more = 0;
	unsigned bit;

	for (; *letters; letters++) {
		letter[0] = *letters;
		if (!rule_parse_flags(letter, &bit))
			rule->flags |= bit;
		else if (more + 1 < sizeof(rule->more_flags))
			rule->more_flags[more++] = *letters;
		else
			return "more flags than this program can keep";
	}
	return NULL;
}

static const char *
parse_hex(const char *hex, unsigned char *bytes, size_t *len)
{
	return strchr(hex, '\\') ? "the entry's magic is not hex" : rule_parse_bytes(hex, bytes, RULE_WINDOW, len);
}

static const char *
keep_line(struct rule *rule, const char *line)
{
	size_t used = strlen(rule->more_lines), len = strlen(line);

	if (used + len + 2 > sizeof(rule->more_lines))
		return "more unknown lines than this program can keep";
	memcpy(rule->more_lines + used, line, len);
	memcpy(rule->more_lines + used + len, "\n", 2);
	return NULL;
}

static const char *
copy(char *to, size_t max, const char *from)
{
	if (strlen(from) >= max)
		return "an entry line is too long";
	memcpy(to, from, strlen(from) + 1);
	return NULL;
}

/* The lines, in the order in which the kernel shows them. */
enum key { INTERPRETER, BPF, FLAGS, EXTENSION, OFFSET, MAGIC, MASK, KEYS };

static const char *const keys[KEYS] = {"interpreter ", "bpf ", "flags: ", "extension .", "offset ", "magic ", "mask "};

/* What the lines of one entry have shown so far. */
struct seen {
	unsigned keys; /* a bit each */
	size_t mask;   /* its length */
};

static const char *
parse_offset(struct rule *rule, const char *digits)
{
	size_t offset = *digits ? 0 : RULE_WINDOW + 1;

	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9' || offset > RULE_WINDOW)
			return "the entry's offset is not a number up to 256";
		offset = offset * 10 + (size_t)(*digits - '0');
	}
	rule->offset = offset;
	return offset > RULE_WINDOW ? "the entry's offset is not a number up to 256" : NULL;
}

/* A newline in a path or extension makes lines of its own: they come twice, or where the kernel shows none. */
static const char *
parse_entry_line(struct rule *rule, struct seen *seen, const char *line)
{
	const char *value = NULL;
	unsigned key = 0;

	while (key < KEYS && !(value = after(line, keys[key])))
		key++;
	if (key == KEYS || (rule->type == RULE_BPF && key > FLAGS))
		return keep_line(rule, line);
	if (seen->keys >> key || (key == BPF && seen->keys) || (key > EXTENSION && rule->type == RULE_EXTENSION))
		return "the entry's lines are not in the kernel's order: a newline in its path or extension forges "
		       "them";
	seen->keys |= 1U << key;
	switch (key) {
	case INTERPRETER:
	case BPF:
		rule->type = key == BPF ? RULE_BPF : RULE_MAGIC;
		return copy(rule->interpreter, sizeof(rule->interpreter), value);
	case FLAGS:
		return parse_flags(rule, value);
	case EXTENSION:
		rule->type = RULE_EXTENSION;
		return copy(rule->extension, sizeof(rule->extension), value);
	case OFFSET:
		return parse_offset(rule, value);
	case MAGIC:
		return parse_hex(value, rule->magic, &rule->size);
	default:
		rule->has_mask = true;
		return parse_hex(value, rule->mask, &seen->mask);
	}
}

static const char *
complete(const struct rule *rule, const struct seen *seen)
{
	if (!*rule->interpreter)
		return "the entry has no interpreter line";
	if (!(seen->keys & 1U << FLAGS))
		return "the entry has no flags line";
	if (rule->type == RULE_BPF || *rule->extension)
		return NULL;
	if (!(seen->keys & 1U << OFFSET) || !rule->size)
		return "the entry has neither magic nor extension";
	if (rule->has_mask && seen->mask != rule->size)
		return "the entry's magic and mask differ in length";
	return rule->offset + rule->size > RULE_WINDOW ? "the entry's magic reaches past byte 256" : NULL;
}

const char *
rule_parse_entry(struct rule *rule, const char *name, const char *text, size_t len)
{
	char line[RULE_TEXT_MAX];
	const char *reason, *end, *at = text;
	struct seen seen = {0};
	size_t n;

	memset(rule, 0, sizeof(*rule));
	reason = copy(rule->name, sizeof(rule->name), name);
	for (; !reason && at < text + len; at = end + 1) {
		end = memchr(at, '\n', (size_t)(text + len - at));
		if (!end)
			return "the entry's text ends in the middle of a line";
		n = (size_t)(end - at);
		if (n >= sizeof(line) || memchr(at, '\0', n))
			return "an entry line is too long or has a NUL byte";
		memcpy(line, at, n);
		line[n] = '\0';
		if (at != text)
			reason = parse_entry_line(rule, &seen, line);
		else if (strcmp(line, "enabled") == 0 || strcmp(line, "disabled") == 0)
			rule->enabled = line[0] == 'e';
		else
			reason = "the entry does not begin with enabled or disabled";
	}
	return reason ? reason : complete(rule, &seen);
}
