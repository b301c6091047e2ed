/* SPDX-License-Identifier: MIT */
/* A command line of words that NUL bytes separate: what was understood is written out in full and understood alike. */
#include <stdio.h>

#include "cmd.h"
#include "commands.h"
#include "fuzz.h"
#include "opt.h"

enum { WORDS_MAX = 64, MORE_MAX = WORDS_MAX + 64 };

/* A command line in one form only, as it is written: --NAME=VALUE, one each. */
struct written {
	char *argv[MORE_MAX];
	int argc;
};

static void
add(struct written *to, const char *name, const char *value)
{
	char *word = NULL;
	int done = value ? asprintf(&word, "%s=%s", name, value) : asprintf(&word, "%s", name);

	demand(done >= 0 && to->argc < MORE_MAX);
	to->argv[to->argc++] = word;
}

static const void *
field(const struct args *args, const struct opt *opt)
{
	return (const char *)args + opt->at;
}

static void
write_options(const struct opt *table, const struct args *args, struct written *to)
{
	for (const struct opt *opt = table; opt && opt->name; opt++) {
		char name[64], number[32];

		snprintf(name, sizeof(name), "--%s", opt->name);
		if (opt->kind == OPT_FLAG && *(const bool *)field(args, opt))
			add(to, name, NULL);
		else if (opt->kind == OPT_STRING && *(const char *const *)field(args, opt))
			add(to, name, *(const char *const *)field(args, opt));
		else if (opt->kind == OPT_NUMBER && *(const long *)field(args, opt) >= 0) {
			snprintf(number, sizeof(number), "%ld", *(const long *)field(args, opt));
			add(to, name, number);
		}
		for (size_t i = 0; opt->kind == OPT_DIR && i < args->interpreter_dir_count; i++)
			add(to, name, args->interpreter_dirs[i]);
	}
}

static void
demand_same(const struct opt *table, const struct args *a, const struct args *b)
{
	for (const struct opt *opt = table; opt && opt->name; opt++) {
		const void *x = field(a, opt), *y = field(b, opt);

		if (opt->kind == OPT_FLAG)
			demand(*(const bool *)x == *(const bool *)y);
		else if (opt->kind == OPT_NUMBER)
			demand(*(const long *)x == *(const long *)y);
		else if (opt->kind == OPT_STRING && *(const char *const *)x)
			demand(*(const char *const *)y &&
			       strcmp(*(const char *const *)x, *(const char *const *)y) == 0);
		else if (opt->kind == OPT_STRING)
			demand(!*(const char *const *)y);
	}
	demand(a->interpreter_dir_count == b->interpreter_dir_count && a->operand_count == b->operand_count);
	for (size_t i = 0; i < a->interpreter_dir_count; i++)
		demand(strcmp(a->interpreter_dirs[i], b->interpreter_dirs[i]) == 0);
	for (size_t i = 0; i < a->operand_count; i++)
		demand(a->operands[i].literal == b->operands[i].literal &&
		       strcmp(a->operands[i].word, b->operands[i].word) == 0);
}

/* Operands in their order; those that look like an option stand behind "--". False: one stands before a literal one. */
static bool
write_operands(const struct args *args, struct written *to)
{
	bool ended = false;

	for (size_t i = 0; i < args->operand_count; i++) {
		const struct operand *o = &args->operands[i];

		if (!o->literal && o->word[0] == '-' && o->word[1] && !ended) {
			add(to, "--", NULL);
			ended = true;
		}
		if (o->literal && ended)
			return false;
		add(to, o->literal ? "--entry" : o->word, o->literal ? o->word : NULL);
	}
	return true;
}

static void
check_words(int argc, char *const argv[], const struct opt *own, bool stop)
{
	struct operand operands[WORDS_MAX], operands_again[MORE_MAX];
	struct args args = {.offset = -1, .timeout = -1, .operands = operands}, again = args;
	struct written written = {.argc = 0};
	const char *reason;
	int at = 0, at_again = 0;

	again.operands = operands_again;
	reason = opt_parse(argc, argv, &at, own, stop, &args);
	demand(at >= 0 && at <= argc && (reason || stop || at == argc));
	demand(args.operand_count <= (size_t)argc && args.interpreter_dir_count <= INTERP_DIRS_MAX);
	demand(args.offset >= -1 && args.offset <= 1000000 && args.timeout >= -1 && args.timeout <= 1000000);
	if (!reason) {
		write_options(own, &args, &written);
		write_options(opt_global, &args, &written);
		if (write_operands(&args, &written)) {
			demand(!opt_parse(written.argc, written.argv, &at_again, own, false, &again));
			demand_same(own, &args, &again);
			demand_same(opt_global, &args, &again);
		}
	}
	while (written.argc)
		free(written.argv[--written.argc]);
}

/* The first byte chooses the command whose options are known. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned choice = next_number(&in, 256), count = 0;
	char *argv[WORDS_MAX];
	int argc = 0;

	while (commands[count].name)
		count++;
	choice %= (count + 1) * 2;
	while (in.left && argc < WORDS_MAX)
		argv[argc++] = next_text(&in, 4096);
	check_words(argc, argv, choice / 2 < count ? commands[choice / 2].opts : NULL, choice & 1);
	while (argc)
		free(argv[--argc]);
	return 0;
}
