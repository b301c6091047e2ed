/* SPDX-License-Identifier: MIT */
/* Completion scripts for shells, generated from the tables that parse and --help read. */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "cmd.h"
#include "err.h"
#include "report.h"

const struct opt completion_opts[] = {OPT_END};

/* What a command's operands are, as each shell finds them. */
static const struct {
	enum operands kind;
	const char *bash, *zsh, *fish;
} finders[] = {
    {OPERANDS_NONE, "", "", ""},
    {OPERANDS_ARCH, "$archs", "_values arch $archs", "__binfmtctl_archs"},
    {OPERANDS_ENTRY, "$archs $(_binfmtctl_entries)", "_values entry $archs $(_binfmtctl_entries)",
     "__binfmtctl_archs; __binfmtctl_entries"},
    {OPERANDS_FILE, "-f", "_files", "-F"},
    {OPERANDS_SHELL, "bash zsh fish", "_values shell bash zsh fish", "printf \"%s\\n\" bash zsh fish"},
};

static void
print_archs(void)
{
	fputs("all", stdout);
	for (size_t i = 0; i < arch_count; i++)
		printf(" %s", arch_table[i].name);
}

static void
print_opt_words(const struct opt *opt)
{
	for (; opt->name; opt++) {
		printf(" --%s%s", opt->name, opt->arg ? "=" : "");
		if (opt->letter)
			printf(" -%c", opt->letter);
	}
}

static void
print_bash(const struct cmd *commands)
{
	puts("# bash completion for binfmtctl\n"
	     "_binfmtctl_entries() { local e; for e in /proc/sys/fs/binfmt_misc/*; do e=${e##*/};\n"
	     "\tcase $e in register | status | '*') ;; *) printf '%s ' \"$e\" ;; esac; done; }\n"
	     "_binfmtctl() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd= words= operands= archs w\n"
	     "\tCOMPREPLY=()");
	fputs("\tarchs='", stdout);
	print_archs();
	fputs("'\n\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do case $w in", stdout);
	for (const struct cmd *c = commands; c->name; c++)
		printf("%s%s", c == commands ? " " : " | ", c->name);
	fputs(") cmd=$w; break ;; esac; done\n\tcase $cmd in\n\t'') operands='", stdout);
	for (const struct cmd *c = commands; c->name; c++)
		printf("%s%s", c == commands ? "" : " ", c->name);
	puts("' ;;");
	for (const struct cmd *c = commands; c->name; c++) {
		printf("\t%s) operands=\"%s\" words='", c->name, finders[c->operands].bash);
		print_opt_words(c->opts);
		puts("' ;;");
	}
	fputs("\tesac\n\twords+='", stdout);
	print_opt_words(opt_global);
	puts("'\n"
	     "\tif [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "\telif [[ $operands == -f ]]; then COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	     "\telse COMPREPLY=($(compgen -W \"$operands\" -- \"$cur\")); fi\n"
	     "\t[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
	     "\treturn 0\n"
	     "}\n"
	     "complete -F _binfmtctl binfmtctl");
}

/* Zsh and fish take the help texts too: quotes in them end the shell's own. */
static void
print_quoted(const char *text, const char *special)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			printf("%s%c", strchr(special, *text) ? "\\" : "", *text);
}

static void
print_zsh_opts(const struct opt *opt)
{
	for (; opt->name; opt++) {
		printf(" '--%s%s[", opt->name, opt->arg ? "=" : "");
		print_quoted(opt->help, "[]:\\");
		printf("]%s%s%s'", opt->arg ? ":" : "", opt->arg ? opt->arg : "", opt->arg ? ":_files" : "");
		if (opt->letter)
			printf(" '-%c%s'", opt->letter, opt->arg ? "+:value:_files" : "");
	}
}

static void
print_zsh(const struct cmd *commands)
{
	puts("#compdef binfmtctl\n"
	     "_binfmtctl_entries() { local e; for e in /proc/sys/fs/binfmt_misc/*(N:t); do\n"
	     "\t[[ $e == (register|status) ]] || print -r -- $e; done; }\n"
	     "_binfmtctl_operands() {\n"
	     "\tlocal -a archs");
	fputs("\tarchs=(", stdout);
	print_archs();
	puts(")\n\tcase $1 in");
	for (const struct cmd *c = commands; c->name; c++)
		if (c->operands != OPERANDS_NONE)
			printf("\t%s) %s ;;\n", c->name, finders[c->operands].zsh);
	puts("\tesac\n}\n_binfmtctl() {\n\tlocal w cmd=\n\tfor w in ${words[2,CURRENT-1]}; do case $w in");
	fputs("\t", stdout);
	for (const struct cmd *c = commands; c->name; c++)
		printf("%s%s", c == commands ? "" : "|", c->name);
	puts(") cmd=$w; break ;; esac; done\n\tcase $cmd in\n\t'') _values command \\");
	for (const struct cmd *c = commands; c->name; c++) {
		printf("\t\t'%s[", c->name);
		print_quoted(c->help, "[]:\\");
		puts("]' \\");
	}
	puts("\t\t;;");
	for (const struct cmd *c = commands; c->name; c++) {
		printf("\t%s) _arguments", c->name);
		print_zsh_opts(c->opts);
		print_zsh_opts(opt_global);
		printf(" '*:operand:_binfmtctl_operands %s' ;;\n", c->name);
	}
	puts("\tesac\n}\ncompdef _binfmtctl binfmtctl");
}

/* A description; in fish's quotes only these two bytes are special. */
static void
print_fish_text(const char *text)
{
	fputs(" -d '", stdout);
	for (; *text; text++)
		printf("%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	puts("'");
}

static void
print_fish_opts(const char *cmd, const struct opt *opt)
{
	for (; opt->name; opt++) {
		printf("complete -c binfmtctl%s%s%s -l %s%s", cmd ? " -n '__fish_seen_subcommand_from " : "",
		       cmd ? cmd : "", cmd ? "'" : "", opt->name, opt->arg ? " -r" : "");
		if (opt->letter)
			printf(" -s %c", opt->letter);
		print_fish_text(opt->help);
	}
}

static void
print_fish(const struct cmd *commands)
{
	puts("# fish completion for binfmtctl\n"
	     "function __binfmtctl_entries; for e in /proc/sys/fs/binfmt_misc/*; string match -vr "
	     "'/(register|status)$' $e "
	     "| string replace -r '.*/' ''; end; end");
	fputs("function __binfmtctl_archs; string split ' ' '", stdout);
	print_archs();
	puts("'; end\ncomplete -c binfmtctl -f");
	print_fish_opts(NULL, opt_global);
	for (const struct cmd *c = commands; c->name; c++) {
		printf("complete -c binfmtctl -n __fish_use_subcommand -a %s", c->name);
		print_fish_text(c->help);
		print_fish_opts(c->name, c->opts);
		if (c->operands == OPERANDS_FILE)
			printf("complete -c binfmtctl -n '__fish_seen_subcommand_from %s' -F\n", c->name);
		else if (c->operands != OPERANDS_NONE)
			printf("complete -c binfmtctl -n '__fish_seen_subcommand_from %s' -a '(%s)'\n", c->name,
			       finders[c->operands].fish);
	}
}

int
cmd_completion(const struct cmd *cmd, struct args *args)
{
	static const struct {
		const char *name;
		void (*print)(const struct cmd *commands);
	} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]) && args->operand_count == 1; i++)
		if (strcmp(args->operands[0].word, shells[i].name) == 0) {
			shells[i].print(args->commands);
			return EXIT_DONE;
		}
	return report_usage(cmd, args, "missing operand: bash, zsh or fish");
}
