/* SPDX-License-Identifier: MIT */
#ifndef COLOUR_H
#define COLOUR_H

enum tint {
	TINT_NONE,
	TINT_WARN, /* yellow */
	TINT_FAIL, /* red */
};

/*
 * What starts and what ends a tint on standard output: "" unless that is a terminal that has colours. They are not
 * wanted where NO_COLOR is not empty, and not there where TERM is "dumb" or not set.
 */
const char *colour_start(enum tint tint);
const char *colour_end(enum tint tint);

#endif
