/* SPDX-License-Identifier: MIT */
/* What a user types, as words that NUL bytes separate: bytes in hex, flags, and words that are nearly known. */

#include <ctype.h>

#include "fuzz.h"
#include "hex.h"
#include "rule.h"
#include "suggest.h"

enum { WORDS_MAX = 64 };

static void
check_bytes(const char *word)
{
	unsigned char bytes[PATTERN_WINDOW], again[PATTERN_WINDOW];
	char hex[PATTERN_WINDOW * 2 + 1], *copy = strdup(word); /* no byte behind it */
	const char *reason = hex_parse(word, bytes, sizeof(bytes), &(size_t){0}), *reason_in_place;
	size_t len = 0, len_again = 0;

	demand(copy != NULL);
	reason_in_place = hex_parse(copy, (unsigned char *)copy, PATTERN_WINDOW, &len);
	demand(reason == reason_in_place);
	if (!reason) {
		demand(len <= sizeof(bytes) && memcmp(bytes, copy, len) == 0);
		hex_format(bytes, len, hex);
		demand(!hex_parse(hex, again, sizeof(again), &len_again));
		demand(len == len_again && memcmp(bytes, again, len) == 0);
	}
	free(copy);
}

static void
check_flags(const char *word)
{
	char letters[RULE_FLAGS_MAX];
	unsigned flags = 0, again = 0;

	if (rule_parse_flags(word, &flags))
		return;
	demand(flags == rule_implied(flags));
	rule_format_flags(flags, "", letters);
	demand(!rule_parse_flags(letters, &again));
	demand(flags == again);
}

/* The distance that suggest.h speaks of, by its definition: for short words only. */
static size_t
distance(const char *a, size_t len_a, const char *b, size_t len_b)
{
	size_t least, other;

	if (!len_a || !len_b)
		return len_a + len_b;
	least = distance(a, len_a - 1, b, len_b - 1) +
		(tolower((unsigned char)a[len_a - 1]) != tolower((unsigned char)b[len_b - 1]));
	other = distance(a, len_a - 1, b, len_b) + 1;
	least = other < least ? other : least;
	other = distance(a, len_a, b, len_b - 1) + 1;
	least = other < least ? other : least;
	if (len_a > 1 && len_b > 1 && tolower((unsigned char)a[len_a - 1]) == tolower((unsigned char)b[len_b - 2]) &&
	    tolower((unsigned char)a[len_a - 2]) == tolower((unsigned char)b[len_b - 1])) {
		other = distance(a, len_a - 2, b, len_b - 2) + 1;
		least = other < least ? other : least;
	}
	return least;
}

/* The first word against the next few. */
static void
check_suggest(int argc, char *const argv[])
{
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;
	size_t near = 0, len = strlen(argv[0]);

	suggest_start(&suggest, argv[0]);
	for (int i = 1; i < argc && i < 6; i++) {
		bool whole = len <= 6 && strlen(argv[i]) <= 6;

		near += whole && distance(argv[0], len, argv[i], strlen(argv[i])) <= suggest.most;
		suggest_add(&suggest, argv[i]);
		demand(suggest.count >= (near < SUGGEST_MAX ? near : SUGGEST_MAX));
	}
	demand(suggest.count <= SUGGEST_MAX && suggest.count < (size_t)argc);
	for (size_t i = 0; i < suggest.count; i++) {
		size_t other = strlen(suggest.words[i]);

		demand(suggest.edits[i] <= suggest.most && (i == 0 || suggest.edits[i - 1] <= suggest.edits[i]));
		demand(len > 6 || other > 6 || suggest.edits[i] == distance(argv[0], len, suggest.words[i], other));
	}
	demand(strlen(suggest_text(&suggest, text)) < sizeof(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[WORDS_MAX];
	int argc = 0;

	demand(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < size && argc < WORDS_MAX; i += strlen(text + i) + 1)
		argv[argc++] = text + i;
	for (int i = 0; i < argc; i++) {
		check_bytes(argv[i]);
		check_flags(argv[i]);
	}
	if (argc)
		check_suggest(argc, argv);
	free(text);
	return 0;
}
