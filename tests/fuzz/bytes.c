/* SPDX-License-Identifier: MIT */
/* What a user types: bytes in hex, flags, and a command line of words that NUL bytes separate. */

#include "cmd.h"
#include "commands.h"
#include "fuzz.h"
#include "hex.h"
#include "opt.h"
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

/* The first word against the next few. */
static void
check_suggest(int argc, char *const argv[])
{
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	suggest_start(&suggest, argv[0]);
	for (int i = 1; i < argc && i < 6; i++)
		suggest_add(&suggest, argv[i]);
	demand(suggest.count <= SUGGEST_MAX && suggest.count < (size_t)argc);
	for (size_t i = 0; i < suggest.count; i++)
		demand(suggest.edits[i] <= suggest.most && (i == 0 || suggest.edits[i - 1] <= suggest.edits[i]));
	demand(strlen(suggest_text(&suggest, text)) < sizeof(text));
}

/* The first byte chooses the command whose options are known. */
static void
check_words(int argc, char *const argv[], unsigned choice)
{
	struct operand operands[WORDS_MAX];
	struct args args = {.offset = -1, .timeout = -1, .operands = operands};
	const struct opt *own = NULL;
	const char *reason;
	size_t count = 0;
	int at = 0;

	while (commands[count].name)
		count++;
	if (choice % (count + 1) < count)
		own = commands[choice % (count + 1)].opts;
	reason = opt_parse(argc, argv, &at, own, choice & 0x80, &args);
	demand(at >= 0 && at <= argc);
	demand(reason || (choice & 0x80) || at == argc);
	demand(args.operand_count <= (size_t)argc && args.interpreter_dir_count <= INTERP_DIRS_MAX);
	demand(args.offset >= -1 && args.offset <= 1000000 && args.timeout >= -1 && args.timeout <= 1000000);
	for (size_t i = 0; i < args.operand_count; i++)
		demand(operands[i].word != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[WORDS_MAX];
	int argc = 0;

	demand(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 1; i < size && argc < WORDS_MAX; i += strlen(text + i) + 1)
		argv[argc++] = text + i;
	if (size)
		check_words(argc, argv, data[0]);
	for (int i = 0; i < argc; i++) {
		check_bytes(argv[i]);
		check_flags(argv[i]);
	}
	if (argc)
		check_suggest(argc, argv);
	free(text);
	return 0;
}
