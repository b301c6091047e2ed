/* SPDX-License-Identifier: MIT */
/* Completions in the real shells: somebody types, presses TAB and Enter, and a function shows the words it was given.
 */
#include "typist.h"

#include <dirent.h>
#include <unistd.h>

enum { WORDS_MAX = 1024 };

/* Entries whose names a shell would run or expand, each with its own first letter. */
static const char *const hostile[] = {
    "A$(id>ran)", "B`id>ran`", "C;id>ran", "D${HOME}", "E[d]:m:{x}", "F g  h", "G*",   "H'q\"\\",
    "I<(id>ran)", "J&id>ran",  "K|id>ran", "L!1",      "M#x",        "N=o",    "O\\n", "P:q:r",
};

static const struct shell {
	const char *name;
	const char *argv[5];
	const char *setup; /* loads what is installed, as the shell itself does, and makes binfmtctl a function that
			      prints each of its words */
} shells[] = {
    {"bash",
     {"/usr/bin/bash", "--norc", "--noprofile", "-i", NULL},
     "source usr/share/bash-completion/completions/binfmtctl; binfmtctl() { printf '<%s>' \"$@\"; echo; }; echo "
     "RE''ADY\n"},
    {"zsh",
     {"/usr/bin/zsh", "-f", "-i", NULL},
     "fpath=($HOME/usr/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -D; "
     "binfmtctl() { printf '<%s>' \"$@\"; echo; }; echo RE''ADY\n"},
    {"fish",
     {"/usr/bin/fish", "--no-config", "-i", NULL},
     "function binfmtctl; printf '<%s>' $argv; echo; end; set fish_complete_path "
     "$HOME/usr/share/fish/vendor_completions.d; echo RE''ADY\n"},
};

static char *home;

static void
start(const struct shell *with, const char *folder, struct typist *typist)
{
	char path[4096];

	if (access(with->argv[0], X_OK) < 0)
		skip_because("this machine has no %s", with->name);
	for (size_t i = 0; i < LENGTH(hostile); i++)
		register_line("\x01%s\x01"
			      "E\x01\x01x%zu\x01\x01/bin/true\x01",
			      hostile[i], i);
	register_raw(":plain-one:E::x::/bin/true:");
	register_raw(":.binfmtctl~hidden:E::x::/bin/true:");
	snprintf(path, sizeof(path), "%s-%s", with->name, folder);
	home = scratch_folder(path);
	strcat(path, "/else-where");
	free(scratch_folder(path));
	expect(shell("make -s install PREFIX=/usr DESTDIR='%s'", home), 0, "", "");
	snprintf(path, sizeof(path), "%s/some file", home);
	spill(path, "", 0, 0644);
	typist_start(typist, (char *const *)(uintptr_t)with->argv, home);
	if (!typist_type(typist, with->setup, "READY"))
		fail_msg("%s does not start", with->name);
}

/* Nothing that a name says was done: there is no file but those that were made. */
static void
end(const struct shell *shell, struct typist *typist)
{
	char path[4096];

	typist_end(typist);
	snprintf(path, sizeof(path), "%s/ran", home);
	if (access(path, F_OK) == 0)
		fail_msg("%s has run the name of an entry", shell->name);
	free(home);
}

/* These keys and Enter end in a call with these words, each in angle brackets. */
static void
expect_words(const struct shell *shell, struct typist *typist, const char *keys, const char *words)
{
	char line[WORDS_MAX + sizeof("binfmtctl \n")];

	snprintf(line, sizeof(line), "binfmtctl %s\n", keys);
	if (!typist_type(typist, line, words))
		fail_msg("%s: %s: no %s", shell->name, keys, words);
}

static void
complete_hostile(const struct shell *shell)
{
	static const char *const commands[] = {"remove", "enable", "disable", "status", "refresh", "remove --entry"};
	char keys[WORDS_MAX], words[WORDS_MAX];
	struct typist typist;

	start(shell, "hostile", &typist);
	for (size_t k = 0; k < LENGTH(commands); k++)
		for (size_t i = 0; i < LENGTH(hostile); i++) {
			const char *option = strchr(commands[k], ' ');

			snprintf(keys, sizeof(keys), "%s %c\t", commands[k], hostile[i][0]);
			snprintf(words, sizeof(words), "<%.*s>%s%s%s<%s>", (int)strcspn(commands[k], " "), commands[k],
				 option ? "<" : "", option ? option + 1 : "", option ? ">" : "", hostile[i]);
			expect_words(shell, &typist, keys, words);
		}
	end(shell, &typist);
}

static void
complete_words(const struct shell *shell)
{
	static const struct {
		const char *keys, *words;
	} rows[] = {
	    {"remo\t", "<remove>"},
	    {"--js\tlis\t", "<--json><list>"},
	    {"register aarch64_\t", "<register><aarch64_be>"},
	    {"test -j loong\t", "<test><-j><loongarch64>"},
	    {"register linux/s3\t", "<register><linux/s390x>"},
	    {"register arm,linux/s3\t", "<register><arm,linux/s390x>"},
	    {"test linux/ppc64l\t", "<test><linux/ppc64le>"},
	    {"register --flags some\t", "<register><--flags><some>"},
	    {"register --flags aarch64_\t", "<register><--flags><aarch64_>"},
	    {"register -f aarch64_\t", "<register><-f><aarch64_>"},
	    {"register --name plain-\t", "<register><--name><plain->"},
	    {"register -i some\t", "<register><-i><some file>"},
	    {"register --interpreter some\t", "<register><--interpreter><some file>"},
	    {"register --like some\t", "<register><--like><some file>"},
	    {"match some\t", "<match><some file>"},
	    {"doctor some\t", "<doctor><some file>"},
	    {"status plain-\t", "<status><plain-one>"},
	    {"status --entry plain-\t", "<status><--entry><plain-one>"},
	    {"status --entry=plain-\t", "<status><--entry=plain-one>"},
	    {"status --stri\tplain-\t", "<status><--strict><plain-one>"},
	    {"-d else\t list", "<-d><else-where"},
	    {"register --conf-dir else\t", "<register><--conf-dir><else-where"},
	    {"list some\t", "<list><some>"},
	    {"completion fi\t", "<completion><fish>"},
	    {"remove aarch64_\t", "<remove><aarch64_>"},
	    {"remove .binf\t", "<remove><.binf>"},
	};
	struct typist typist;

	start(shell, "words", &typist);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect_words(shell, &typist, rows[i].keys, rows[i].words);
	end(shell, &typist);
}

static void
bash__hostile_names__are_data(void **state)
{
	(void)state;
	complete_hostile(&shells[0]);
}

static void
zsh__hostile_names__are_data(void **state)
{
	(void)state;
	complete_hostile(&shells[1]);
}

static void
fish__hostile_names__are_data(void **state)
{
	(void)state;
	complete_hostile(&shells[2]);
}

static void
bash__words__of_what_is_asked_for(void **state)
{
	(void)state;
	complete_words(&shells[0]);
}

static void
zsh__words__of_what_is_asked_for(void **state)
{
	(void)state;
	complete_words(&shells[1]);
}

static void
fish__words__of_what_is_asked_for(void **state)
{
	(void)state;
	complete_words(&shells[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bash__hostile_names__are_data),    cmocka_unit_test(zsh__hostile_names__are_data),
	    cmocka_unit_test(fish__hostile_names__are_data),    cmocka_unit_test(bash__words__of_what_is_asked_for),
	    cmocka_unit_test(zsh__words__of_what_is_asked_for), cmocka_unit_test(fish__words__of_what_is_asked_for),
	};

	return ns_run(tests);
}
