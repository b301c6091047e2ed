/* SPDX-License-Identifier: MIT */
#include "harness.h"

static bool skipped;

/* The hook of the leak sanitizer: a skip jumps out of the test, so what that one held is lost for good reason. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return skipped;
}

void
skip_at(const char *file, int line, const char *format, ...)
{
	va_list values;

	fputs("skipped: ", stderr);
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	skipped = true;
	_skip(file, line);
	abort();
}

void
expect_text(const char *row, const char *got, const char *want)
{
	if (got && want ? strcmp(got, want) != 0 : got != want)
		fail_msg("%s: got \"%s\", want \"%s\"", row, got ? got : "(none)", want ? want : "(none)");
}

void
expect_bytes(const char *row, const void *got, size_t got_len, const void *want, size_t want_len)
{
	if (got_len != want_len || memcmp(got, want, want_len) != 0)
		fail_msg("%s: got %zu bytes \"%.*s\"", row, got_len, (int)got_len, (const char *)got);
}

bool
says(const char *text, const char *wanted)
{
	return !wanted || (*wanted ? strstr(text, wanted) != NULL : !*text);
}
