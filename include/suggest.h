/* SPDX-License-Identifier: MIT */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

enum { SUGGEST_MAX = 3, SUGGEST_TEXT_MAX = 1024 };

/* A search for the known words nearest to one that is unknown. */
struct suggest {
	const char *word;
	const char *prefix; /* of every word when it is printed: "--" of options */
	size_t len, most;   /* edits that still count as near */
	size_t count;
	const char *words[SUGGEST_MAX]; /* nearest first, of equals the one that came first */
	size_t edits[SUGGEST_MAX];
};

/*
 * Edits are counted with a swap of neighbours as one and case free. Near is a misspelling: at most two edits, and
 * never every letter.
 */
void suggest_start(struct suggest *suggest, const char *word);
void suggest_add(struct suggest *suggest, const char *candidate); /* kept by reference */

/* "; nearest: a, b, c", or "" if nothing was near. */
const char *suggest_text(const struct suggest *suggest, char text[static SUGGEST_TEXT_MAX]);

#endif
