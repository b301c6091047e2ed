/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "advice.h"
#include "json.h"
#include "out.h"

void
advice_set(struct advice *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(advice->detail, sizeof(advice->detail), fmt, ap);
	va_end(ap);
	advice->fix[0] = '\0';
}

void
advice_fix(struct advice *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(advice->fix, sizeof(advice->fix), fmt, ap);
	va_end(ap);
}

void
advice_json(const struct advice *advice)
{
	json_string("detail", *advice->detail ? advice->detail : NULL);
	json_string("fix", *advice->fix ? advice->fix : NULL);
}

void
advice_print(const struct advice *advice, const char *lead)
{
	if (*advice->detail || *advice->fix)
		fputs(lead, stdout);
	out_text(stdout, advice->detail);
	if (*advice->detail && *advice->fix)
		fputs("; ", stdout);
	if (*advice->fix) {
		fputs("try: ", stdout);
		out_text(stdout, advice->fix);
	}
}
