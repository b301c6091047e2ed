/* SPDX-License-Identifier: MIT */
#ifndef COLOUR_H
#define COLOUR_H

#include <stdbool.h>

enum tint {
	TINT_NONE,
	TINT_WARN, /* yellow */
	TINT_FAIL, /* red */
};

/*
 * Whether standard output is a terminal that has colours. They are not wanted where NO_COLOR is not empty, and not
 * there where TERM is "dumb" or not set. To be asked once: it costs a call.
 */
bool colour_wanted(void);

/* What starts and what ends a tint, "" for TINT_NONE. */
const char *colour_start(enum tint tint);
const char *colour_end(enum tint tint);

#endif
