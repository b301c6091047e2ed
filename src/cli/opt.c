/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "opt.h"
#include "suggest.h"

enum { NUMBER_MAX = 1000000 };

const struct opt opt_global[] = {
    OPT_TEXT("binfmt-dir", 'd', "DIR", binfmt_dir, "the binfmt_misc mount (/proc/sys/fs/binfmt_misc)"),
    OPT_BOOL("json", 'j', json, "one JSON document on standard output"),
    OPT_BOOL("dry-run", 'n', dry_run, "print what would be written, change nothing"),
    OPT_BOOL("quiet", 'q', quiet, "print errors only"),
    OPT_BOOL("verbose", 'v', verbose, "say more"),
    OPT_BOOL("help", 'h', help, "this help"),
    OPT_BOOL("version", 'V', version, "the version"),
    OPT_END,
};

__attribute__((format(printf, 1, 2))) static const char *
reason(const char *fmt, ...)
{
	static char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return text;
}

/* By its long name (len bytes of it), or by its letter where name is NULL. */
static const struct opt *
find_in(const struct opt *table, const char *name, size_t len, char letter)
{
	for (; table && table->name; table++)
		if (name ? strncmp(table->name, name, len) == 0 && !table->name[len] : table->letter == letter)
			return table;
	return NULL;
}

static const struct opt *
find(const struct opt *own, const char *name, size_t len, char letter)
{
	const struct opt *opt = find_in(own, name, len, letter);

	return opt ? opt : find_in(opt_global, name, len, letter);
}

static const char *
set_number(long *number, const struct opt *opt, const char *value)
{
	long n = 0;

	for (const char *s = value; *s; s++) {
		if (*s < '0' || *s > '9' || n > NUMBER_MAX)
			return reason("--%s needs a number from 0 to %d, not '%.100s'", opt->name, NUMBER_MAX, value);
		n = n * 10 + (*s - '0');
	}
	if (!*value || n > NUMBER_MAX)
		return reason("--%s needs a number from 0 to %d, not '%.100s'", opt->name, NUMBER_MAX, value);
	*number = n;
	return NULL;
}

static bool
has_empty_part(const char *word)
{
	size_t len = strlen(word);

	return strstr(word, ",,") || word[0] == ',' || (len && word[len - 1] == ',');
}

/* An operand, or with args->joined each of those that commas join. */
static const char *
add_operands(struct args *args, char *word)
{
	if (args->joined && has_empty_part(word))
		return reason("'%.100s': nothing stands on one side of a comma", word);
	for (;;) {
		char *comma = args->joined ? strchr(word, ',') : NULL;

		args->operands[args->operand_count++] = (struct operand){word, false};
		if (!comma)
			return NULL;
		*comma = '\0';
		word = comma + 1;
	}
}

static const char *
set(struct args *args, const struct opt *opt, char *value)
{
	char *field = (char *)args + opt->at;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)(void *)field = true;
		return NULL;
	case OPT_STRING:
		*(const char **)(void *)field = value;
		return NULL;
	case OPT_NUMBER:
		return set_number((long *)(void *)field, opt, value);
	case OPT_DIR:
		if (args->interpreter_dir_count == INTERP_DIRS_MAX)
			return reason("--%s is given more than %d times", opt->name, INTERP_DIRS_MAX);
		args->interpreter_dirs[args->interpreter_dir_count++] = value;
		return NULL;
	case OPT_BIND:
		if (args->bind_count == OPT_BINDS_MAX)
			return reason("--%s is given more than %d times", opt->name, OPT_BINDS_MAX);
		args->binds[args->bind_count++] = value;
		return NULL;
	case OPT_ENTRY:
		args->operands[args->operand_count++] = (struct operand){value, true};
		return NULL;
	case OPT_ARCH:
		*(bool *)(void *)field = true;
		return add_operands(args, value);
	}
	return NULL;
}

static const char *
unknown(const struct opt *own, const char *word, size_t len)
{
	char name[64], text[SUGGEST_TEXT_MAX];
	struct suggest suggest;

	snprintf(name, sizeof(name), "%.*s", len < sizeof(name) ? (int)len : (int)sizeof(name) - 1, word);
	suggest_start(&suggest, name);
	suggest.prefix = "--";
	for (const struct opt *opt = own; opt && opt->name; opt++)
		suggest_add(&suggest, opt->name);
	for (const struct opt *opt = opt_global; opt->name; opt++)
		suggest_add(&suggest, opt->name);
	return reason("unknown option --%s%s", name, suggest_text(&suggest, text));
}

/* --name, --name=value, --name value */
static const char *
parse_long(int argc, char *const argv[], int *at, const struct opt *own, struct args *args)
{
	char *word = argv[*at] + 2, *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const struct opt *opt = find(own, word, len, 0);

	if (!opt)
		return unknown(own, word, len);
	if (!opt->arg)
		return equals ? reason("--%s takes no value", opt->name) : set(args, opt, NULL);
	if (equals)
		return set(args, opt, equals + 1);
	if (*at + 1 >= argc)
		return reason("--%s needs a value (%s)", opt->name, opt->arg);
	return set(args, opt, argv[++*at]);
}

/* -a, -abc, -fVALUE, -f VALUE */
static const char *
parse_short(int argc, char *const argv[], int *at, const struct opt *own, struct args *args)
{
	for (char *s = argv[*at] + 1; *s; s++) {
		const struct opt *opt = find(own, NULL, 0, *s);
		const char *wrong;

		if (!opt)
			return reason("unknown option -%c", *s);
		if (opt->arg && s[1])
			return set(args, opt, s + 1);
		if (opt->arg && *at + 1 >= argc)
			return reason("-%c needs a value (%s)", *s, opt->arg);
		wrong = set(args, opt, opt->arg ? argv[++*at] : NULL);
		if (wrong || opt->arg)
			return wrong;
	}
	return NULL;
}

const char *
opt_parse(int argc, char *const argv[], int *at, const struct opt *own, bool stop_at_operand, struct args *args)
{
	bool options = true;
	const char *wrong;

	for (; *at < argc; ++*at) {
		char *word = argv[*at];

		if (options && strcmp(word, "--") == 0) {
			options = false;
			continue;
		}
		if (!options || word[0] != '-' || !word[1]) {
			if (stop_at_operand)
				return NULL;
			wrong = add_operands(args, word);
		} else if (word[1] == '-') {
			wrong = parse_long(argc, argv, at, own, args);
		} else {
			wrong = parse_short(argc, argv, at, own, args);
		}
		if (wrong)
			return wrong;
	}
	return NULL;
}

int
opt_root(const struct args *args, int *fd, struct err *err)
{
	*fd = args->root ? open(args->root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (!args->root || *fd >= 0)
		return 0;
	return err_set(err, ERR_OPEN, "cannot open --root %s: %s", args->root, strerror(errno));
}
