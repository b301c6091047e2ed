/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "number.h"

/* Two hex digits at s, or -1. A NUL is no digit, so the second is not read past the end. */
static int
hex_byte(const char *s)
{
	int high = number_digit(s[0]);
	int low = high < 0 ? -1 : number_digit(s[1]);

	return low < 0 ? -1 : high << 4 | low;
}

const char *
hex_parse(const char *word, unsigned char *bytes, size_t max, size_t *len)
{
	bool plain = !strchr(word, '\\');
	size_t n = 0;
	int byte;

	while (*word) {
		if (plain || *word == '\\') {
			if (!plain && word[1] != 'x')
				return "a backslash must start \\xHH (a backslash itself is \\x5c)";
			byte = hex_byte(word + (plain ? 0 : 2));
			word += plain ? 2 : 4;
		} else {
			byte = (unsigned char)*word++;
		}
		if (byte < 0)
			return plain ? "not an even number of hex digits (7f454c46 or \\x7fELF)"
				     : "\\x must be followed by two hex digits";
		if (n == max)
			return "longer than 256 bytes";
		bytes[n++] = (unsigned char)byte;
	}
	*len = n;
	return NULL;
}

/* The digits of a word without what is often put between them; false if that is no hex. */
static bool
digits_only(const char *word, char *digits)
{
	size_t len = 0;

	for (; *word; word++) {
		if (strchr(" \t:,", *word))
			continue;
		if (*word == '0' && (word[1] == 'x' || word[1] == 'X')) {
			word++;
			continue;
		}
		if (number_digit(*word) < 0)
			return false;
		digits[len++] = *word;
	}
	digits[len] = '\0';
	return len && len % 2 == 0;
}

const char *
hex_meant(const char *word, char meant[static HEX_MEANT_MAX], bool *letters)
{
	size_t len = strlen(word);

	*letters = false;
	meant[0] = '\0';
	if (!len || len > HEX_MEANT_MAX - 8 || strchr(word, '\\'))
		return meant;
	if (digits_only(word, meant))
		return strcmp(meant, word) == 0 ? memset(meant, 0, 1) : meant;
	*letters = true;
	snprintf(meant, HEX_MEANT_MAX, "\\x%02x%s", (unsigned char)*word, word + 1);
	return meant;
}

void
hex_format(const unsigned char *bytes, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	*hex = '\0';
}
