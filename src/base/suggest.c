/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "suggest.h"

enum {
	WORD_SIZE = 64, /* a word as long as this is near none */
	EDITS_MOST = 2,
};

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
suggest_start(struct suggest *suggest, const char *word)
{
	size_t len = strlen(word);

	*suggest = (struct suggest){.word = word, .prefix = "", .len = len, .most = EDITS_MOST};
	if (len <= EDITS_MOST)
		suggest->most = len ? len - 1 : 0;
}

void
suggest_add(struct suggest *suggest, const char *candidate)
{
	size_t distance, i = suggest->count;

	if (suggest->len >= WORD_SIZE || strlen(candidate) >= WORD_SIZE)
		return;
	distance = edits(suggest->word, suggest->len, candidate);
	if (distance > suggest->most)
		return;
	if (i < SUGGEST_MAX)
		suggest->count++;
	else if (distance < suggest->edits[i - 1])
		i--;
	else
		return;
	for (; i > 0 && distance < suggest->edits[i - 1]; i--) {
		suggest->words[i] = suggest->words[i - 1];
		suggest->edits[i] = suggest->edits[i - 1];
	}
	suggest->words[i] = candidate;
	suggest->edits[i] = distance;
}

const char *
suggest_text(const struct suggest *suggest, char text[static SUGGEST_TEXT_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < suggest->count; i++)
		len += (size_t)snprintf(text + len, SUGGEST_TEXT_MAX - len, "%s%s%s",
					i ? ", " : "; nearest: ", suggest->prefix, suggest->words[i]);
	return text;
}
