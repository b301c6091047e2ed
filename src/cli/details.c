/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "columns.h"
#include "details.h"
#include "pattern.h"
#include "print.h"
#include "snapshot.h"
#include "text.h"

enum {
	INDENT = 2,
	LABEL = 13,
	WIDTH = 80, /* where it is no terminal */
	PIECE_MAX = 32,
	PIECE_STEP = 4, /* bytes in a line are a multiple of this */
};

static void
print_label(size_t indent, const char *label)
{
	printf("%*s%-*s", (int)indent, "", LABEL, label);
}

static size_t
width_of(const char *text, size_t len)
{
	size_t width = 0, columns;

	for (size_t at = 0; at < len; width += columns)
		at += text_step(text + at, len - at, &columns);
	return width;
}

/* Of all that this run prints: it is asked once. */
static size_t
terminal_width(void)
{
	static size_t width;
	static bool asked;

	if (!asked)
		width = columns_of_terminal();
	asked = true;
	return width;
}

void
details_field(const char *label, const char *text)
{
	size_t terminal = terminal_width(), column = INDENT + LABEL, len;

	print_label(INDENT, label);
	for (; *text; text += len) {
		len = strcspn(text + 1, " ") + 1; /* a word, and the space before it */
		if (terminal && column > INDENT + LABEL && column + width_of(text, len) > terminal) {
			putchar('\n');
			print_label(INDENT, "");
			column = INDENT + LABEL;
			text++;
			len--;
		}
		print_bytes(stdout, text, len);
		column += width_of(text, len);
	}
	putchar('\n');
}

void
details_head(const struct handler *handler)
{
	print_safe(stdout, handler->name);
	putchar('\n');
	if (handler->arch)
		details_field("arch", handler->arch->name);
	details_field("state", handler->entry->enabled ? "enabled" : "disabled");
}

static void
print_flags(const struct rule *rule)
{
	char letters[RULE_FLAGS_MAX], text[2 * RULE_FLAGS_MAX + 32];

	rule_format_flags(rule->flags, rule->more_flags, letters);
	if (rule->more_flags && *rule->more_flags)
		snprintf(text, sizeof(text), "%s (%.63s: not known to binfmtctl)", letters, rule->more_flags);
	else
		snprintf(text, sizeof(text), "%s", *letters ? letters : "none");
	details_field("flags", text);
}

/* As many bytes as fit behind the label. */
static size_t
piece_size(size_t indent)
{
	size_t terminal = terminal_width(), width = terminal ? terminal : WIDTH, most;

	most = width > indent + LABEL ? (width - indent - LABEL + 1) / 3 : 0;
	if (most > PIECE_MAX)
		most = PIECE_MAX;
	return most < PIECE_STEP ? PIECE_STEP : most - most % PIECE_STEP;
}

static void
print_bytes_line(size_t indent, const char *label, const unsigned char *bytes, size_t len)
{
	print_label(indent, label);
	for (size_t i = 0; i < len; i++)
		printf("%s%02x", i ? " " : "", bytes[i]);
	putchar('\n');
}

/* A mark below each byte of a piece that differs; no line where none does. */
static void
print_marks(size_t indent, const struct pattern *p, const unsigned char *head, size_t from, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		if (!pattern_byte_differs(p, head, from + i))
			continue;
		if (!column)
			print_label(indent, "");
		printf("%*s^^", (int)(3 * i - column), "");
		column = 3 * i + 2;
	}
	if (column)
		putchar('\n');
}

void
details_bytes(const struct pattern *p, const unsigned char *head, size_t indent)
{
	size_t size = piece_size(indent), len;

	for (size_t from = 0; from < p->size; from += len) {
		len = p->size - from < size ? p->size - from : size;
		print_label(indent, "offset");
		printf("%zu\n", p->offset + from);
		print_bytes_line(indent, "magic", p->magic + from, len);
		if (p->mask)
			print_bytes_line(indent, "mask", p->mask + from, len);
		if (!head)
			continue;
		print_bytes_line(indent, "file", head + p->offset + from, len);
		print_marks(indent, p, head, from, len);
	}
}

static void
print_pattern(const struct entry *entry)
{
	const struct pattern *p = &entry->rule.pattern;
	char extension[RULE_EXTENSION_MAX + 2];

	switch (p->type) {
	case PATTERN_MAGIC:
		details_bytes(p, NULL, INDENT);
		if (!p->mask)
			details_field("mask", "none: each bit counts");
		return;
	case PATTERN_EXTENSION:
		snprintf(extension, sizeof(extension), ".%s", p->extension);
		details_field("extension", extension);
		return;
	case PATTERN_BPF:
	case PATTERN_UNKNOWN:
		return;
	}
}

void
details_rule(const struct handler *handler, const char *at_boot)
{
	const struct entry *entry = handler->entry;
	bool bpf = entry->rule.pattern.type == PATTERN_BPF;

	if (entry->reason) {
		details_field("problem", entry->reason);
		return;
	}
	details_field(bpf ? "bpf" : "interpreter", entry->rule.interpreter);
	print_flags(&entry->rule);
	details_field("at boot", at_boot);
	print_pattern(entry);
}
