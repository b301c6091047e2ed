/* SPDX-License-Identifier: MIT */
/* Commands with handlers of their own: as whoever runs the tests, as root of a namespace and as an ordinary user. */
#include "range.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "machine.h"

/* Where an ordinary user finds what a test makes, and binfmtctl. */
static const char *place;

/* What the group runs as; NULL: as it is. */
static bool (*as)(void);

/* A path there; kept until the next but three. */
static const char *
in_place(const char *name)
{
	static char paths[4][4096];
	static unsigned n;
	char *path = paths[n++ % LENGTH(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", place, name);
	return path;
}

static void
begin(void)
{
	range_need();
	if (!place)
		place = scratch();
	copy_file("binfmtctl", in_place("binfmtctl"), 0755);
	chmod(place, 0755);
	need_private(place, as);
}

/* exec with these words, as the group's user. */
__attribute__((format(printf, 1, 2))) static const struct run *
exec_run(const char *format, ...)
{
	char words[4096];
	const struct run *r;
	va_list ap;

	va_start(ap, format);
	vsnprintf(words, sizeof(words), format, ap);
	va_end(ap);
	run_prepare = as;
	r = shell("cd %s && PATH=/usr/bin:/bin ./binfmtctl exec %s", place, words);
	run_prepare = NULL;
	return r;
}

/* A program of an architecture that exits 42, where the user can reach it. */
static const char *
foreign(const char *arch)
{
	char *made = probe_program(arch, arch);
	const char *path = in_place(arch);

	if (strcmp(made, path) != 0)
		copy_file(made, path, 0755);
	free(made);
	return arch;
}

static void
exec__a_foreign_program__runs(void **state)
{
	(void)state;
	begin();
	for (const char *const *arch = (const char *const[]){"aarch64", "riscv64", "s390x", NULL}; *arch; arch++) {
		installed_qemu(*arch);
		expect(exec_run("./%s", foreign(*arch)), 42, "", "");
	}
}

static void
exec__two_architectures_at_once__both_run(void **state)
{
	(void)state;
	begin();
	foreign("aarch64"), foreign("riscv64");
	expect(exec_run("--arch arm64,linux/riscv64 -- sh -c './aarch64; a=$?; ./riscv64; echo $a $?'"), 0, "42 42\n",
	       "");
	expect(exec_run("--arch arm64 --arch riscv64 sh -c './aarch64; a=$?; ./riscv64; echo $a $?'"), 0, "42 42\n",
	       "");
}

static void
exec__a_native_command__has_all_that_are_installed(void **state)
{
	(void)state;
	begin();
	foreign("aarch64"), foreign("s390x");
	expect(exec_run("sh -c './aarch64; a=$?; ./s390x; echo $a $?'"), 0, "42 42\n", "");
}

static void
exec__what_is_needed__and_nothing_else(void **state)
{
	char *script, *arch = probe_program("riscv64", "riscv64-x");

	(void)state;
	begin();
	foreign("riscv64");
	expect(exec_run("--arch aarch64,s390x ./binfmtctl list -q"), 0, "qemu-s390x\nqemu-aarch64\n", "");
	expect(exec_run("--arch aarch64 --flags F -- ./binfmtctl list"), 0, " F ", "");
	/* Through a #! line: the first word of it is a foreign program. */
	assert_true(asprintf(&script, "#!%s/riscv64\n", place) > 0);
	spill(in_place("script"), script, strlen(script), 0755);
	expect(exec_run("./script"), 42, "", "");
	free(script);
	free(arch);
}

static void
exec__exit_status__as_env(void **state)
{
	static const struct {
		const char *words;
		int status;
		const char *err;
	} rows[] = {
	    {"sh -c 'exit 7'", 7, ""},
	    {"-- sh -c 'exit 0'", 0, ""},
	    {"sh -c 'kill -TERM $$'", 128 + SIGTERM, NULL},
	    {"sh -c 'kill -KILL $$'", 128 + SIGKILL, NULL},
	    {"no-such-command", 127, "no-such-command: No such file or directory"},
	    {"./no-such-file", 127, "./no-such-file: No such file or directory"},
	    {"./plain", 126, "./plain: Permission denied"},
	    {".", 126, ".: "},
	    {"''", 127, "No such file"},
	    {"./text", 126, "Exec format error"},
	    {"", 125, "missing operand: a command"},
	    {"--", 125, "missing operand: a command"},
	    {"--no-such-option true", 125, "unknown option --no-such-option"},
	    {"--arch no-such-arch true", 125, "unknown architecture"},
	    {"--arch", 125, "--arch needs a value"},
	    {"--map-root --map-auto true", 125, "exclude each other"},
	    {"--flags Q --arch aarch64 true", 125, "--flags Q"},
	    {"--bind /usr true", 125, "--bind goes with --root"},
	    {"--root . --bind usr true", 125, "--bind needs absolute paths"},
	    {"--root . --bind /usr:usr true", 125, "--bind needs absolute paths"},
	    {"--root ./no-such-root true", 125, "cannot open --root ./no-such-root: No such file or directory"},
	    {"--root ./plain true", 125, "cannot open --root ./plain: Not a directory"},
	    {"--chdir ./no-such-folder true", 125, "--chdir ./no-such-folder: No such file or directory"},
	    {"--arch aarch64 --interpreter-dir relative true", 125, "not absolute"},
	};

	(void)state;
	begin();
	spill(in_place("plain"), "", 0, 0644);
	spill(in_place("text"), "\1\2\3\4", 4, 0755);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(exec_run("%s", rows[i].words), rows[i].status, "", rows[i].err);
}

static void
exec__words_behind_the_command__are_its_own(void **state)
{
	(void)state;
	begin();
	expect(exec_run("sh -c 'echo \"$@\"' sh --json -h --version --arch x -- y"), 0,
	       "--json -h --version --arch x -- y\n", "");
	expect(exec_run("--arch aarch64 -- -x"), 127, "", "-x: No such file or directory");
	for (const char *const *global = (const char *const[]){"-n", "-j", "-v", "-d /nowhere", NULL}; *global;
	     global++)
		expect(shell("cd %s && ./binfmtctl %s exec ./%s", place, *global, foreign("aarch64")), 42, "", "");
	expect(exec_run("--help"), 0, "usage: binfmtctl exec", "");
}

/* Signals, descriptors, folder, environment and ids are the same as without. */
static void
exec__what_the_command_is_given__as_without(void **state)
{
	static const char *const lines[] = {
	    "grep ^Sig[PBIC] /proc/self/status",
	    "ls /proc/self/fd",
	    "sh -c 'cd /proc/$$/fd && ls' <&-",
	    "sh -c 'cd /proc/$$/fd && ls' <&- 2>&-",
	    "pwd",
	    "env",
	    "id -u",
	    "id -g",
	    "sh -c 'umask; ulimit -a; cat /proc/$$/oom_score_adj'",
	    "sh -c 'ps -o ppid= -p $$ 2>/dev/null | wc -l'",
	    "cat /proc/self/comm",
	};
	char *without;

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(lines); i++) {
		run_prepare = as;
		without = strdup(shell("cd %s && export PATH=/usr/bin:/bin; %s", place, lines[i])->out);
		run_prepare = NULL;
		expect_text(lines[i], exec_run("--arch aarch64 %s", lines[i])->out, without);
		free(without);
	}
	expect(
	    shell("trap '' USR1 PIPE; cd %s && ./binfmtctl exec --arch aarch64 grep ^SigIgn /proc/self/status", place),
	    0, "1200\n", "");
}

static void
exec__map_root__root_and_nobody_else(void **state)
{
	(void)state;
	begin();
	expect(exec_run("--map-root --arch aarch64 id -u"), 0, "0\n", "");
	expect(exec_run("--map-root --arch aarch64 mount -t tmpfs none /mnt"), 0, "", "");
}

static void
exec__commands_of_ours_inside__say_a_private_instance(void **state)
{
	(void)state;
	begin();
	foreign("aarch64");
	expect(exec_run("--arch aarch64 ./binfmtctl status"), 0, "private instance, 1 entry", "");
	expect(exec_run("--arch aarch64 ./binfmtctl -j status"), 0, "\"scope\":\"namespace\"", "");
	expect(exec_run("--arch aarch64 ./binfmtctl match ./aarch64"), 0, "handler qemu-aarch64", "");
	expect(exec_run("--arch aarch64 ./binfmtctl register riscv64"), 0, "qemu-riscv64: registered", "");
	expect(exec_run("--arch aarch64 ./binfmtctl exec --arch riscv64 ./binfmtctl list -q"), 0, "qemu-riscv64\n", "");
	expect(exec_run("--arch aarch64 ./binfmtctl exec --inherit --arch riscv64 ./binfmtctl list -q"), 0,
	       "qemu-riscv64\nqemu-aarch64\n", "");
	expect(exec_run("--arch aarch64 ./binfmtctl test"), 0, "aarch64  ok", "");
	expect(exec_run("--arch aarch64 ./binfmtctl doctor ./aarch64"), 0, " 0 failed", "");
}

/* Nothing is mounted outside, nobody's handlers change, and nobody is left. */
#define BELOW                                                                                                          \
	"mount -t binfmt_misc none other && exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ./binfmtctl " \
	"match ./x.jar\n"

/* The instance that is visible is that of a namespace above, and another, empty one is in force. */
static void
private__not_in_force__unknown(void **state)
{
	(void)state;
	begin();
	if (shell("setpriv --version")->status != 0)
		skip_because("this machine has no setpriv");
	spill(in_place("x.jar"), "jar", 3, 0755);
	spill(in_place("below"), BELOW, strlen(BELOW), 0644);
	expect(shell("cd %s && mkdir -p other && unshare -Urm sh -ec 'mount -t binfmt_misc none " MOUNT
		     "; echo \":jar:E::jar::/bin/true:\" >" MOUNT "/register; ./x.jar; unshare -Urm sh ./below'",
		     place),
	       1, "./x.jar: handler jar -> /bin/true: the entries that are visible here may not be those in force",
	       NULL);
}

static void
exec__outside__nothing_changes(void **state)
{
	char *mounts = strdup(slurp("/proc/self/mountinfo")), *entries;

	(void)state;
	begin();
	entries = strdup(shell("cat " MOUNT "/* 2>/dev/null")->out);
	expect(exec_run("--arch aarch64,riscv64 true"), 0, "", "");
	expect(exec_run("--arch no-such true"), 125, "", NULL);
	assert_string_equal(slurp("/proc/self/mountinfo"), mounts);
	assert_string_equal(shell("cat " MOUNT "/* 2>/dev/null")->out, entries);
	free(mounts);
	free(entries);
}

static void
exec__fifty_at_once__all_run(void **state)
{
	(void)state;
	begin();
	foreign("aarch64");
	run_prepare = as;
	expect(shell("cd %s && for i in $(seq 50); do (./binfmtctl exec ./aarch64; [ $? -eq 42 ] && echo ran) & done | "
		     "grep -c ran",
		     place),
	       0, "50\n", "");
	run_prepare = NULL;
}

/* In the namespace of the tests, whose entries we may write. */
static void
inherit__what_is_visible__in_its_order(void **state)
{
	(void)state;
	begin();
	expect(tool("register", "--name", "jar", "--extension", "jar", "-i", tiny_interpreter(), NULL), 0, "registered",
	       "");
	expect(tool("register", "--name", "old", "--extension", "old", "-i", tiny_interpreter(), NULL), 0, "registered",
	       "");
	expect(tool("disable", "old", NULL), 0, "disabled", "");
	expect(tool("register", "s390x", NULL), 0, "registered", "");
	expect(exec_run("--inherit --arch aarch64 ./binfmtctl list -q"), 0, "qemu-aarch64\nqemu-s390x\nold\njar\n", "");
	expect(exec_run("--inherit --arch aarch64 ./binfmtctl list"), 0, "disabled", "");
	expect(exec_run("--arch aarch64 ./binfmtctl list -q"), 0, "qemu-aarch64\n", "");
	expect(exec_run("--inherit --arch s390x --flags F ./binfmtctl list -q"), 0, "qemu-s390x\nold\njar\n", "");
	/* What cannot be copied is said. */
	expect(shell("cp %s %s/gone", tiny_interpreter(), place), 0, "", "");
	expect(
	    shell("./binfmtctl register --name gone --extension gone -i %s/gone --flags F && rm %s/gone", place, place),
	    0, "registered", "");
	expect(exec_run("--inherit --arch aarch64 ./binfmtctl list -q"), 0, "qemu-aarch64\nqemu-s390x\nold\njar\n",
	       "the inherited entry gone could not be copied");
}

/* Each cause that can be made here, by the kernel's own refusal. */
static void
refused__each_cause__by_name(void **state)
{
	static const struct {
		const char *line, *err;
	} rows[] = {
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec ./binfmtctl exec ./aarch64 a'",
	     "user.max_user_namespaces is 0"},
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_mnt_namespaces && exec ./binfmtctl exec ./aarch64 a'",
	     "user.max_mnt_namespaces is 0"},
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_pid_namespaces && exec ./binfmtctl exec --root / true'",
	     "too many namespaces"}, /* the limit of a namespace further out cannot be read */
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec ./binfmtctl exec ./aarch64 \"a "
	     "b\"'",
	     " ./aarch64 'a b'; try: "}, /* after the path of a QEMU */
	    {"sh ./deeper", "32 within each other"},
	    {"unshare -U ./binfmtctl exec ./aarch64", "has no id in its user namespace"},
	    {"unshare -Urm sh -c 'mkdir -p root && mount --rbind / root && exec /usr/sbin/chroot root "
	     "\"$PWD/binfmtctl\" exec "
	     "--arch "
	     "aarch64 true'",
	     "in a chroot"},
	    {"unshare -Urm sh -c 'mount -t tmpfs none /proc/sys 2>/dev/null && exec ./binfmtctl exec --arch aarch64 "
	     "true'",
	     "is /proc mounted?"},
	};

	(void)state;
	begin();
	installed_qemu("aarch64");
	foreign("aarch64");
	spill(in_place("deeper"),
	      "unshare -Ur true 2>/dev/null && exec unshare -Ur sh ./deeper; exec ./binfmtctl exec ./aarch64\n", 93,
	      0755);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(shell("cd %s && %s", place, rows[i].line), 125, "", rows[i].err);
}

/* In the very situation; the limits of this namespace are its own. */
static void
refused__by_a_limit__the_fix_cures(void **state)
{
	static const char *const limits[] = {"user", "mnt"};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(limits); i++)
		expect(shell("cd %s && unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_%s_namespaces; "
			     "fix=$(./binfmtctl exec --arch aarch64 true 2>&1 | sed \"s/.*; try: //\"); eval \"$fix\"; "
			     "exec ./binfmtctl exec --arch aarch64 echo cured'",
			     place, limits[i]),
		       0, "cured\n", "");
}

static bool
without_unshare(void)
{
	return forbid(SYS_unshare, EPERM);
}

static bool
without_mount(void)
{
	return forbid(SYS_mount, EPERM);
}

static void
refused__by_a_filter__said_so(void **state)
{
	static const struct {
		bool (*take)(void);
		const char *words, *err;
	} rows[] = {
	    {without_unshare, "--arch aarch64 true", "a seccomp filter forbids user namespaces"},
	    {without_mount, "--arch aarch64 true", "a seccomp filter forbids mount(2)"},
	};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		as = rows[i].take;
		expect(exec_run("%s", rows[i].words), 125, "", rows[i].err);
		as = NULL;
	}
	run_prepare = forbid_processes;
	expect(tool("exec", "--root", "/", "--arch", "aarch64", "true", NULL), 125, "", "starting a process failed");
	run_prepare = NULL;
}

/* What /etc/subuid and /etc/subgid say, where they are there. */
static void
cover_ranges(const char *line)
{
	expect(shell("cd %s && echo '%s' >sub && for f in uid gid; do [ ! -e /etc/sub$f ] || mount --bind sub "
		     "/etc/sub$f; done",
		     place, line),
	       0, "", "");
}

/* A user with a range of ids, and a root folder of each of the owners that decide how it is laid out. */
static void
map_auto__by_the_owner_of_the_root__laid_out(void **state)
{
	static const struct {
		const char *owner, *map, *err;
	} rows[] = {
	    {"1000", "0 1000 1\n1 10000 20000\n", ""},
	    {"10000", "0 10000 1000\n1000 1000 1\n1001 11000 19000\n", ""},
	    {"0", "0 1000 1\n1 10000 20000\n", "belong to neither this user nor its range"},
	};

	(void)state;
	begin();
	if (access("/usr/bin/newuidmap", X_OK) < 0)
		skip_because("this machine has no newuidmap");
	cover_ranges("");
	expect(exec_run("--map-auto true"), 125, "", "/etc/subuid has none for");
	cover_ranges("joe:10000:20000");
	expect(shell("cd %s && echo 'joe:x:1000:1000::/:/bin/sh' >passwd && mount --bind passwd /etc/passwd", place), 0,
	       "", "");
	expect(exec_run("--map-auto id -u"), 0, "0\n", "does not reach id 65534");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(
		    shell("cd %s && rm -rf root && mkdir -p root/proc root/dev root/sys root/usr root/tmp && for d in "
			  "bin lib lib64; do [ ! -L /$d ] || cp -P /$d root/$d; done && chown -R %s root",
			  place, rows[i].owner),
		    0, "", "");
		expect(
		    exec_run(
			"--map-auto --root root --bind /usr sh -c 'tr -s \" \" </proc/self/uid_map | sed \"s/^ //\"; "
			"id -u'"),
		    0, rows[i].map, *rows[i].err ? rows[i].err : NULL);
	}
	expect(shell("umount /etc/passwd /etc/subuid /etc/subgid; true"), 0, NULL, NULL);
}

static void
set_place(void)
{
	place = "/mnt/exec";
	mkdir(place, 0755);
}

static void
range__ordinary_user__the_same(void **state)
{
	(void)state;
	range_setup();
	set_place();
	as = range_drop;
}

#define ANYWHERE                                                                                                       \
	cmocka_unit_test(exec__a_foreign_program__runs), cmocka_unit_test(exec__two_architectures_at_once__both_run),  \
	    cmocka_unit_test(exec__a_native_command__has_all_that_are_installed),                                      \
	    cmocka_unit_test(exec__what_is_needed__and_nothing_else), cmocka_unit_test(exec__exit_status__as_env),     \
	    cmocka_unit_test(exec__words_behind_the_command__are_its_own),                                             \
	    cmocka_unit_test(exec__what_the_command_is_given__as_without),                                             \
	    cmocka_unit_test(exec__map_root__root_and_nobody_else),                                                    \
	    cmocka_unit_test(exec__commands_of_ours_inside__say_a_private_instance),                                   \
	    cmocka_unit_test(private__not_in_force__unknown), cmocka_unit_test(exec__outside__nothing_changes)

int
main(void)
{
	const struct CMUnitTest as_we_are[] = {
	    ANYWHERE, cmocka_unit_test(refused__each_cause__by_name), cmocka_unit_test(refused__by_a_filter__said_so),
	    cmocka_unit_test(refused__by_a_limit__the_fix_cures), cmocka_unit_test(exec__fifty_at_once__all_run)};
	const struct CMUnitTest as_a_user[] = {cmocka_unit_test(range__ordinary_user__the_same), ANYWHERE,
					       cmocka_unit_test(map_auto__by_the_owner_of_the_root__laid_out)};
	const struct CMUnitTest in_a_namespace[] = {cmocka_unit_test(inherit__what_is_visible__in_its_order)};
	int failed = range_run(as_a_user);

	failed += cmocka_run_group_tests(as_we_are, NULL, NULL);
	place = NULL;
	return ns_run(in_a_namespace) + failed;
}
