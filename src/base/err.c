/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "err.h"

__attribute__((format(printf, 4, 0))) static int
fill(struct err *err, int status, const char *code, const char *fmt, va_list ap)
{
	err->status = status;
	err->code = code;
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	return -1;
}

int
err_set(struct err *err, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, EXIT_FAILED, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_unavailable(struct err *err, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, EXIT_UNAVAILABLE, code, fmt, ap);
	va_end(ap);
	return -1;
}
