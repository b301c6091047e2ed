/* SPDX-License-Identifier: MIT */
/* Real foreign programs, built by Debian's cross compilers in the test run and executed through the handler. */
#include "harness.h"

#include <fcntl.h>
#include <unistd.h>

#include "arch.h"
#include "interp.h"

static const struct target {
	const char *arch, *compiler, *machine; /* machine: as the program's uname(2) says it */
	bool wide, big;
} targets[] = {
    {"aarch64", "/usr/bin/aarch64-linux-gnu-gcc", "aarch64", true, false},
    {"armhf", "/usr/bin/arm-linux-gnueabihf-gcc", "armv7l", false, false},
    {"riscv64", "/usr/bin/riscv64-linux-gnu-gcc", "riscv64", true, false},
    {"s390x", "/usr/bin/s390x-linux-gnu-gcc", "s390x", true, true},
    {"ppc64le", "/usr/bin/powerpc64le-linux-gnu-gcc", "ppc64le", true, false},
    {"mipsel", "/usr/bin/mipsel-linux-gnu-gcc", "mips", false, false},
};

static const char source[] =
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#include <sys/utsname.h>\n"
    "#include <unistd.h>\n"
    "int main(int argc, char **argv) {\n"
    "	struct utsname name;\n"
    "	int one = 1;\n"
    "	uname(&name);\n"
    "	printf(\"%s %d %s\", name.machine, (int)sizeof(long) * 8, *(char *)&one ? \"little\" : \"big\");\n"
    "	for (int i = 0; i < argc; i++) printf(\" [%s]\", argv[i]);\n"
    "	printf(\" %s %d\\n\", getenv(\"WORD\") ? getenv(\"WORD\") : \"-\", (int)geteuid());\n"
    "	return 7;\n"
    "}\n";

/* Builds the program once; skips where its compiler or QEMU is absent. Its path, static. */
static const char *
build(const struct target *t)
{
	static char *paths[LENGTH(targets)];
	char **path = &paths[t - targets], *file;

	if (access(t->compiler, X_OK) < 0)
		skip_because("this machine has no compiler for %s: %s", t->arch, t->compiler);
	if (strstr(tool("-n", "register", t->arch, NULL)->err, "install"))
		skip_because("this machine has no QEMU for %s", t->arch);
	if (*path)
		return *path;
	file = scratch_file("foreign.c");
	spill(file, source, sizeof(source) - 1, 0644);
	*path = scratch_file(t->arch);
	expect(shell("%s -static -O1 -Wall -o '%s' '%s'", t->compiler, *path, file), 0, "", "");
	free(file);
	return *path;
}

static const struct run *
run_foreign(const char *root, const char *path)
{
	char name[] = "own name", space[] = "a b", empty[] = "", variable[] = "WORD=W";

	return program_at(root, path, (char *[]){name, space, empty, NULL}, (char *[]){variable, NULL});
}

/* The program tells its machine, the words that it was run with and its environment, and exits 7. */
static void
check_runs(const struct target *t, const char *root, const char *path, const char *argv0)
{
	char *wanted;

	assert_true(asprintf(&wanted, "%s %d %s [%s] [a b] [] W %d\n", t->machine, t->wide ? 64 : 32,
			     t->big ? "big" : "little", argv0, (int)geteuid()) > 0);
	expect(run_foreign(root, path), 7, wanted, "");
	free(wanted);
}

static void
check_not_run(const char *path)
{
	expect(run_foreign(NULL, path), 226, "", ""); /* ENOEXEC: no handler */
}

/* The life of a handler, each step shown by running the program. */
static void
check_life(const struct target *t)
{
	const char *path = build(t);

	check_not_run(path);
	expect(tool("register", t->arch, NULL), 0, "registered", qemu_warning(t->arch));
	check_runs(t, NULL, path, "own name");
	expect(tool("disable", t->arch, NULL), 0, "disabled", "");
	check_not_run(path);
	expect(tool("enable", t->arch, NULL), 0, "enabled", "");
	check_runs(t, NULL, path, "own name");
	expect(tool("disable", "--global", NULL), 0, "disabled", "");
	check_not_run(path);
	expect(tool("enable", "--global", NULL), 0, "enabled", "");
	check_runs(t, NULL, path, "own name");
	expect(tool("register", t->arch, "--flags", "F", NULL), 0, "replaced", qemu_warning(t->arch));
	check_runs(t, NULL, path, path);
	expect(tool("register", t->arch, "--flags", "POCF", NULL), 0, "replaced", qemu_warning(t->arch));
	check_runs(t, NULL, path, "own name");
	expect(tool("remove", t->arch, NULL), 0, "removed", "");
	check_not_run(path);
}

/* A folder that holds nothing but the program. */
static void
check_chroot(const struct target *t)
{
	const char *path = build(t);
	char *root, *inside;

	if (!has_static_qemu(t->arch))
		skip_because("this machine has no static QEMU for %s", t->arch);
	root = scratch_file("root");
	inside = scratch_file("root/program");
	expect(shell("rm -rf '%s' && mkdir '%s' && cp '%s' '%s'", root, root, path, inside), 0, "", "");
	expect(run_foreign(root, "/program"), 226, "", "");
	expect(tool("register", t->arch, "--flags", "POCF", NULL), 0, "flags POCF", "");
	check_runs(t, root, "/program", "own name");
	expect(tool("register", t->arch, "--flags", "F", NULL), 0, "replaced", "");
	check_runs(t, root, "/program", "/program");
	expect(tool("register", t->arch, "--flags", "P", NULL), 0, "replaced", "flag F is not set");
	expect(run_foreign(root, "/program"), 227, "", ""); /* ENOENT: no interpreter in there */
	free(root);
	free(inside);
}

/* Program headers, sections and all the rest of a real file may stand behind a mark in e_ident. */
static void
check_appimage(const struct target *t)
{
	const char *path = build(t);
	char *marked = scratch_file("AppImage");
	int fd;

	copy_file(path, marked, 0755);
	fd = open(marked, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "AI\2", 3, 8), 3);
	close(fd);
	tool("register", t->arch, NULL);
	check_runs(t, NULL, marked, "own name");
	free(marked);
}

static void
check_replaced_qemu(const struct target *t)
{
	const char *path = build(t);
	char *qemu = scratch_file("qemu"), *next = scratch_file("next"), found[INTERP_PATH_MAX];

	assert_true(interp_find(arch_find(t->arch), NULL, 0, true, found).is == LOOK_YES);
	copy_file(found, qemu, 0755);
	expect(tool("register", t->arch, "-i", qemu, "-fPF", NULL), 0, "registered", qemu_warning(t->arch));
	copy_file(found, next, 0755);
	assert_int_equal(rename(next, qemu), 0);
	check_runs(t, NULL, path, "own name"); /* by the old one */
	expect(tool("register", t->arch, NULL), 0, "replaced", "replaced since");
	check_runs(t, NULL, path, "own name");
	free(qemu);
	free(next);
}

#define FOR_TARGET(i, name)                                                                                            \
	static void foreign__##name##_life_of_a_handler__program_runs_when_it_should(void **state)                     \
	{                                                                                                              \
		(void)state;                                                                                           \
		check_life(&targets[i]);                                                                               \
	}                                                                                                              \
	static void foreign__##name##_in_a_chroot_with_nothing_else__runs_with_flag_f(void **state)                    \
	{                                                                                                              \
		(void)state;                                                                                           \
		check_chroot(&targets[i]);                                                                             \
	}                                                                                                              \
	static void foreign__##name##_marked_as_appimage__runs(void **state)                                           \
	{                                                                                                              \
		(void)state;                                                                                           \
		check_appimage(&targets[i]);                                                                           \
	}

FOR_TARGET(0, aarch64)
FOR_TARGET(1, armhf)
FOR_TARGET(2, riscv64)
FOR_TARGET(3, s390x)
FOR_TARGET(4, ppc64le)
FOR_TARGET(5, mipsel)

#define TARGET_TESTS(name)                                                                                             \
	cmocka_unit_test(foreign__##name##_life_of_a_handler__program_runs_when_it_should),                            \
	    cmocka_unit_test(foreign__##name##_in_a_chroot_with_nothing_else__runs_with_flag_f),                       \
	    cmocka_unit_test(foreign__##name##_marked_as_appimage__runs)

static void
foreign__qemu_upgraded_by_rename__runs_before_and_after(void **state)
{
	(void)state;
	need_ptrace();
	check_replaced_qemu(&targets[0]);
}

/* All at once: each program finds its own handler. */
static void
foreign__all_registered__each_program_runs(void **state)
{
	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(targets); i++)
		build(&targets[i]);
	expect_told_of_dynamic(tool("register", "all", NULL), "registered");
	for (size_t i = 0; i < LENGTH(targets); i++)
		check_runs(&targets[i], NULL, build(&targets[i]), "own name");
	expect(tool("remove", "all", NULL), 0, "removed", "");
	for (size_t i = 0; i < LENGTH(targets); i++)
		check_not_run(build(&targets[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TARGET_TESTS(aarch64),
	    TARGET_TESTS(armhf),
	    TARGET_TESTS(riscv64),
	    TARGET_TESTS(s390x),
	    TARGET_TESTS(ppc64le),
	    TARGET_TESTS(mipsel),
	    cmocka_unit_test(foreign__qemu_upgraded_by_rename__runs_before_and_after),
	    cmocka_unit_test(foreign__all_registered__each_program_runs),
	};

	return ns_run(tests);
}
