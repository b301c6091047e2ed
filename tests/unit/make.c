/* SPDX-License-Identifier: MIT */
/*
 * The Makefile, in a copy of the sources whose path has a space and an apostrophe, with a compiler that only notes that
 * it was called: what is built anew, what is shown, what is installed and taken away. What it builds does not run, as
 * in a cross build.
 */
#include "harness.h"

#include <limits.h>
#include <unistd.h>

static char tree[PATH_MAX], tree_variable[PATH_MAX + 8], top_variable[PATH_MAX + 8];

/* A line of shell in the copy; $TOP is where the real program is. */
static const struct run *
in_tree(const char *line)
{
	static char sh[] = "/bin/sh", c[] = "-c", path[] = "PATH=.:/usr/local/bin:/usr/bin:/bin", script[1 << 12];

	snprintf(script, sizeof(script), "cd \"$TREE\" && %s", line);
	return program((char *[]){sh, c, script, NULL}, (char *[]){path, tree_variable, top_variable, NULL});
}

static int
setup(void **state)
{
	static const char note[] = "#!/bin/sh\n"
				   "echo \"$*\" >>calls\n"
				   "while [ \"$1\" != -o ]; do shift; done\n"
				   ": >\"$2\"\n";
	char top[PATH_MAX], compiler[PATH_MAX + 8];
	char *folder = scratch_folder("it's a tree");

	(void)state;
	snprintf(tree, sizeof(tree), "%s", folder);
	free(folder);
	assert_non_null(getcwd(top, sizeof(top)));
	snprintf(tree_variable, sizeof(tree_variable), "TREE=%s", tree);
	snprintf(top_variable, sizeof(top_variable), "TOP=%s", top);
	expect(
	    in_tree(
		"cp -R \"$TOP/Makefile\" \"$TOP/include\" \"$TOP/magic\" \"$TOP/man\" \"$TOP/src\" . && mkdir tests && "
		"cp -R \"$TOP/tests/bench\" \"$TOP/tests/clients\" \"$TOP/tests/fuzz\" \"$TOP/tests/lib\" "
		"\"$TOP/tests/vm\" tests"),
	    0, "", "");
	snprintf(compiler, sizeof(compiler), "%s/note", tree);
	spill(compiler, note, strlen(note), 0755);
	return 0;
}

/* How many files of the program, the tests and the fuzzers are compiled, of one each, with these settings. */
static int
compiled(const char *settings)
{
	char line[1024];

	snprintf(line, sizeof(line),
		 "rm -f calls; make -s %s build/main.o build/tests/lib/run.o build/fuzz/lib/commands.o && "
		 "{ cat calls 2>/dev/null | wc -l; }",
		 settings);
	return atoi(expect(in_tree(line), 0, NULL, "")->out);
}

static void
build__other_settings__noticed(void **state)
{
	static const char *const settings[] = {
	    "CC=note FUZZ_CC=note",
	    "CC=note FUZZ_CC=note STATIC=1",
	    "CC=note FUZZ_CC=note CFLAGS='-O1 -DX=\"a b\"'",
	    "CC=note FUZZ_CC=note LDFLAGS='-Wl,-rpath,$$ORIGIN'",
	    "CC=./note FUZZ_CC=note",
	    "CC=./note FUZZ_CC=./note",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(settings); i++) {
		if (compiled(settings[i]) != 3)
			fail_msg("%s: not all is compiled", settings[i]);
		if (compiled(settings[i]) != 0)
			fail_msg("%s: compiled twice", settings[i]);
	}
}

static void
build__lines__short_whole_or_none(void **state)
{
	(void)state;
	assert_int_equal(compiled("CC=note FUZZ_CC=note"), 3);
	expect(in_tree("touch src/main.c; make CC=note build/main.o"), 0, "  CC build/main.o\n", "");
	assert_null(strstr(in_tree("touch src/main.c; make CC=note build/main.o")->out, "-Wall"));
	expect(in_tree("make CC=note build/main.o"), 0, "is up to date", "");
	expect(in_tree("touch src/main.c; make V=1 CC=note build/main.o"), 0, "note -std=c11", "");
	expect(in_tree("touch src/main.c; make -s CC=note build/main.o"), 0, "", "");
}

static void
build_all(void)
{
	expect(in_tree("make -s -j2 CC=note STATIC=1 NATIVE=\"'$TOP/binfmtctl'\" && rm -f calls"), 0, "", "");
}

/* Files and folders below root: modes and paths. */
#define FIND "find root -mindepth 1 -printf '%m %P\\n' | LC_ALL=C sort -k 2"

static void
install__closed_umask__open_and_as_built(void **state)
{
	static const char *const wanted[] = {
	    "755 opt/bin\n755 opt/bin/binfmtctl\n",
	    "755 opt/share/bash-completion/completions\n644 opt/share/bash-completion/completions/binfmtctl\n",
	    "644 opt/share/doc/binfmtctl/examples/postinst\n",
	    "755 opt/share/fish/vendor_completions.d\n644 opt/share/fish/vendor_completions.d/binfmtctl.fish\n",
	    "755 opt/share/man/man8\n644 opt/share/man/man8/binfmtctl.8\n",
	    "755 opt/share/zsh/site-functions\n644 opt/share/zsh/site-functions/_binfmtctl\n",
	};
	const struct run *r;

	(void)state;
	build_all();
	expect(in_tree("rm -rf root; umask 077; make -s install PREFIX=/opt DESTDIR=\"$TREE/root\" && "
		       "! cat calls 2>/dev/null"),
	       0, "", "");
	r = expect(in_tree(FIND), 0, NULL, "");
	for (size_t i = 0; i < LENGTH(wanted); i++)
		expect(r, 0, wanted[i], "");
	expect(in_tree(FIND " | grep -v '^755\\|^644'"), 1, "", "");
	expect(in_tree("for s in bash/binfmtctl zsh/_binfmtctl fish/binfmtctl.fish; do "
		       "\"$TOP/binfmtctl\" completion ${s%/*} | cmp - $(find root -path \"*$s\" -o -path "
		       "'*/share/'${s%/*}'*/'${s#*/}); "
		       "done"),
	       0, "", "");
	expect(in_tree("grep '^Exec' root/opt/share/doc/binfmtctl/examples/binfmtctl.service"), 0,
	       "ExecStart=/opt/bin/binfmtctl register", "");
}

static void
install__folder_that_is_there__keeps_its_mode(void **state)
{
	(void)state;
	build_all();
	expect(in_tree("rm -rf root; mkdir -p root/opt/bin; chmod 2770 root/opt/bin; "
		       "make -s install PREFIX=/opt DESTDIR=\"$TREE/root\"; stat -c %a root/opt/bin"),
	       0, "2770\n", NULL);
}

static void
uninstall__takes_away_what_install_put(void **state)
{
	(void)state;
	build_all();
	expect(in_tree("rm -rf root; mkdir -p root/opt/bin root/opt/share/man/man8; "
		       "touch root/opt/bin/other root/opt/share/man/man8/other.8; export DESTDIR=\"$TREE/root\"; "
		       "make -s install PREFIX=/opt && make -s uninstall PREFIX=/opt; "
		       "find root ! -type d | LC_ALL=C sort; find root -name 'binfmtctl*'"),
	       0, "root/opt/bin/other\nroot/opt/share/man/man8/other.8\n", NULL);
	expect(in_tree("make -s uninstall PREFIX=/opt DESTDIR=\"$TREE/root\""), 0, "", "");
}

static void
cross_build__completions_of_a_program_that_runs(void **state)
{
	(void)state;
	build_all();
	expect(in_tree("rm -r build/completion; make -s CC=note STATIC=1"), 0, "",
	       "left out, as ./binfmtctl does not run here");
	expect(in_tree("rm -rf root; make -s install DESTDIR=\"$TREE/root\" && find root -name '*binfmtctl' -type f"),
	       0, "root/usr/local/bin/binfmtctl\n", "NATIVE= may name one that does");
	expect(
	    in_tree("make -s install DESTDIR=\"$TREE/root\" NATIVE=\"'$TOP/binfmtctl'\" && find root -name _binfmtctl"),
	    0, "root/usr/local/share/zsh/site-functions/_binfmtctl\n", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(build__other_settings__noticed),
	    cmocka_unit_test(build__lines__short_whole_or_none),
	    cmocka_unit_test(install__closed_umask__open_and_as_built),
	    cmocka_unit_test(install__folder_that_is_there__keeps_its_mode),
	    cmocka_unit_test(uninstall__takes_away_what_install_put),
	    cmocka_unit_test(cross_build__completions_of_a_program_that_runs),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
