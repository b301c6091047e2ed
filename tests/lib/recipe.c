/* SPDX-License-Identifier: MIT */
#include "recipe.h"

#include "harness.h"

#define FENCE "\n```\n"

char *
recipe(const char *name)
{
	const char *readme = slurp("README.md"), *at, *end, *next;
	char heading[128], *text;
	size_t lines = 1;

	assert_non_null(readme);
	snprintf(heading, sizeof(heading), "\n### %s\n", name);
	at = strstr(readme, heading);
	next = at ? strstr(at + strlen(heading), "\n#") : NULL;
	at = at ? strstr(at, FENCE) : NULL;
	end = at ? strstr(at + strlen(FENCE), FENCE) : NULL;
	if (!end || (next && next < end))
		fail_msg("README.md: no block of code below ### %s", name);
	at += strlen(FENCE);
	text = strndup(at, (size_t)(end - at));
	assert_non_null(text);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	if (lines > RECIPE_LINES)
		fail_msg("README.md: the recipe %s has %zu lines", name, lines);
	return text;
}
