/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "limit.h"
#include "line.h"
#include "written.h"

static const char *const names[] = {
    [WRITTEN_BINFMT_D] = "binfmt.d",
    [WRITTEN_UPDATE_BINFMTS] = "update-binfmts",
    [WRITTEN_REGISTER] = "register",
};

enum written_as
written_find(const char *name)
{
	enum written_as as = 0;

	while (as < WRITTEN_UNKNOWN && strcmp(name, names[as]) != 0)
		as++;
	return as;
}

static const char *
as_line(const struct rule *rule, bool file, char text[static WRITTEN_MAX])
{
	size_t len;
	const char *reason = line_format(rule, file, text, &len);

	if (!reason)
		memcpy(text + len, "\n", 2);
	return reason;
}

/* A field that update-binfmts gives on as it read it: without the blanks at its ends. */
static bool
is_cut(const char *field)
{
	size_t len = strlen(field);

	return len && (strchr(" \t", field[0]) || strchr(" \t", field[len - 1]));
}

/* What a format file has no key for, or what becomes of it on the way. */
static const char *
lost(const struct rule *rule)
{
	const struct pattern *p = &rule->pattern;
	const char *extension = p->type == PATTERN_EXTENSION ? p->extension : "";

	if (p->type == PATTERN_BPF)
		return "a format file knows no type B";
	if (rule->more_flags || rule->flags & (RULE_T | RULE_L | RULE_D))
		return "a format file knows no flags but P, C and F";
	if (rule->flags & RULE_O && !(rule->flags & RULE_C))
		return "a format file knows flag O with C only";
	if (strchr(rule->name, ':') || strchr(rule->interpreter, ':') || strchr(extension, ':'))
		return "update-binfmts breaks what has a ':'";
	if (is_cut(rule->interpreter) || is_cut(extension))
		return "update-binfmts cuts blanks off";
	return NULL;
}

/* A text being made. */
struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void
add(struct text *text, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text->at, text->left, fmt, ap);
	va_end(ap);
	text->at += len;
	text->left -= (size_t)len;
}

static void
add_bytes(struct text *text, const char *key, const unsigned char *bytes, size_t count)
{
	add(text, "%s ", key);
	for (size_t i = 0; i < count; i++)
		add(text, "\\x%02x", bytes[i]);
	add(text, "\n");
}

/* The line that update-binfmts makes of it has all bytes escaped. */
static bool
is_long(const struct rule *rule)
{
	const struct pattern *p = &rule->pattern;
	size_t bytes = p->type == PATTERN_MAGIC ? 4 * (size_t)p->size * (p->mask ? 2 : 1) : strlen(p->extension);

	return sizeof(":::256::::CPF") + strlen(rule->name) + bytes + strlen(rule->interpreter) > RULE_LINE_MAX;
}

static const char *
as_format_file(const struct rule *rule, char room[static WRITTEN_MAX])
{
	struct text text = {room, WRITTEN_MAX};
	const struct pattern *p = &rule->pattern;
	const char *reason = lost(rule);

	if (reason)
		return reason;
	if (is_long(rule))
		return "the line that update-binfmts makes of it would be longer than the kernel takes";
	add(&text, "package binfmtctl\ninterpreter %s\n", rule->interpreter);
	if (p->type == PATTERN_EXTENSION) {
		add(&text, "extension %s\n", p->extension);
	} else {
		add(&text, "offset %u\n", p->offset);
		add_bytes(&text, "magic", p->magic, p->size);
		if (p->mask)
			add_bytes(&text, "mask", p->mask, p->size);
	}
	add(&text, "credentials %s\npreserve %s\nfix_binary %s\n", rule->flags & RULE_C ? "yes" : "no",
	    rule->flags & RULE_P ? "yes" : "no", rule->flags & RULE_F ? "yes" : "no");
	return NULL;
}

const char *
written_rule(const struct rule *rule, enum written_as as, char text[static WRITTEN_MAX])
{
	const char *reason = limit_check(rule);

	if (reason)
		return reason;
	return as == WRITTEN_UPDATE_BINFMTS ? as_format_file(rule, text) : as_line(rule, as == WRITTEN_BINFMT_D, text);
}
