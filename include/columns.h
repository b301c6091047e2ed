/* SPDX-License-Identifier: MIT */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "colour.h"

enum { COLUMNS_MAX = 8 };

/*
 * Columns for people, on standard output, each as wide as its widest cell, the last one as it
 * comes. On a terminal a row takes one line: what is too wide for its column is cut, the last cell at its start, and
 * that column is left out where there is no room for it. Cells are printed safely (print.h). With -q
 * nothing is printed, and without rows no headings are either.
 */
struct columns {
	const char *const *headings;
	size_t columns, rows;
	size_t width[COLUMNS_MAX];
	size_t last_room; /* columns of the terminal for the last cell */
	bool coloured;    /* the tints are shown */
	size_t marked;    /* the column whose cells have the tint of their row */
	char *cells;      /* of rows that were added, row by row: a digit for the tint, and NUL-terminated texts */
	size_t len, room;
	bool failed; /* out of memory: columns_print says so */
};

/* Starts; NULL ends the headings. */
void columns_start(struct columns *columns, const char *const *headings);

/* Of rows that the caller can make twice: all are measured first, then the headings and each is printed. */
void columns_measure(struct columns *columns, const char *const *cells);
void columns_headings(struct columns *columns);
void columns_line(const struct columns *columns, enum tint tint, const char *const *cells);

/* Of rows that it can make only once: adds one to those that columns_print prints and frees. */
void columns_row(struct columns *columns, enum tint tint, const char *const *cells);

/* -1 if memory ran out and nothing was printed. */
int columns_print(struct columns *columns);

/* How many columns the terminal has that standard output is; 0: it is none. */
size_t columns_of_terminal(void);

#endif
