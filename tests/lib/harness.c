/* SPDX-License-Identifier: MIT */
#include "harness.h"

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
