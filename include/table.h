/* SPDX-License-Identifier: MIT */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS_MAX = 8 };

/*
 * Columns for people, on standard output. Rows are added first and printed at the end, each column
 * as wide as its widest cell, the last one as it comes, or on a terminal cut at its start to fit.
 * Cells are printed safely (out.h).
 */
struct table {
	size_t columns, rows; /* rows: without the headings */
	size_t width[TABLE_COLUMNS_MAX];
	char *cells; /* NUL-terminated texts, row by row */
	size_t len, room;
	size_t marked;    /* on a terminal, cells of this column that are not `good` are red; */
	const char *good; /* NULL: none */
	bool failed;      /* out of memory: table_print says so */
};

/* Starts with a row of headings; NULL ends them. */
void table_start(struct table *table, const char *const *headings);
void table_row(struct table *table, const char *const *cells); /* as many as there are headings */

/*
 * Prints and frees; a table without rows prints nothing, not even its headings, nor does any with
 * -q. -1 if memory ran out and the table was not printed.
 */
int table_print(struct table *table);

#endif
