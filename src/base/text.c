/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* Eight bytes at once: whether each is printable ASCII. Where one borrows from its neighbour, it is none itself. */
static bool
all_plain(const char *s)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t word;

	memcpy(&word, s, sizeof(word));
	return !((word | (word - ' ' * ones) | (word + ones)) & (0x80 * ones));
}

size_t
text_plain(const char *s, size_t len)
{
	size_t n = 0;

	while (len - n >= sizeof(uint64_t) && all_plain(s + n))
		n += sizeof(uint64_t);
	while (n < len && s[n] >= ' ' && s[n] <= '~')
		n++;
	return n;
}

size_t
text_utf8(const char *s, size_t len, unsigned *point)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)s[0];
	size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	if (n == 0 || n > len)
		return 0;
	*point = n == 1 ? first : first & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (*point < least[n] || *point > 0x10ffff || (*point >= 0xd800 && *point < 0xe000))
		return 0;
	return n;
}

bool
text_printable(unsigned point)
{
	static const unsigned hidden[][2] = {
	    {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
	    {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
	    {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
	    {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (point >= hidden[i][0] && point <= hidden[i][1])
			return false;
	return true;
}

bool
text_shown(const char *text)
{
	size_t len = strlen(text), n;
	unsigned point;

	for (size_t i = 0; i < len; i += n) {
		n = text_utf8(text + i, len - i, &point);
		if (!n || !text_printable(point))
			return false;
	}
	return true;
}

const char *
text_quote(const char *word, char *text, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	size_t len = 0;

	if (*word && word[strspn(word, plain)] == '\0') {
		snprintf(text, size, "%s", word);
		return text;
	}
	text[len++] = '\'';
	for (; *word && len + 6 < size; word++)
		len += (size_t)snprintf(text + len, size - len, *word == '\'' ? "'\\''" : "%c", *word);
	snprintf(text + len, size - len, "'");
	return text;
}

size_t
text_step(const char *s, size_t len, size_t *columns)
{
	unsigned point;
	size_t n = text_utf8(s, len, &point);

	*columns = n && text_printable(point) ? 1 : 4 * (n ? n : 1);
	return n ? n : 1;
}

size_t
text_width(const char *text)
{
	size_t len = strlen(text), at = text_plain(text, len), width = at, columns;

	for (; at < len; width += columns)
		at += text_step(text + at, len - at, &columns);
	return width;
}
