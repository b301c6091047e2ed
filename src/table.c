/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "table.h"

void
table_start(struct table *table, const char *const *headings)
{
	*table = (struct table){0};
	while (headings[table->columns])
		table->columns++;
	table_row(table, headings);
	table->rows = 0;
}

static void
add(struct table *table, const char *cell)
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
table_row(struct table *table, const char *const *cells)
{
	for (size_t i = 0; i < table->columns; i++) {
		size_t width = out_width(cells[i]);

		if (width > table->width[i])
			table->width[i] = width;
		add(table, cells[i]);
	}
	table->rows++;
}

int
table_print(struct table *table)
{
	size_t column = 0;

	for (const char *cell = table->cells; table->rows && !table->failed && cell < table->cells + table->len;
	     cell += strlen(cell) + 1) {
		bool last = column + 1 == table->columns;

		out_text(stdout, cell);
		for (size_t i = out_width(cell); !last && i < table->width[column] + 2; i++)
			putchar(' ');
		if (last)
			putchar('\n');
		column = last ? 0 : column + 1;
	}
	free(table->cells);
	return table->failed ? -1 : 0;
}
