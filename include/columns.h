/* SPDX-License-Identifier: MIT */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

enum { COLUMNS_MAX = 8 };

/*
 * Columns for people, on standard output. Rows are added first and printed at the end, each column
 * as wide as its widest cell, the last one as it comes, or on a terminal cut at its start to fit.
 * Cells are printed safely (out.h).
 */
struct columns {
	size_t columns, rows; /* rows: without the headings */
	size_t width[COLUMNS_MAX];
	char *cells; /* NUL-terminated texts, row by row */
	size_t len, room;
	size_t marked;    /* on a terminal, cells of this column that are not `good` are red; */
	const char *good; /* NULL: none */
	bool failed;      /* out of memory: columns_print says so */
};

/* Starts with a row of headings; NULL ends them. */
void columns_start(struct columns *table, const char *const *headings);
void columns_row(struct columns *table, const char *const *cells); /* as many as there are headings */

/*
 * Prints and frees; a table without rows prints nothing, not even its headings, nor does any with
 * -q. -1 if memory ran out and the table was not printed.
 */
int columns_print(struct columns *table);

#endif
