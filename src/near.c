/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "near.h"

/* A word as long as this is near none. */
enum { WORD_SIZE = 64 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
edits(const char *word, size_t len, const char *other)
{
	size_t d[3][WORD_SIZE];
	size_t row = 0;
	int last = 0;

	for (size_t j = 0; j <= len; j++)
		d[0][j] = j;
	for (; *other; other++) {
		int c = tolower((unsigned char)*other);
		const size_t *above = d[row % 3], *two_above = d[(row + 2) % 3];
		size_t *cur = d[++row % 3];

		cur[0] = row;
		for (size_t j = 1; j <= len; j++) {
			int w = tolower((unsigned char)word[j - 1]);

			cur[j] = least(least(above[j], cur[j - 1]) + 1, above[j - 1] + (w != c));
			if (row > 1 && j > 1 && w == last && tolower((unsigned char)word[j - 2]) == c)
				cur[j] = least(cur[j], two_above[j - 2] + 1);
		}
		last = c;
	}
	return d[row % 3][len];
}

void
near_start(struct near *near, const char *word)
{
	*near = (struct near){.word = word, .len = strlen(word)};
	near->most = near->len / 3 > 2 ? near->len / 3 : 2;
	if (near->most >= near->len)
		near->most = near->len ? near->len - 1 : 0;
}

void
near_add(struct near *near, const char *candidate)
{
	size_t distance, i = near->count;

	if (near->len >= WORD_SIZE || strlen(candidate) >= WORD_SIZE)
		return;
	distance = edits(near->word, near->len, candidate);
	if (distance > near->most)
		return;
	if (i < NEAR_MAX)
		near->count++;
	else if (distance < near->edits[i - 1])
		i--;
	else
		return;
	for (; i > 0 && distance < near->edits[i - 1]; i--) {
		near->words[i] = near->words[i - 1];
		near->edits[i] = near->edits[i - 1];
	}
	near->words[i] = candidate;
	near->edits[i] = distance;
}

const char *
near_text(const struct near *near, char text[static NEAR_TEXT_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < near->count; i++)
		len +=
		    (size_t)snprintf(text + len, NEAR_TEXT_MAX - len, "%s%s", i ? ", " : "; nearest: ", near->words[i]);
	return text;
}
