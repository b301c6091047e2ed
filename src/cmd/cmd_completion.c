/* SPDX-License-Identifier: MIT */
/* Completion scripts for shells, generated from the tables that parse and --help read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "cmd.h"
#include "err.h"
#include "json.h"
#include "report.h"

const struct opt completion_opts[] = {OPT_END};

/*
 * What stands behind an option or as an operand, and how each shell is asked for it. Whoever may register a handler
 * chooses its name, and root presses TAB: names must stay data. So bash's `compgen -W` and zsh's `_values`, which
 * expand or read more into their words, are not for them.
 */
enum wanted { ANYTHING, FILES, FOLDERS, ARCHS, ENTRIES, FORMATS, SHELLS, COMMANDS, PROGRAMS, WANTED };

static const struct {
	const char *bash, *zsh, *fish;
} ways[WANTED] = {
    [ANYTHING] = {":", " ", " -x"},
    [FILES] = {"compopt -o default", "_files", " -r -F"},
    [FOLDERS] = {"compopt -o dirnames", "_files -/", " -x -a '(__fish_complete_directories)'"},
    [ARCHS] = {"_binfmtctl_archs", "_binfmtctl_archs", " -x -a '(__binfmtctl_archs)'"},
    [ENTRIES] = {"_binfmtctl_entries", "_binfmtctl_entries", " -x -a '(__binfmtctl_entries)'"},
    [COMMANDS] = {"_binfmtctl_offer $commands", "_binfmtctl_commands", " -x -a '(__binfmtctl_commands)'"},
    [FORMATS] = {"_binfmtctl_offer binfmt.d update-binfmts register", "(binfmt.d update-binfmts register)",
		 " -x -a 'binfmt.d update-binfmts register'"},
    [PROGRAMS] = {"COMPREPLY+=($(compgen -c -- \"$typed\")); compopt -o default", "_command_names -e",
		  " -a '(__fish_complete_command)'"},
    [SHELLS] = {"_binfmtctl_offer bash zsh fish", "(bash zsh fish)", " -x -a 'bash zsh fish'"},
};

static enum wanted
wanted_operand(const struct cmd *cmd)
{
	static const enum wanted kinds[] = {
	    [OPERANDS_NONE] = ANYTHING,   [OPERANDS_ARCH] = ARCHS,   [OPERANDS_ENTRY] = ENTRIES,
	    [OPERANDS_FILE] = FILES,      [OPERANDS_SHELL] = SHELLS, [OPERANDS_COMMAND] = COMMANDS,
	    [OPERANDS_PROGRAM] = PROGRAMS};

	return kinds[cmd->operands];
}

static enum wanted
wanted_value(const struct opt *opt)
{
	if (opt->kind == OPT_ENTRY)
		return ENTRIES;
	if (opt->kind == OPT_ARCH)
		return ARCHS;
	if (strcmp(opt->arg, "FORMAT") == 0)
		return FORMATS;
	if (strcmp(opt->arg, "DIR") == 0)
		return FOLDERS;
	return strcmp(opt->arg, "PATH") == 0 || strcmp(opt->arg, "FILE") == 0 ? FILES : ANYTHING;
}

static void
print_archs(FILE *f)
{
	fputs("all", f);
	for (size_t i = 0; i < arch_count; i++)
		fprintf(f, " %s", arch_table[i].name);
}

/* Other names of architectures: there are many, so they are offered where no own name begins as what was typed. */
static void
print_aliases(FILE *f)
{
	const char *between = "";

	for (size_t i = 0; i < arch_count; i++)
		for (const char *const *alias = arch_table[i].aliases; *alias; alias++, between = " ")
			fprintf(f, "%s%s", between, *alias);
}

static void
print_commands(FILE *f, const struct cmd *commands, const char *between)
{
	for (const struct cmd *c = commands; c->name; c++)
		fprintf(f, "%s%s", c == commands ? "" : between, c->name);
}

static void
print_opt_words(FILE *f, const struct opt *opt)
{
	for (; opt->name; opt++) {
		fprintf(f, " --%s%s", opt->name, opt->arg ? "=" : "");
		if (opt->letter)
			fprintf(f, " -%c", opt->letter);
	}
}

/* Options of several commands are alike; this one is not in a table before that of `cmd`. */
static bool
is_first(const struct cmd *commands, const struct cmd *cmd, const struct opt *opt)
{
	for (; commands != cmd; commands++)
		for (const struct opt *other = commands->opts; other->name; other++)
			if (strcmp(other->name, opt->name) == 0)
				return false;
	return true;
}

static void
print_bash_value(FILE *f, const struct opt *opt)
{
	if (!opt->arg)
		return;
	fprintf(f, "\t--%s", opt->name);
	if (opt->letter)
		fprintf(f, " | -%c", opt->letter);
	fprintf(f, ") %s; return ;;\n", ways[wanted_value(opt)].bash);
}

/* Bash cuts words at : and =, which names and options may hold; `typed` is a word as a person sees it. */
static const char bash_head[] =
    "# bash completion for binfmtctl\n"
    "_binfmtctl_offer() {\n"
    "\tlocal w q lead=${typed%\"${typed##*:}\"}\n"
    "\tfor w; do\n"
    "\t\tprintf -v q %q \"$w\"\n"
    "\t\tif [[ $w == \"$typed\"* || $q == \"$typed\"* ]]; then COMPREPLY+=(\"${q#\"$lead\"}\"); fi\n"
    "\tdone\n"
    "}\n"
    "_binfmtctl_archs() {\n"
    "\tlocal a joined=${typed%\"${typed##*,}\"}\n"
    "\tfor a in $archs; do _binfmtctl_offer \"$joined$a\"; done\n"
    "\t((${#COMPREPLY[@]})) || for a in $aliases; do _binfmtctl_offer \"$joined$a\"; done\n"
    "}\n"
    "_binfmtctl_entries() {\n"
    "\tlocal e\n"
    "\t_binfmtctl_offer all\n"
    "\tfor e in /proc/sys/fs/binfmt_misc/*; do\n"
    "\t\tcase ${e##*/} in register | status) continue ;; esac\n"
    "\t\tif [[ -e $e ]]; then _binfmtctl_offer \"${e##*/}\"; fi\n"
    "\tdone\n"
    "}\n"
    "_binfmtctl() {\n"
    "\tlocal i=$COMP_CWORD typed=${COMP_WORDS[COMP_CWORD]} before cmd= w archs aliases commands\n"
    "\tCOMPREPLY=()\n"
    "\twhile ((i > 1)) && [[ ${COMP_WORDS[i]} == : || ${COMP_WORDS[i-1]} == : ]]; do\n"
    "\t\ttyped=${COMP_WORDS[--i]}$typed\n"
    "\tdone\n"
    "\tbefore=${COMP_WORDS[i-1]}\n"
    "\tif [[ $typed == = ]]; then typed=; elif [[ $before == = ]]; then before=${COMP_WORDS[i-2]}; fi\n";

static void
print_bash(FILE *f, const struct cmd *commands)
{
	fputs(bash_head, f);
	fputs("\tarchs='", f);
	print_archs(f);
	fputs("'\n\taliases='", f);
	print_aliases(f);
	fputs("'\n\tcommands='", f);
	print_commands(f, commands, " ");
	fputs("'\n\tfor w in \"${COMP_WORDS[@]:1:i-1}\"; do case $w in ", f);
	print_commands(f, commands, " | ");
	fputs(") cmd=$w; break ;; esac; done\n\tcase $before in\n", f);
	for (const struct opt *opt = opt_global; opt->name; opt++)
		print_bash_value(f, opt);
	for (const struct cmd *c = commands; c->name; c++)
		for (const struct opt *opt = c->opts; opt->name; opt++)
			if (is_first(commands, c, opt))
				print_bash_value(f, opt);
	fputs("\tesac\n\tcase $cmd in\n\t'') w=$commands ;;\n", f);
	for (const struct cmd *c = commands; c->name; c++) {
		fprintf(f, "\t%s) w='", c->name);
		print_opt_words(f, c->opts);
		fprintf(f, "'; if [[ $typed != -* ]]; then %s; return; fi ;;\n", ways[wanted_operand(c)].bash);
	}
	fputs("\tesac\n\tif [[ $typed == -* ]]; then w+='", f);
	print_opt_words(f, opt_global);
	fputs("'; fi\n"
	      "\t_binfmtctl_offer $w\n"
	      "\tif [[ ${COMPREPLY-} == *= ]]; then compopt -o nospace; fi\n"
	      "}\n"
	      "complete -F _binfmtctl binfmtctl\n",
	      f);
}

/* Zsh and fish take the help texts too: quotes in them end the shell's own. */
static void
print_quoted(FILE *f, const char *text, const char *special)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", f);
		else
			fprintf(f, "%s%c", strchr(special, *text) ? "\\" : "", *text);
}

static void
print_zsh_opt(FILE *f, const struct opt *opt, const char *dashes, const char *name, size_t len, const char *joined)
{
	bool repeatable =
	    opt->kind == OPT_ENTRY || opt->kind == OPT_DIR || opt->kind == OPT_BIND || opt->kind == OPT_ARCH;

	fprintf(f, " '%s%s%.*s%s[", repeatable ? "*" : "", dashes, (int)len, name, opt->arg ? joined : "");
	print_quoted(f, opt->help, "[]:\\");
	if (opt->arg)
		fprintf(f, "]:%s:%s'", opt->arg, ways[wanted_value(opt)].zsh);
	else
		fputs("]'", f);
}

static void
print_zsh_opts(FILE *f, const struct opt *opt)
{
	for (; opt->name; opt++) {
		print_zsh_opt(f, opt, "--", opt->name, strlen(opt->name), "=");
		if (opt->letter)
			print_zsh_opt(f, opt, "-", &opt->letter, 1, "+");
	}
}

/* The file is sourced, or found by its name in fpath and then run as the body of _binfmtctl itself. */
static void
print_zsh(FILE *f, const struct cmd *commands)
{
	fputs("#compdef binfmtctl\n"
	      "_binfmtctl_entries() {\n"
	      "\tlocal -a names\n"
	      "\tnames=(/proc/sys/fs/binfmt_misc/*(N:t))\n"
	      "\tnames=(all ${names:#(register|status)})\n"
	      "\tcompadd \"$@\" -a names\n"
	      "}\n"
	      "_binfmtctl_archs() {\n"
	      "\tlocal -a archs aliases\n",
	      f);
	fputs("\tarchs=(", f);
	print_archs(f);
	fputs(")\n\tcompset -P '*,'\n\taliases=(", f);
	print_aliases(f);
	fputs(")\n\tcompadd \"$@\" -a archs || compadd \"$@\" -a aliases\n}\n_binfmtctl_commands() {\n\tlocal -a "
	      "commands\n\tcommands=(\n",
	      f);
	for (const struct cmd *c = commands; c->name; c++) {
		fprintf(f, "\t\t'%s:", c->name);
		print_quoted(f, c->help, ":\\");
		fputs("'\n", f);
	}
	fputs("\t)\n\t_describe command commands\n}\n_binfmtctl() {\n\tlocal w cmd=\n", f);
	fputs("\tfor w in ${words[2,CURRENT-1]}; do case $w in ", f);
	print_commands(f, commands, " | ");
	fputs(") cmd=$w; break ;; esac; done\n\tcase $cmd in\n\t'') _arguments", f);
	print_zsh_opts(f, opt_global);
	fputs(" ':command:_binfmtctl_commands' ;;\n", f);
	for (const struct cmd *c = commands; c->name; c++) {
		fprintf(f, "\t%s) _arguments", c->name);
		print_zsh_opts(f, c->opts);
		print_zsh_opts(f, opt_global);
		fprintf(f, " ':command: ' '*:operand:%s' ;;\n", ways[wanted_operand(c)].zsh);
	}
	fputs("\tesac\n}\n"
	      "if [[ $funcstack[1] == _binfmtctl ]]; then _binfmtctl \"$@\"; else compdef _binfmtctl binfmtctl; fi\n",
	      f);
}

/* A description; in fish's quotes only these two bytes are special. */
static void
print_fish_text(FILE *f, const char *text)
{
	fputs(" -d '", f);
	for (; *text; text++)
		fprintf(f, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	fputs("'\n", f);
}

static void
print_fish_opts(FILE *f, const char *cmd, const struct opt *opt)
{
	for (; opt->name; opt++) {
		fprintf(f, "complete -c binfmtctl%s%s%s -l %s%s", cmd ? " -n '__fish_seen_subcommand_from " : "",
			cmd ? cmd : "", cmd ? "'" : "", opt->name, opt->arg ? ways[wanted_value(opt)].fish : "");
		if (opt->letter)
			fprintf(f, " -s %c", opt->letter);
		print_fish_text(f, opt->help);
	}
}

static void
print_fish(FILE *f, const struct cmd *commands)
{
	fputs("# fish completion for binfmtctl\n"
	      "function __binfmtctl_entries\n"
	      "\tprintf '%s\\n' all\n"
	      "\tfor e in /proc/sys/fs/binfmt_misc/*\n"
	      "\t\tset -l name (string replace -r '^.*/' '' -- $e)\n"
	      "\t\tcontains -- \"$name\" register status; or printf '%s\\n' $name\n"
	      "\tend\n"
	      "end\n",
	      f);
	fputs("function __binfmtctl_archs\n"
	      "\tset -l joined (string replace -r '[^,]*$' '' -- (commandline -ct))\n"
	      "\tset -l archs (string split ' ' '",
	      f);
	print_archs(f);
	fputs("')\n\tstring match -q -- (commandline -ct | string replace -r '^.*,' '')'*' $archs; or set -a archs "
	      "(string split ' ' '",
	      f);
	print_aliases(f);
	fputs("')\n\tprintf '%s\\n' $joined$archs\nend\nfunction __binfmtctl_commands; string split ' ' '", f);
	print_commands(f, commands, " ");
	fputs("'; end\ncomplete -c binfmtctl -f\n", f);
	print_fish_opts(f, NULL, opt_global);
	for (const struct cmd *c = commands; c->name; c++) {
		fprintf(f, "complete -c binfmtctl -n __fish_use_subcommand -a %s", c->name);
		print_fish_text(f, c->help);
		print_fish_opts(f, c->name, c->opts);
		fprintf(f, "complete -c binfmtctl -n '__fish_seen_subcommand_from %s'%s\n", c->name,
			c->operands == OPERANDS_FILE ? " -F" : ways[wanted_operand(c)].fish);
	}
}

/* A shell, and its script. */
struct shell {
	const char *name;
	void (*print)(FILE *f, const struct cmd *commands);
};

/* The script as one text of the document; 0, or -1: no memory. */
static int
script_json(const struct cmd *cmd, const struct args *args, const struct shell *shell)
{
	char *script = NULL;
	size_t len;
	FILE *f = open_memstream(&script, &len);
	bool whole;

	if (!f)
		return -1;
	shell->print(f, args->commands);
	whole = !ferror(f);
	whole = fclose(f) == 0 && whole;
	if (whole) {
		report_begin(cmd, args, NULL);
		json_object(NULL);
		json_string("shell", shell->name);
		json_string("script", script);
		json_end();
		report_end(args);
	}
	free(script);
	return whole ? 0 : -1;
}

int
cmd_completion(const struct cmd *cmd, struct args *args)
{
	static const struct shell shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
	struct err err;

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]) && args->operand_count == 1; i++) {
		if (strcmp(args->operands[0].word, shells[i].name) != 0)
			continue;
		if (!args->json) {
			shells[i].print(stdout, args->commands);
		} else if (script_json(cmd, args, &shells[i]) < 0) {
			err_set(&err, ERR_MEMORY, "out of memory");
			return report_fail(cmd, args, &err);
		}
		return EXIT_DONE;
	}
	return report_usage(cmd, args, "missing operand: bash, zsh or fish");
}
