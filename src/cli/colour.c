/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

static bool
has_colours(void)
{
	const char *refused = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(refused && *refused) && term && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

const char *
colour_start(enum tint tint)
{
	static const char *const starts[] = {[TINT_WARN] = "\033[33m", [TINT_FAIL] = "\033[31m"};

	return tint != TINT_NONE && has_colours() ? starts[tint] : "";
}

const char *
colour_end(enum tint tint)
{
	return tint != TINT_NONE && has_colours() ? "\033[0m" : "";
}
