/* SPDX-License-Identifier: MIT */
/*
 * A rule as its entry file:
 *	enabled|disabled, interpreter P (or bpf NAME), flags: X,
 *	then extension .E, or offset N, magic HEX and, if there is one, mask HEX,
 *	or of a BPF one a line bpf-interpreter NAME PATH for each program that it may choose.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "entry.h"
#include "hex.h"

/* The lines, in the order in which the kernel shows them. */
enum key { INTERPRETER, BPF, FLAGS, EXTENSION, OFFSET, MAGIC, MASK, KEYS };

#define KEY(word)                                                                                                      \
	{                                                                                                              \
		word, sizeof(word) - 1                                                                                 \
	}

static const struct {
	const char *word;
	size_t len;
} keys[KEYS] = {KEY("interpreter "), KEY("bpf "),   KEY("flags: "), KEY("extension ."),
		KEY("offset "),      KEY("magic "), KEY("mask ")};

/* A text being written to a page; what does not fit is cut. */
struct page {
	char *text;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void
append(struct page *page, const char *fmt, ...)
{
	size_t room = ENTRY_TEXT_MAX - page->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(page->text + page->len, room, fmt, ap);
	va_end(ap);
	page->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void
put_magic(struct page *page, const struct pattern *p)
{
	char hex[PATTERN_WINDOW * 2 + 1];

	hex_format(p->magic, p->size, hex);
	append(page, "%s%u\n%s%s\n", keys[OFFSET].word, p->offset, keys[MAGIC].word, hex);
	if (!p->mask)
		return;
	hex_format(p->mask, p->size, hex);
	append(page, "%s%s\n", keys[MASK].word, hex);
}

size_t
entry_format(const struct entry *entry, char text[static ENTRY_TEXT_MAX])
{
	const struct rule *rule = &entry->rule;
	struct page page = {text, 0};
	char flags[RULE_FLAGS_MAX];

	rule_format_flags(rule_implied(rule->flags) & ~(unsigned)RULE_D, rule->more_flags, flags);
	append(&page, "%s\n%s%s\n%s%s\n", entry->enabled ? "enabled" : "disabled",
	       keys[rule->pattern.type == PATTERN_BPF ? BPF : INTERPRETER].word, rule->interpreter, keys[FLAGS].word,
	       flags);
	if (rule->pattern.type == PATTERN_MAGIC)
		put_magic(&page, &rule->pattern);
	if (rule->pattern.type == PATTERN_EXTENSION)
		append(&page, "%s%s\n", keys[EXTENSION].word, rule->pattern.extension);
	append(&page, "%s", entry->more ? entry->more : "");
	return page.len;
}

/* Sorts the letters: known ones become bits, the others move to the front of the text. */
static const char *
parse_flags(struct rule *rule, char *letters)
{
	char letter[2] = "", *more = letters;
	unsigned bit;

	for (char *at = letters; *at; at++) {
		letter[0] = *at;
		if (!rule_parse_flags(letter, &bit))
			rule->flags |= bit;
		else
			*more++ = *at;
	}
	*more = '\0';
	rule->more_flags = more > letters ? letters : NULL;
	return more - letters < RULE_FLAGS_MAX / 2 ? NULL : "more flags than this program can keep";
}

static const char *
parse_hex(char *hex, const unsigned char **bytes, size_t *len)
{
	*bytes = (const unsigned char *)hex;
	return strchr(hex, '\\') ? "the entry's magic is not hex"
				 : hex_parse(hex, (unsigned char *)hex, PATTERN_WINDOW, len);
}

static const char *
parse_offset(struct pattern *pattern, const char *digits)
{
	unsigned offset = *digits ? 0 : PATTERN_WINDOW + 1;

	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9' || offset > PATTERN_WINDOW)
			return "the entry's offset is not a number up to 256";
		offset = offset * 10 + (unsigned)(*digits - '0');
	}
	pattern->offset = (uint16_t)offset;
	return offset > PATTERN_WINDOW ? "the entry's offset is not a number up to 256" : NULL;
}

/* What the lines of one entry have shown so far. */
struct seen {
	unsigned keys; /* a bit each */
	size_t magic, mask;
};

static const char *
parse_value(struct rule *rule, struct seen *seen, enum key key, char *value)
{
	struct pattern *p = &rule->pattern;

	switch (key) {
	case INTERPRETER:
	case BPF:
		p->type = key == BPF ? PATTERN_BPF : PATTERN_MAGIC;
		rule->interpreter = value;
		return NULL;
	case FLAGS:
		return parse_flags(rule, value);
	case EXTENSION:
		p->type = PATTERN_EXTENSION;
		p->extension = value;
		return NULL;
	case OFFSET:
		return parse_offset(p, value);
	case MAGIC:
		return parse_hex(value, &p->magic, &seen->magic);
	default:
		return parse_hex(value, &p->mask, &seen->mask);
	}
}

/* The key that a line begins with, or KEYS if that is none which an entry of this type has. */
static enum key
key_of(const struct pattern *pattern, const char *line)
{
	enum key key = 0;

	while (key < KEYS && (*line != *keys[key].word || strncmp(line, keys[key].word, keys[key].len) != 0))
		key++;
	return pattern->type == PATTERN_BPF && key > FLAGS ? KEYS : key;
}

/* A newline in a path or extension makes lines that come twice, or where the kernel shows none. */
static bool
is_forged(const struct seen *seen, enum key key, enum pattern_type type)
{
	return seen->keys >> key || (key == BPF && seen->keys) || (key > EXTENSION && type == PATTERN_EXTENSION);
}

static const char *
check_complete(struct pattern *p, const char *interpreter, const struct seen *seen)
{
	if (!interpreter || !*interpreter)
		return "the entry has no interpreter line";
	if (!(seen->keys & 1U << FLAGS))
		return "the entry has no flags line";
	if (p->type == PATTERN_BPF || (p->type == PATTERN_EXTENSION && *p->extension))
		return NULL;
	if (!(seen->keys & 1U << OFFSET) || !seen->magic)
		return "the entry has neither magic nor extension";
	if (p->mask && seen->mask != seen->magic)
		return "the entry's magic and mask differ in length";
	p->size = (uint16_t)seen->magic;
	return p->offset + seen->magic > PATTERN_WINDOW ? "the entry's magic reaches past byte 256" : NULL;
}

/* Any other line means that the entry may be anything: what is registered with a newline has such lines. */
static const char *
check_more(const struct pattern *p, const char *more)
{
	for (; *more; more = strchr(more, '\n') + 1)
		if (p->type != PATTERN_BPF || strncmp(more, "bpf-interpreter ", 16) != 0)
			return "the entry has a line that is not known: its path or extension holds a newline, or this "
			       "kernel is newer than binfmtctl";
	return NULL;
}

/* Goes through the lines behind the first. */
static const char *
parse_lines(struct entry *entry, char *at)
{
	struct rule *rule = &entry->rule;
	struct seen seen = {0};
	const char *reason = NULL;
	enum key key;

	while (!reason && *at && (key = key_of(&rule->pattern, at)) != KEYS) {
		char *newline = strchr(at, '\n');

		if (is_forged(&seen, key, rule->pattern.type))
			return "the entry's lines are not in the kernel's order: a newline in its path or extension "
			       "forges them";
		seen.keys |= 1U << key;
		*newline = '\0';
		reason = parse_value(rule, &seen, key, at + keys[key].len);
		at = newline + 1;
	}
	entry->more = at;
	if (!reason)
		reason = check_more(&rule->pattern, at);
	return reason ? reason : check_complete(&rule->pattern, rule->interpreter, &seen);
}

static const char *
parse(struct entry *entry, char *text, size_t len)
{
	char *end = text + len;
	const char *reason;
	bool cut;

	*end = '\0';
	entry->enabled = strncmp(text, "enabled\n", 8) == 0;
	if (len > ENTRY_TEXT_MAX || memchr(text, '\0', len))
		return "an entry line is too long or has a NUL byte";
	cut = len == ENTRY_TEXT_MAX && end[-1] != '\n';
	while (cut && end > text && end[-1] != '\n')
		*--end = '\0';
	if (end > text && end[-1] != '\n')
		return "the entry's text ends in the middle of a line";
	if (!entry->enabled && strncmp(text, "disabled\n", 9) != 0)
		return "the entry does not begin with enabled or disabled";
	reason = parse_lines(entry, text + (entry->enabled ? 8 : 9));
	return cut && entry->rule.pattern.type != PATTERN_BPF ? "the entry does not end within a page" : reason;
}

const char *
entry_parse(struct entry *entry, const char *name, char *text, size_t len)
{
	*entry = (struct entry){.rule.name = name, .more = ""};
	entry->reason = parse(entry, text, len);
	if (entry->reason)
		entry->rule = (struct rule){.name = name, .interpreter = "", .pattern.type = PATTERN_UNKNOWN};
	return entry->reason;
}

static bool
keep_text(struct arena *arena, const char **text)
{
	if (!*text)
		return true;
	*text = **text ? arena_copy(arena, *text, strlen(*text)) : "";
	return *text != NULL;
}

static bool
keep_bytes(struct arena *arena, const unsigned char **bytes, size_t size)
{
	if (!*bytes)
		return true;
	*bytes = (const unsigned char *)arena_copy(arena, *bytes, size);
	return *bytes != NULL;
}

int
entry_keep(struct entry *entry, struct arena *arena)
{
	struct rule *rule = &entry->rule;
	struct pattern *p = &rule->pattern;

	return keep_text(arena, &rule->interpreter) && keep_text(arena, &rule->more_flags) &&
		       keep_text(arena, &p->extension) && keep_text(arena, &entry->more) &&
		       keep_bytes(arena, &p->magic, p->size) && keep_bytes(arena, &p->mask, p->size)
		   ? 0
		   : -1;
}
