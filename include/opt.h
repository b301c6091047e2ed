/* SPDX-License-Identifier: MIT */
#ifndef OPT_H
#define OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "interp.h"
#include "operand.h"

struct cmd;
struct err;

enum { OPT_BINDS_MAX = 64 };

/* The values of all options of all commands. */
struct args {
	const char *binfmt_dir;
	bool json, dry_run, quiet, verbose, help, version;

	const char *flags, *interpreter, *name, *magic, *mask, *extension, *like, *bpf, *conf_dir, *root, *format;
	long offset;  /* -1: not given */
	long timeout; /* seconds, -1: not given */
	const char *chdir;
	bool map_root, map_auto, inherit;
	bool keep, mount, persist, force, missing_ok, global, supported, strict, no_run, by_arch;
	const char *interpreter_dirs[INTERP_DIRS_MAX];
	size_t interpreter_dir_count;
	char *binds[OPT_BINDS_MAX];
	size_t bind_count;

	const struct cmd *commands; /* all, for help and completion */
	const struct cmd *topic;    /* whose --help is asked for; NULL: the program's */
	bool joined;                /* operands may be joined by commas */
	struct operand *operands;   /* room for one per word of the command line, and per comma in it */
	size_t operand_count;
	char *const *program; /* the rest of the command line, where a program to run ends it; NULL ends it */
};

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_STRING, /* const char * */
	OPT_NUMBER, /* long, 0 to 1000000 */
	OPT_DIR,    /* appends to interpreter_dirs */
	OPT_BIND,   /* appends to binds */
	OPT_ENTRY,  /* appends a literal operand */
	OPT_ARCH,   /* bool, and appends operands, joined by commas or not */
};

/* One option. A table of them ends with an empty one and feeds the parser, --help and the completions. */
struct opt {
	const char *name; /* long, without dashes */
	char letter;      /* or 0 */
	enum opt_kind kind;
	const char *arg; /* what --help calls the value, NULL for flags */
	size_t at;       /* offset of the value in struct args */
	const char *help;
};

#define OPT_BOOL(name, letter, field, help)                                                                            \
	{                                                                                                              \
		name, letter, OPT_FLAG, NULL, offsetof(struct args, field), help                                       \
	}
#define OPT_TEXT(name, letter, arg, field, help)                                                                       \
	{                                                                                                              \
		name, letter, OPT_STRING, arg, offsetof(struct args, field), help                                      \
	}
#define OPT_COUNT(name, letter, arg, field, help)                                                                      \
	{                                                                                                              \
		name, letter, OPT_NUMBER, arg, offsetof(struct args, field), help                                      \
	}
#define OPT_END                                                                                                        \
	{                                                                                                              \
		NULL, 0, OPT_FLAG, NULL, 0, NULL                                                                       \
	}

/* Shared by several commands. */
#define OPT_ENTRY_NAME                                                                                                 \
	{                                                                                                              \
		"entry", 0, OPT_ENTRY, "NAME", 0, "the entry of exactly this name (repeatable)"                        \
	}
#define OPT_TIMEOUT OPT_COUNT("timeout", 0, "SECONDS", timeout, "wait up to SECONDS for another binfmtctl (30)")
#define OPT_ROOT OPT_TEXT("root", 0, "DIR", root, "as after chroot DIR: links, #! lines, loaders")
#define OPT_ARCHS(help)                                                                                                \
	{                                                                                                              \
		"arch", 0, OPT_ARCH, "ARCH", offsetof(struct args, by_arch), help                                      \
	}
#define OPT_INTERPRETER_DIR                                                                                            \
	{                                                                                                              \
		"interpreter-dir", 0, OPT_DIR, "DIR", 0, "look for interpreters here first (repeatable)"               \
	}
#define OPT_RULE_FLAGS OPT_TEXT("flags", 'f', "FLAGS", flags, "P O C F, and T L D where the kernel has them")
#define OPT_FORCE(help) OPT_BOOL("force", 0, force, help)

extern const struct opt opt_global[];

/* Opens the folder of --root, to be closed by the caller; *fd is -1 without it. 0, or -1 and *err. */
int opt_root(const struct args *args, int *fd, struct err *err);

/*
 * Parses the words from argv[*at] on by the command's table (NULL before the command is known) and
 * the global one, in GNU style, without abbreviations or the environment. Operands are gathered, with args->joined
 * each part between commas as one (the words are cut there, whatever entries there are; --entry takes a name that has
 * one); with stop_at_operand, or before the command, *at is left at the first one. Returns NULL, or a reason in a
 * static buffer.
 */
const char *opt_parse(int argc, char *const argv[], int *at, const struct opt *own, bool stop_at_operand,
		      struct args *args);

#endif
