/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>

#include "err.h"
#include "print.h"
#include "text.h"

static bool quiet_asked;

void
print_quiet(bool quiet)
{
	quiet_asked = quiet;
}

bool
print_is_quiet(void)
{
	return quiet_asked;
}

void
print_bytes(FILE *f, const char *bytes, size_t len)
{
	unsigned point;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = text_utf8(bytes + i, len - i, &point);
		if (n && text_printable(point)) {
			fwrite(bytes + i, 1, n, f);
			continue;
		}
		n = n ? n : 1;
		for (size_t k = 0; k < n; k++)
			fprintf(f, "\\x%02x", (unsigned char)bytes[i + k]);
	}
}

void
print_safe(FILE *f, const char *text)
{
	print_bytes(f, text, strlen(text));
}

void
print_why(const struct err *why, const char *lead)
{
	if (*why->text || *why->fix)
		fputs(lead, stdout);
	print_safe(stdout, why->text);
	if (*why->text && *why->fix)
		fputs("; ", stdout);
	if (*why->fix) {
		fputs("try: ", stdout);
		print_safe(stdout, why->fix);
	}
}

__attribute__((format(printf, 3, 0))) static void
diagnose(const char *kind, const char *object, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_MAX * 2];

	vsnprintf(text, sizeof(text), fmt, ap);
	fputs("binfmtctl: ", stderr);
	if (object) {
		print_safe(stderr, object);
		fputs(": ", stderr);
	}
	fputs(kind, stderr);
	print_safe(stderr, text);
	putc('\n', stderr);
}

void
print_err(const char *object, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diagnose("", object, fmt, ap);
	va_end(ap);
}

void
print_warning(const char *object, const char *fmt, ...)
{
	va_list ap;

	if (quiet_asked)
		return;
	va_start(ap, fmt);
	diagnose("warning: ", object, fmt, ap);
	va_end(ap);
}
