/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "print.h"
#include "text.h"

enum {
	OBJECT_MAX = 4096,                                    /* bytes of it that are printed */
	LINE_ROOM = 4 * (OBJECT_MAX + 2 * ERR_TEXT_MAX) + 64, /* four for each byte that is not safe */
	RESULTS_ROOM = 16 * 1024,
};

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

/* A line gathers here until it is whole: so those of parallel runs do not mix. Results that nobody watches wait longer.
 */
void
print_whole_lines(void)
{
	static char line[LINE_ROOM], results[RESULTS_ROOM];

	setvbuf(stderr, line, _IOFBF, sizeof(line));
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, results, _IOFBF, sizeof(results));
}

void
print_bytes(FILE *f, const char *bytes, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		size_t columns = 1;

		n = text_plain(bytes + i, len - i);
		if (!n)
			n = text_step(bytes + i, len - i, &columns);
		if (columns == 1)
			fwrite(bytes + i, 1, n, f);
		for (size_t k = 0; columns > 1 && k < n; k++)
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
		print_bytes(stderr, object, strnlen(object, OBJECT_MAX));
		fputs(": ", stderr);
	}
	fputs(kind, stderr);
	print_safe(stderr, text);
	putc('\n', stderr);
	fflush(stderr);
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
