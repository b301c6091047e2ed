/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "warnings.h"

void
warn_add(struct warnings *notes, const char *fmt, ...)
{
	size_t room = sizeof(notes->text) - notes->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(notes->text + notes->len, room, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < room)
		notes->len += (size_t)len + 1;
}

const char *
warn_next(const struct warnings *notes, const char *last)
{
	const char *next = last ? last + strlen(last) + 1 : notes->text;

	return next < notes->text + notes->len ? next : NULL;
}
