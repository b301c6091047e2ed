/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"
#include "text.h"

enum { GAP = 2, LAST_MIN = 12 };

void
columns_start(struct columns *table, const char *const *headings)
{
	*table = (struct columns){0};
	while (headings[table->columns])
		table->columns++;
	columns_row(table, headings);
	table->rows = 0;
}

static void
add(struct columns *table, const char *cell)
{
	size_t len = strlen(cell) + 1;
	char *more;

	if (table->room - table->len < len) {
		more = realloc(table->cells, table->room * 2 + len);
		if (!more) {
			table->failed = true;
			return;
		}
		table->cells = more;
		table->room = table->room * 2 + len;
	}
	memcpy(table->cells + table->len, cell, len);
	table->len += len;
}

void
columns_row(struct columns *table, const char *const *cells)
{
	for (size_t i = 0; i < table->columns; i++) {
		size_t width = text_width(cells[i]);

		if (width > table->width[i])
			table->width[i] = width;
		add(table, cells[i]);
	}
	table->rows++;
}

/* Columns left for the last cell of a row: on a terminal what is not taken by the others, else no limit. */
static size_t
room_for_last(const struct columns *table)
{
	struct winsize size;
	size_t taken = 0;

	if (table->columns < 2 || !isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return SIZE_MAX;
	for (size_t i = 0; i + 1 < table->columns; i++)
		taken += table->width[i] + GAP;
	return size.ws_col > taken + LAST_MIN ? size.ws_col - taken : SIZE_MAX;
}

/* Of a cell that is too wide the end is shown: paths differ there. */
static void
print_last(const char *cell, size_t room)
{
	unsigned ignored;

	if (text_width(cell) > room) {
		fputs("\xe2\x80\xa6", stdout); /* an ellipsis */
		while (*cell && text_width(cell) > room - 1) {
			size_t n = text_utf8(cell, strlen(cell), &ignored);

			cell += n ? n : 1;
		}
	}
	print_safe(stdout, cell);
	putchar('\n');
}

static void
print_cell(const struct columns *table, size_t column, const char *cell, bool colour)
{
	bool marked = colour && table->good && column == table->marked && strcmp(cell, table->good) != 0;

	fputs(marked ? "\033[31m" : "", stdout);
	print_safe(stdout, cell);
	fputs(marked ? "\033[0m" : "", stdout);
	for (size_t i = text_width(cell); i < table->width[column] + GAP; i++)
		putchar(' ');
}

int
columns_print(struct columns *table)
{
	size_t column = 0, row = 0, room = room_for_last(table);
	bool colour = isatty(STDOUT_FILENO), print = table->rows && !table->failed && !print_is_quiet();

	for (const char *cell = table->cells; print && cell < table->cells + table->len; cell += strlen(cell) + 1) {
		if (column + 1 < table->columns) {
			print_cell(table, column++, cell, colour && row > 0);
			continue;
		}
		print_last(cell, room);
		column = 0;
		row++;
	}
	free(table->cells);
	return table->failed ? -1 : 0;
}
