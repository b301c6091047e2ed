/* SPDX-License-Identifier: MIT */
#ifndef NEAR_H
#define NEAR_H

#include <stddef.h>

enum { NEAR_MAX = 3, NEAR_TEXT_MAX = 1024 };

/* A search for the known words nearest to one that is unknown. */
struct near {
	const char *word;
	size_t len, most; /* edits that still count as near */
	size_t count;
	const char *words[NEAR_MAX]; /* nearest first, of equals the one that came first */
	size_t edits[NEAR_MAX];
};

/*
 * Edits are counted with a swap of neighbours as one and case free. Near is at most a third of the
 * word's length but at least 2, and never every letter.
 */
void near_start(struct near *near, const char *word);
void near_add(struct near *near, const char *candidate); /* kept by reference */

/* "; nearest: a, b, c", or "" if nothing was near. */
const char *near_text(const struct near *near, char text[static NEAR_TEXT_MAX]);

#endif
