/* SPDX-License-Identifier: MIT */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

enum { COLUMNS_MAX = 8 };

/*
 * Columns for people, on standard output, each as wide as its widest cell, the last one as it
 * comes, or on a terminal cut at its start to fit. Cells are printed safely (print.h). With -q
 * nothing is printed, and without rows no headings are either.
 */
struct columns {
	const char *const *headings;
	size_t columns, rows;
	size_t width[COLUMNS_MAX];
	size_t last_room; /* columns of the terminal for the last cell */
	bool colour;
	size_t marked;    /* on a terminal, cells of this column that are not `good` are red; */
	const char *good; /* NULL: none */
	char *cells;      /* of rows that were added: NUL-terminated texts, row by row */
	size_t len, room;
	bool failed; /* out of memory: columns_print says so */
};

/* Starts; NULL ends the headings. */
void columns_start(struct columns *columns, const char *const *headings);

/* Of rows that the caller can make twice: all are measured first, then the headings and each is printed. */
void columns_measure(struct columns *columns, const char *const *cells);
void columns_headings(struct columns *columns);
void columns_line(const struct columns *columns, const char *const *cells);

/* Of rows that it can make only once: adds one to those that columns_print prints and frees. */
void columns_row(struct columns *columns, const char *const *cells);

/* -1 if memory ran out and nothing was printed. */
int columns_print(struct columns *columns);

#endif
