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

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
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

static void
print_ellipsis(void)
{
	fputs("\xe2\x80\xa6", stdout);
}

/* Of the last cell the end is shown: paths differ there. */
static void
print_last(const char *cell, size_t room)
{
	size_t width = text_width(cell), len = strlen(cell), n, columns;

	if (width > room) {
		print_ellipsis();
		for (; width > room - 1; width -= columns) {
			n = text_step(cell, len, &columns);
			cell += n;
			len -= n;
		}
	}
	print_bytes(stdout, cell, len);
}

/* Of the others the start. Returns how many columns they took. */
static size_t
print_start(const char *cell, size_t room)
{
	size_t len = strlen(cell), width = text_width(cell), at = 0, done = 0, columns, n;

	if (width <= room) {
		print_bytes(stdout, cell, len);
		return width;
	}
	while ((n = text_step(cell + at, len - at, &columns)) && done + columns < room) {
		at += n;
		done += columns;
	}
	print_bytes(stdout, cell, at);
	print_ellipsis();
	return done + 1;
}

static void
pad(size_t columns)
{
	while (columns--)
		putchar(' ');
}

void
columns_line(const struct columns *c, enum tint row, const char *const *cells)
{
	size_t last = c->columns - 1;
	bool has_last = !last || c->last_room >= LAST_MIN;

	if (print_is_quiet())
		return;
	for (size_t i = 0; i < last; i++) {
		enum tint tint = i == c->marked ? row : TINT_NONE;
		size_t width;

		fputs(colour_start(tint), stdout);
		width = print_start(cells[i], c->width[i]);
		fputs(colour_end(tint), stdout);
		if (has_last || i + 1 < last)
			pad(c->width[i] - width + GAP);
	}
	if (has_last)
		print_last(cells[last], c->last_room);
	putchar('\n');
}

void
columns_headings(struct columns *c)
{
	fit(c);
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
