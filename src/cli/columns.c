/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"
#include "print.h"
#include "text.h"

enum { GAP = 2, LAST_MIN = 12 };

void
columns_start(struct columns *c, const char *const *headings)
{
	*c = (struct columns){.headings = headings};
	while (headings[c->columns])
		c->columns++;
	columns_measure(c, headings);
	c->rows = 0;
}

void
columns_measure(struct columns *c, const char *const *cells)
{
	for (size_t i = 0; i < c->columns; i++) {
		size_t width = text_width(cells[i]);

		if (width > c->width[i])
			c->width[i] = width;
	}
	c->rows++;
}

/* What is left for the last cell of a row: on a terminal what is not taken by the others, else no limit. */
static size_t
room_for_last(const struct columns *c)
{
	struct winsize size;
	size_t taken = 0;

	if (c->columns < 2 || !isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return SIZE_MAX;
	for (size_t i = 0; i + 1 < c->columns; i++)
		taken += c->width[i] + GAP;
	return size.ws_col > taken + LAST_MIN ? size.ws_col - taken : SIZE_MAX;
}

/* Of a cell that is too wide the end is shown: paths differ there. */
static void
print_last(const char *cell, size_t room)
{
	size_t width = text_width(cell), len = strlen(cell), n, columns;

	if (width > room) {
		fputs("\xe2\x80\xa6", stdout); /* an ellipsis */
		for (; width > room - 1; width -= columns) {
			n = text_step(cell, len, &columns);
			cell += n;
			len -= n;
		}
	}
	print_bytes(stdout, cell, len);
	putchar('\n');
}

static void
print_cell(const struct columns *c, size_t column, const char *cell)
{
	bool marked = c->colour && c->good && column == c->marked && strcmp(cell, c->good) != 0;

	fputs(marked ? "\033[31m" : "", stdout);
	print_safe(stdout, cell);
	fputs(marked ? "\033[0m" : "", stdout);
	for (size_t i = text_width(cell); i < c->width[column] + GAP; i++)
		putchar(' ');
}

void
columns_line(const struct columns *c, const char *const *cells)
{
	if (print_is_quiet())
		return;
	for (size_t i = 0; i + 1 < c->columns; i++)
		print_cell(c, i, cells[i]);
	print_last(cells[c->columns - 1], c->last_room);
}

void
columns_headings(struct columns *c)
{
	c->last_room = room_for_last(c);
	if (c->rows)
		columns_line(c, c->headings);
	c->colour = isatty(STDOUT_FILENO);
}

static void
add_cell(struct columns *c, const char *cell)
{
	size_t len = strlen(cell) + 1;
	char *more;

	if (c->room - c->len < len) {
		more = realloc(c->cells, c->room * 2 + len);
		if (!more) {
			c->failed = true;
			return;
		}
		c->cells = more;
		c->room = c->room * 2 + len;
	}
	memcpy(c->cells + c->len, cell, len);
	c->len += len;
}

void
columns_row(struct columns *c, const char *const *cells)
{
	columns_measure(c, cells);
	for (size_t i = 0; i < c->columns; i++)
		add_cell(c, cells[i]);
}

int
columns_print(struct columns *c)
{
	const char *cells[COLUMNS_MAX];
	size_t at = 0;

	if (!c->failed)
		columns_headings(c);
	while (!c->failed && at < c->len) {
		for (size_t i = 0; i < c->columns; i++) {
			cells[i] = c->cells + at;
			at += strlen(cells[i]) + 1;
		}
		columns_line(c, cells);
	}
	free(c->cells);
	return c->failed ? -1 : 0;
}
