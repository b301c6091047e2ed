/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "hex.h"
#include "json.h"
#include "text.h"

enum {
	DEPTH_MAX = 16,
	PIECE = 256, /* bytes that are written as hex at a time */
};

/* Of each open object or array: what closes it, and whether it holds something yet. */
static struct {
	char close;
	bool filled;
} open_at[DEPTH_MAX];
static int depth;

/* As JSON spells what it may not, or should not, hold raw: above U+FFFF in two halves. */
static void
put_escaped(unsigned point)
{
	if (point > 0xffff)
		printf("\\u%04x\\u%04x", 0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
	else
		printf("\\u%04x", point);
}

static void
put_string(const char *s, bool *broken)
{
	size_t len = strlen(s), n;
	unsigned point;

	putchar('"');
	for (size_t i = 0; i < len; i += n) {
		n = strcspn(s + i, "\"\\");
		n = text_plain(s + i, n);
		if (n) {
			fwrite(s + i, 1, n, stdout);
			continue;
		}
		n = text_utf8(s + i, len - i, &point);
		if (n == 0) {
			fputs("\xef\xbf\xbd", stdout);
			*broken = true;
			n = 1;
		} else if (point == '"' || point == '\\') {
			printf("\\%c", (int)point);
		} else if (!text_printable(point)) {
			put_escaped(point);
		} else {
			fwrite(s + i, 1, n, stdout);
		}
	}
	putchar('"');
}

/* The comma before and the key of the next member. */
static void
member(const char *key)
{
	bool ignored;

	if (depth && open_at[depth - 1].filled)
		putchar(',');
	if (depth)
		open_at[depth - 1].filled = true;
	if (key) {
		put_string(key, &ignored);
		putchar(':');
	}
}

static void
open_one(const char *key, char with, char close)
{
	member(key);
	putchar(with);
	if (depth < DEPTH_MAX) {
		open_at[depth].close = close;
		open_at[depth].filled = false;
	}
	depth++;
}

void
json_object(const char *key)
{
	open_one(key, '{', '}');
}

void
json_array(const char *key)
{
	open_one(key, '[', ']');
}

void
json_end(void)
{
	depth--;
	putchar(open_at[depth].close);
	if (depth == 0)
		putchar('\n');
}

void
json_hex(const char *key, const unsigned char *bytes, size_t len)
{
	char hex[2 * PIECE + 1];

	member(key);
	putchar('"');
	for (size_t n; len; bytes += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		hex_format(bytes, n, hex);
		fputs(hex, stdout);
	}
	putchar('"');
}

/* The key of all bytes of what is no UTF-8. */
static const char *
twin_of(const char *key)
{
	static char twin[64];

	snprintf(twin, sizeof(twin), "%s_hex", key);
	return twin;
}

/* False: it is no UTF-8. */
static bool
value_string(const char *key, const char *value)
{
	bool broken = false;

	member(key);
	put_string(value, &broken);
	return !broken;
}

static void
hex_string(const char *key, const char *value)
{
	json_hex(key, (const unsigned char *)value, strlen(value));
}

void
json_string(const char *key, const char *value)
{
	if (!value)
		json_null(key);
	else if (!value_string(key, value) && key)
		hex_string(twin_of(key), value);
}

void
json_texts(const char *key, const struct warnings *texts)
{
	bool whole = true;

	json_array(key);
	for (const char *text = NULL; (text = warn_next(texts, text));)
		whole &= value_string(NULL, text);
	json_end();
	if (whole)
		return;
	json_array(twin_of(key));
	for (const char *text = NULL; (text = warn_next(texts, text));)
		hex_string(NULL, text);
	json_end();
}

void
json_number(const char *key, long value)
{
	member(key);
	printf("%ld", value);
}

void
json_bool(const char *key, bool value)
{
	member(key);
	fputs(value ? "true" : "false", stdout);
}

void
json_null(const char *key)
{
	member(key);
	fputs("null", stdout);
}

void
json_look(const char *key, struct look value)
{
	if (value.is == LOOK_UNKNOWN)
		json_null(key);
	else
		json_bool(key, value.is == LOOK_YES);
}

void
json_cause(const struct err *err)
{
	json_string("code", err_word(err->code));
	json_string("detail", err->text);
}

void
json_why(const struct err *why)
{
	json_string("detail", *why->text ? why->text : NULL);
	json_string("fix", *why->fix ? why->fix : NULL);
}
