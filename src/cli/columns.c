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

enum {
	ROW_ROOM = 512,
	GAP = 2,
	CELL_MIN = 8,
	LAST_MIN = 12, /* in less room the last column says nothing */
};

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

size_t
columns_of_terminal(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* What all but the last column take. */
static size_t
taken(const struct columns *c)
{
	size_t sum = 0;

	for (size_t i = 0; i + 1 < c->columns; i++)
		sum += c->width[i] + GAP;
	return sum;
}

/* Makes the widest column narrower. False: each is narrow enough. */
static bool
shrink(struct columns *c, size_t least)
{
	size_t widest = 0;

	for (size_t i = 1; i + 1 < c->columns; i++)
		if (c->width[i] > c->width[widest])
			widest = i;
	if (c->width[widest] <= least)
		return false;
	c->width[widest]--;
	return true;
}

/* Where a row is wider than the terminal, wide columns give way, and where that is not enough the last one. */
static void
fit(struct columns *c)
{
	size_t terminal = columns_of_terminal(), wanted = c->width[c->columns - 1];
	struct columns whole = *c;

	c->last_room = SIZE_MAX;
	if (c->columns < 2 || !terminal)
		return;
	if (wanted > terminal / 3)
		wanted = terminal / 3;
	while (taken(c) + wanted > terminal && shrink(c, terminal * 3 / 10))
		;
	c->last_room = terminal > taken(c) ? terminal - taken(c) : 0;
	if (c->last_room >= LAST_MIN)
		return;
	*c = whole;
	c->last_room = 0;
	while (taken(c) - GAP > terminal && shrink(c, CELL_MIN))
		;
}

/* A row gathers here, as it is made of many small pieces. */
struct row {
	char bytes[ROW_ROOM];
	size_t len;
};

static void
flush_row(struct row *row)
{
	fwrite(row->bytes, 1, row->len, stdout);
	row->len = 0;
}

/* Bytes that are safe to print. */
static void
put(struct row *row, const char *bytes, size_t len)
{
	if (len > sizeof(row->bytes) - row->len)
		flush_row(row);
	if (len > sizeof(row->bytes)) {
		fwrite(bytes, 1, len, stdout);
		return;
	}
	memcpy(row->bytes + row->len, bytes, len);
	row->len += len;
}

/* Any bytes. */
static void
put_safe(struct row *row, const char *bytes, size_t len)
{
	flush_row(row);
	print_bytes(stdout, bytes, len);
}

static void
put_ellipsis(struct row *row)
{
	put(row, "\xe2\x80\xa6", 3);
}

/* Of the last cell the end is shown: paths differ there. */
static void
put_last(struct row *row, const char *cell, size_t room)
{
	size_t len = strlen(cell), plain = text_plain(cell, len), width, n, columns;

	if (plain == len && len <= room) {
		put(row, cell, len);
		return;
	}
	width = text_width(cell);
	if (width > room) {
		put_ellipsis(row);
		for (; width > room - 1; width -= columns) {
			n = text_step(cell, len, &columns);
			cell += n;
			len -= n;
		}
	}
	put_safe(row, cell, len);
}

/* Of the others the start. Returns how many columns they took. */
static size_t
put_start(struct row *row, const char *cell, size_t room)
{
	size_t len = strlen(cell), plain = text_plain(cell, len), at = 0, done = 0, width, columns, n;

	if (plain == len && len <= room) {
		put(row, cell, len);
		return len;
	}
	width = text_width(cell);
	if (width <= room) {
		put_safe(row, cell, len);
		return width;
	}
	while ((n = text_step(cell + at, len - at, &columns)) && done + columns < room) {
		at += n;
		done += columns;
	}
	put_safe(row, cell, at);
	put_ellipsis(row);
	return done + 1;
}

static void
pad(struct row *row, size_t columns)
{
	static const char blanks[] = "                                ";

	for (size_t n; columns; columns -= n) {
		n = columns < sizeof(blanks) - 1 ? columns : sizeof(blanks) - 1;
		put(row, blanks, n);
	}
}

void
columns_line(const struct columns *c, enum tint row_tint, const char *const *cells)
{
	size_t last = c->columns - 1;
	bool has_last = !last || c->last_room >= LAST_MIN;
	struct row row;

	if (print_is_quiet())
		return;
	row.len = 0;
	for (size_t i = 0; i < last; i++) {
		enum tint tint = c->coloured && i == c->marked ? row_tint : TINT_NONE;
		size_t width;

		put(&row, colour_start(tint), strlen(colour_start(tint)));
		width = put_start(&row, cells[i], c->width[i]);
		put(&row, colour_end(tint), strlen(colour_end(tint)));
		if (has_last || i + 1 < last)
			pad(&row, c->width[i] - width + GAP);
	}
	if (has_last)
		put_last(&row, cells[last], c->last_room);
	put(&row, "\n", 1);
	flush_row(&row);
}

void
columns_headings(struct columns *c)
{
	fit(c);
	c->coloured = colour_wanted();
	if (c->rows)
		columns_line(c, TINT_NONE, c->headings);
}

static void
add(struct columns *c, const char *bytes, size_t len)
{
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
	memcpy(c->cells + c->len, bytes, len);
	c->len += len;
}

void
columns_row(struct columns *c, enum tint tint, const char *const *cells)
{
	const char digit = (char)('0' + tint);

	columns_measure(c, cells);
	add(c, &digit, 1);
	for (size_t i = 0; i < c->columns; i++)
		add(c, cells[i], strlen(cells[i]) + 1);
}

int
columns_print(struct columns *c)
{
	const char *cells[COLUMNS_MAX];
	size_t at = 0;

	if (!c->failed)
		columns_headings(c);
	while (!c->failed && at < c->len) {
		enum tint tint = (enum tint)(c->cells[at++] - '0');

		for (size_t i = 0; i < c->columns; i++) {
			cells[i] = c->cells + at;
			at += strlen(cells[i]) + 1;
		}
		columns_line(c, tint, cells);
	}
	free(c->cells);
	return c->failed ? -1 : 0;
}
