/* SPDX-License-Identifier: MIT */
/* Texts for people: nothing is printed raw that should not be, as wide as foretold, and quoted words are read back. */
#include <stdio.h>

#include "columns.h"
#include "fuzz.h"
#include "paste.h"
#include "print.h"
#include "text.h"

/* How many code points there are, all of which may be printed. */
static size_t
count_points(const char *text, size_t len)
{
	unsigned point;
	size_t count = 0, n;

	for (size_t i = 0; i < len; i += n, count++) {
		char again[4];

		n = text_utf8(text + i, len - i, &point);
		demand(n && !is_control(point) && text_printable(point));
		demand(write_utf8(point, again) == n && memcmp(again, text + i, n) == 0);
	}
	return count;
}

/* A word in single quotes, or plain, as a shell reads it. */
static void
check_quoted(const char *quoted, const char *word)
{
	bool inside = false;

	for (; *quoted; quoted++) {
		if (*quoted == '\'') {
			inside = !inside;
			continue;
		}
		if (!inside && *quoted == '\\')
			quoted++;
		else
			demand(inside || strspn(quoted, " \t\n$`\"&|;<>()*?[#~!{}^\\") == 0);
		demand(*quoted == *word++);
	}
	demand(!inside && !*word);
}

static void
check_words(const char *text)
{
	char quoted[TEXT_QUOTED_MAX], word[PASTE_MAX], whole[PASTE_MAX + 2], again[32];

	if (strlen(text) * 4 + 8 < sizeof(quoted))
		check_quoted(text_quote(text, quoted, sizeof(quoted)), text);
	text_quote(text, again, sizeof(again)); /* cut, it still ends */
	demand(strlen(again) < sizeof(again) && (again[0] != '\'' || again[strlen(again) - 1] == '\''));
	for (int command = 0; command < 2; command++) {
		if (!paste_file(text, command, word))
			continue;
		count_points(word, strlen(word));
		snprintf(whole, sizeof(whole), "./%s", text);
		check_quoted(word, strlen(word) > 2 && strncmp(word + (word[0] == '\''), "./", 2) == 0 &&
					   strncmp(text, "./", 2) != 0
				       ? whole
				       : text);
		demand(command == 0 || strchr(word, '/'));
		demand(word[0] != '-');
	}
}

/* Every line is as wide as its cells, and the last cells stand one below another. */
static void
check_columns(const char *out, const struct columns *c, char *const *cells)
{
	size_t before = 0;

	for (size_t i = 0; i + 1 < c->columns; i++)
		before += c->width[i] + 2;
	for (size_t row = 0; row <= c->rows; row++) {
		const char *last = row ? cells[row * c->columns - 1] : c->headings[c->columns - 1];
		size_t len = strcspn(out, "\n");

		demand(count_points(out, len) == before + text_width(last));
		out += len;
		demand(*out++ == '\n');
	}
	demand(!*out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const headings[] = {"ONE", "TWO", "THREE", NULL};
	enum { CELLS = 3 * 5 };
	struct input in = {data, size};
	struct columns c;
	char *cells[CELLS], *text = NULL;
	size_t count = 0, len = 0;
	FILE *real = stdout;

	columns_start(&c, headings + next_number(&in, 3));
	while (in.left && count < c.columns * 5)
		cells[count++] = next_text(&in, 400);
	stdout = open_memstream(&text, &len);
	demand(stdout != NULL);
	for (size_t i = 0; i + c.columns <= count; i += c.columns)
		columns_row(&c, TINT_WARN, (const char *const *)cells + i);
	demand(columns_print(&c) == 0 && fclose(stdout) == 0);
	stdout = real;
	if (c.rows)
		check_columns(text, &c, cells);
	else
		demand(len == 0);
	for (size_t i = 0; i < count; i++) {
		check_words(cells[i]);
		free(cells[i]);
	}
	free(text);
	return 0;
}
