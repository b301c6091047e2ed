/* SPDX-License-Identifier: MIT */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes at s are printable ASCII: nearly all, mostly, and each is one column. */
size_t text_plain(const char *s, size_t len);

/*
 * The bytes that a UTF-8 sequence at s takes (1 to 4, at most len), 0 if it is none; code point to
 * *point. Overlong forms, surrogates and values above U+10FFFF are none.
 */
size_t text_utf8(const char *s, size_t len, unsigned *point);

/*
 * Whether a code point is printed as it is: no control code, nor what Unicode lists as not shown
 * (Default_Ignorable_Code_Point) or what changes a line's direction.
 */
bool text_printable(unsigned point);

/* Whether a screen shows all of a text as it is. */
bool text_shown(const char *text);

enum { TEXT_QUOTED_MAX = 1100 }; /* an entry's name in quotes, whatever it holds */

/*
 * A word as a shell needs it in a command to paste: in single quotes unless it is plain. Cut to
 * size; returns text.
 */
const char *text_quote(const char *word, char *text, size_t size);

/* The bytes of a text's first character, or of one that is none (len > 0); *columns as text_width counts them. */
size_t text_step(const char *s, size_t len, size_t *columns);

/* How many columns a text takes when it is printed safely (print.h), a code point counted as one. */
size_t text_width(const char *text);

#endif
