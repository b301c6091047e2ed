/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "hint.h"
#include "json.h"
#include "text.h"

void
hint_set(struct hint *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(advice->detail, sizeof(advice->detail), fmt, ap);
	va_end(ap);
	advice->fix[0] = '\0';
}

void
hint_fix(struct hint *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(advice->fix, sizeof(advice->fix), fmt, ap);
	va_end(ap);
}

void
hint_json(const struct hint *advice)
{
	json_string("detail", *advice->detail ? advice->detail : NULL);
	json_string("fix", *advice->fix ? advice->fix : NULL);
}

void
hint_print(const struct hint *advice, const char *lead)
{
	if (*advice->detail || *advice->fix)
		fputs(lead, stdout);
	print_safe(stdout, advice->detail);
	if (*advice->detail && *advice->fix)
		fputs("; ", stdout);
	if (*advice->fix) {
		fputs("try: ", stdout);
		print_safe(stdout, advice->fix);
	}
}
