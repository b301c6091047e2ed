/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

bool
colour_wanted(void)
{
	const char *refused = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(refused && *refused) && term && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

const char *
colour_start(enum tint tint)
{
	static const char *const starts[] = {[TINT_WARN] = "\033[33m", [TINT_FAIL] = "\033[31m"};

	return tint != TINT_NONE ? starts[tint] : "";
}

const char *
colour_end(enum tint tint)
{
	return tint != TINT_NONE ? "\033[0m" : "";
}
