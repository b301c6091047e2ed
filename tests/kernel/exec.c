/* SPDX-License-Identifier: MIT */
/* Commands with handlers of their own: as whoever runs the tests, as root of a namespace and as an ordinary user. */
#include "range.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "machine.h"

/* Where an ordinary user finds what a test makes, and binfmtctl. */
static const char *place;

/* A sanitized program looks for leaks at its end, which it cannot while it is traced. */
#define QUIET "ASAN_OPTIONS=detect_leaks=0 "

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
	    {"--flags Q --arch aarch64 true", 125, "binfmtctl: --flags Q: unknown flag"},
	    {"--flags Q true", 125, "binfmtctl: --flags Q: unknown flag"},
	    {"--flags PT true", 125, "binfmtctl: --flags PT: flags T and P exclude each other"},
	    {"--flags L true", 125, "with flag L the kernel still has to run the program itself"},
	    {"-d /nowhere --inherit true", 125, "--binfmt-dir has no use here"},
	    {"-d /nowhere true", 125, "--binfmt-dir has no use here"},
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
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r;

		if (rows[i].status < 125 || rows[i].status > 127)
			continue;
		run_prepare = as;
		r = shell("cd %s && ./binfmtctl -j exec %s", place, rows[i].words);
		run_prepare = NULL;
		expect_json(expect(r, rows[i].status, NULL, rows[i].err)->out, ".error.detail | length > 0");
	}
}

/* What cannot be looked at ends the search, as another error than "none there" ends that of execvp. */
static void
exec__a_folder_of_path_that_fails__nothing_behind_it(void **state)
{
	static const struct {
		const char *path, *inject;
		int status;
		const char *out, *err;
	} rows[] = {
	    {"one:two", NULL, 0, "one\n", ""},
	    {"two:one", NULL, 0, "two\n", ""},
	    {"none:one", NULL, 0, "one\n", ""},
	    {"plain:one", NULL, 0, "one\n", ""},
	    {"one:two", "openat:error=EIO", 126, "", "/one/prg: cannot be looked at"},
	    {"one:two", "openat:error=EMFILE", 126, "", "/one/prg: cannot be looked at"},
	    {"one:two", "openat:error=ENOENT", 0, "two\n", ""},
	    {"one:two", "openat:error=EACCES", 0, "two\n", ""},
	    {"loop:two", NULL, 126, "", "prg: Too many levels of symbolic links"},
	    {"loop", NULL, 126, "", "prg: Too many levels of symbolic links"},
	    {"shut", NULL, 126, "", "prg: Permission denied"},
	    {"none", NULL, 127, "", "prg: No such file or directory"},
	};

	(void)state;
	begin();
	need_strace();
	expect(shell("cd %s && mkdir -p one two loop shut && for d in one two shut; do printf '#!/bin/sh\necho '$d'\n' "
		     ">$d/prg; chmod 755 $d/prg; done; ln -sf prg loop/prg; chmod 644 shut/prg; >plain",
		     place),
	       0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		run_prepare = as;
		expect(shell("cd %s && export PATH=$(echo %s | sed \"s,[^:]*,$PWD/&,g\"):/usr/bin:/bin && " QUIET
			     "strace -qq -o "
			     "/dev/null -P \"$PWD/one/prg\" -e trace=openat %s%s ./binfmtctl exec --arch aarch64 prg",
			     place, rows[i].path, rows[i].inject ? "-e inject=" : "",
			     rows[i].inject ? rows[i].inject : ""),
		       rows[i].status, rows[i].out, rows[i].err);
		run_prepare = NULL;
	}
}

/* Each word of what it says that looks like an option is one that exec has. */
static void
expect_own_options(const struct run *r)
{
	char *said = strdup(r->err);
	const char *help = tool("exec", "--help", NULL)->out;

	for (const char *at = said; (at = strstr(at, "--")); at += 2) {
		int len = 2 + (int)strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
		char flag[64], value[64];

		snprintf(flag, sizeof(flag), "%.*s ", len, at);
		snprintf(value, sizeof(value), "%.*s=", len, at);
		if (!strstr(help, flag) && !strstr(help, value))
			fail_msg("no option of exec: %s: %s", flag, said);
	}
	free(said);
}

static void
exec__what_it_advises__its_own_options(void **state)
{
	static const char *const lines[] = {
	    "exec ./binfmtctl exec --arch aarch64 --flags L true",
	    "exec ./binfmtctl exec --arch aarch64 --interpreter-dir \"$PWD/scripts\" --flags O true",
	    "unshare -Urm sh -c 'mount -t tmpfs none /usr/bin && exec ./binfmtctl exec --arch aarch64 ./tiny'",
	    "unshare -Urm sh -c 'mount -t tmpfs none /usr/bin && exec ./binfmtctl exec --interpreter-dir \"$PWD\" "
	    "--arch "
	    "aarch64 ./tiny'",
	    QUIET "strace -qq -f -o /dev/null ./binfmtctl exec --arch i386 true",
	};

	(void)state;
	begin();
	need_strace();
	copy_file(tiny_interpreter(), in_place("tiny"), 0755);
	expect(shell("cd %s && mkdir -p scripts && printf '#!/bin/sh\n' >scripts/qemu-aarch64-static && chmod -R a+rx "
		     "scripts",
		     place),
	       0, "", "");
	for (size_t i = 0; i < LENGTH(lines); i++) {
		const struct run *r;

		run_prepare = as;
		r = shell("cd %s && %s", place, lines[i]);
		run_prepare = NULL;
		if (r->status != 125 && *r->err)
			fail_msg("%s: %d: %s", lines[i], r->status, r->err);
		expect_own_options(r);
	}
}

static void
exec__words_behind_the_command__are_its_own(void **state)
{
	(void)state;
	begin();
	expect(exec_run("sh -c 'echo \"$@\"' sh --json -h --version --arch x -- y"), 0,
	       "--json -h --version --arch x -- y\n", "");
	expect(exec_run("--arch aarch64 -- -x"), 127, "", "-x: No such file or directory");
	for (const char *const *global = (const char *const[]){"-j", "-v", "-q", "-d " MOUNT, NULL}; *global; global++)
		expect(shell("cd %s && ./binfmtctl %s exec ./%s", place, *global, foreign("aarch64")), 42, "", "");
	expect(exec_run("--help"), 0, "usage: binfmtctl exec", "");
}

static void
exec__dry_run__tells_and_runs_nothing(void **state)
{
	static const struct {
		const char *words;
		int status;
		const char *out, *err;
	} rows[] = {
	    {"-- touch ran", 0, "/touch: would be run\n", NULL},
	    {"--arch aarch64 -- touch ran", 0, "qemu-aarch64: would be registered (", ""},
	    {"--arch aarch64 -- touch ran", 0, "  write " MOUNT "/register: :qemu-aarch64:M:", ""},
	    {"./aarch64 touch ran", 0, "./aarch64: would be run\n", ""},
	    {"./aarch64 touch ran", 0, "qemu-aarch64: would be registered (", ""},
	    {"--arch s390x --arch aarch64 ./aarch64", 0, "./aarch64: would be run\n", ""},
	    {"--arch aarch64 --arch s390x ./aarch64", 0, "./aarch64: would be run\n", ""},
	    {"-q ./aarch64", 0, "", ""},
	    {"no-such", 127, "", "no-such: No such file"},
	    {"--arch no-such touch ran", 125, "", "no-such: unknown architecture"},
	    {"--root root /no-such", 127, NULL, "/no-such: No such file"},
	    {"--root root /aarch64", 0, "/aarch64: would be run\n", ""},
	    {"--root root -C /sub ./aarch64", 0, "./aarch64: would be run\n", ""},
	    {"--root root --bind $PWD/aarch64:/sub/b /sub/b", 0, "/sub/b: would be run\n", ""},
	    {"--root root --bind $PWD/aarch64:/c /c", 0, "/c: would be run\n", ""},
	    {"--root root --bind $PWD:/a/b -C /a b/../b/aarch64", 0, "b/../b/aarch64: would be run\n", ""},
	    {"--root root -C /dev/shm /aarch64", 0, "/aarch64: would be run\n", ""},
	    {"--root root --bind $PWD/aarch64:/dev/c /dev/c", 0, "/dev/c: would be run\n", ""},
	    {"--root root --bind $PWD/no-such:/c /c", 125, "", "/no-such: No such file"},
	    {"--root root --bind $PWD/root:/a --bind /etc/passwd:/a/lacks /aarch64", 125, "",
	     "what is shown there of outside has no such place"},
	    {"--root root --bind $PWD/aarch64:/sub /aarch64", 125, "", "/sub: only one of them is a folder"},
	    {"--root root -C /no-such /aarch64", 125, "", "--chdir /no-such: No such file"},
	    {"--map-root --inherit ./aarch64", 0, "./aarch64: would be run\n", NULL},
	};
	static const char find[] = "cd %s && find root ran 2>/dev/null | sort";
	char *before;

	(void)state;
	begin();
	installed_qemu("aarch64");
	foreign("aarch64");
	expect(
	    shell(
		"cd %s && mkdir -p -m 777 root root/sub && cp aarch64 root/ && cp aarch64 root/sub && chmod a+rwx root "
		"root/sub && >root/sub/b",
		place),
	    0, "", "");
	before = strdup(shell(find, place)->out);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(exec_run("-n %s", rows[i].words), rows[i].status, rows[i].out, rows[i].err);
		expect_json(expect(exec_run("-nj %s", rows[i].words), rows[i].status, NULL, rows[i].err)->out,
			    rows[i].status ? ".error.detail | length > 0" : ".dry_run and .results[0].writes");
	}
	expect_text("after", shell(find, place)->out, before);
	/* a program of this machine in a root of another's: what its shell needs, and no more */
	copy_file(tiny_interpreter(), in_place("tiny"), 0755);
	expect(shell("cd %s && mkdir -m 755 root/bin && cp aarch64 root/bin/sh", place), 0, "", "");
	expect(exec_run("-n --root root --bind $PWD/tiny:/c /c | grep -o '^.*: would be [a-z]*'"), 0,
	       "qemu-aarch64: would be registered\n/c: would be run\n", "");
	expect(shell("cd %s && rm -r root", place), 0, "", "");
	free(before);
}

/* What this kernel takes is known to it alone: a rehearsal asks it. */
static void
exec__dry_run__a_write_that_the_kernel_refuses__refused_as_in_the_run(void **state)
{
	static const char *const flags[] = {"D", "T", "L", "PF"}, *const words[] = {"--arch aarch64 -- true",
										    "./aarch64",
										    "--map-root ./aarch64"};
	int status;
	char *said;

	(void)state;
	begin();
	installed_qemu("aarch64");
	foreign("aarch64");
	for (size_t i = 0; i < LENGTH(flags) * LENGTH(words); i++) {
		const char *flag = flags[i / LENGTH(words)], *rest = words[i % LENGTH(words)];
		const struct run *r = exec_run("--flags %s %s", flag, rest);

		status = r->status == 42 ? 0 : r->status;
		said = strdup(status == 125 ? r->err : "");
		r = expect(exec_run("-n --flags %s %s", flag, rest), status, NULL, said);
		if (status == 125)
			expect_text(rest, r->err, said);
		free(said);
	}
	assert_int_equal(status, 0); /* PF is no matter of the kernel's age */
}

/* What would not run is told by the walk of `match`, with the status of the run itself. */
static void
exec__dry_run__fails_as_the_run(void **state)
{
	static const struct {
		const char *words;
		int status;
		const char *err;
	} rows[] = {
	    {"--arch riscv64 ./aarch64", 126, "binfmtctl: ./aarch64: a program for aarch64, and no handler takes it\n"},
	    {"--inherit --arch riscv64 -- ./aarch64", 126, "./aarch64: a program for aarch64, and no handler takes it"},
	    {"./lost", 127, "./lost: #! program /no/such: does not exist, so exec fails with ENOENT"},
	    {"--arch riscv64 ./of-it", 126, "./of-it: #! program "},
	    {"--root root --bind $PWD:/of --arch riscv64 /of/aarch64", 126, "/of/aarch64: a program for aarch64"},
	    {"--root root --bind $PWD:/of /of/lost", 127, "/of/lost: #! program /no/such: does not exist"},
	    {"--root root --flags P /aarch64", 127, "/aarch64: interpreter "},
	    {"./text", 126, "./text: "},
	};
	char *script;

	(void)state;
	begin();
	installed_qemu("riscv64");
	foreign("aarch64");
	assert_true(asprintf(&script, "#!%s/aarch64\n", place) > 0);
	spill(in_place("of-it"), script, strlen(script), 0755);
	spill(in_place("lost"), "#!/no/such\n", 11, 0755);
	spill(in_place("text"), "\1\2\3\4", 4, 0755);
	expect(exec_run("-n --arch aarch64 -- ./aarch64 >/dev/full"), 125, "", "the result could not be written");
	expect(shell("cd %s && mkdir -p -m 777 root && cp aarch64 root/ && chmod a+rwx root", place), 0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(exec_run("-n %s", rows[i].words), rows[i].status, NULL, rows[i].err);
		expect_json(expect(exec_run("-nj %s", rows[i].words), rows[i].status, NULL, rows[i].err)->out,
			    ".dry_run and (.error.detail | length > 0)");
		expect(exec_run("%s", rows[i].words), rows[i].status, "", NULL);
	}
	expect(shell("cd %s && rm -r root", place), 0, "", "");
	free(script);
}

/* A dry run whose own look at the table fails, at any of its calls: only what was seen to run is said to. */
static void
exec__dry_run__cannot_look__not_said_to_run(void **state)
{
	static const char *const calls[] = {"fstatfs,statfs", "getdents64"};
	static const char run_told[] = "would be run", untold[] = "whether it would run cannot be told: ";
	size_t seen = 0;

	(void)state;
	begin();
	installed_qemu("aarch64");
	need_strace();
	for (int when = 1; when <= 5; when++)
		for (size_t i = 0; i < LENGTH(calls); i++) {
			const struct run *r =
			    shell("cd %s && " QUIET "strace -f -o /dev/null -P " MOUNT
				  " -e inject=%s:error=EIO:when=%d ./binfmtctl exec -n --arch aarch64 true",
				  place, calls[i], when);

			assert_true((strstr(r->out, run_told) != NULL) == (r->status == 0));
			assert_true((*r->err != '\0') == (r->status != 0));
			seen += strstr(r->err, untold) != NULL;
		}
	assert_true(seen >= LENGTH(calls));
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

/* Where our own number is another process in /proc: the ids that are mapped are ours. */
static void
exec__proc_of_an_outer_namespace__no_stranger_is_mapped(void **state)
{
	static const char *const ways[] = {"-Urpf", "-Upf --map-user=1000 --map-group=1000"};
	static const char waits[] =
	    "unshare -Urmpf --mount-proc sh -c 'unshare -U sleep 20 & s=$!; until [ $(readlink /proc/$s/ns/user) != "
	    "$(readlink /proc/self/ns/user) ]; do :; done; export s; unshare -pf sh -c \"n=0; until [ \\$n -ge \\$s ]; "
	    "do ./binfmtctl exec --arch aarch64 -- true & n=\\$!; wait \\$n || echo failed; done\"; wc -l "
	    "</proc/$s/uid_map; kill $s'";

	(void)state;
	begin();
	foreign("aarch64");
	run_prepare = as;
	for (size_t i = 0; i < LENGTH(ways); i++)
		expect(shell("cd %s && unshare %s ./binfmtctl exec --arch aarch64 ./aarch64", place, ways[i]), 42, "",
		       "");
	expect(shell("cd %s && %s", place, waits), 0, "0\n", "");
	run_prepare = NULL;
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

/* The list is the run's, of a namespace that is as new: what is said of the copies is the same, and the end. */
static void
inherit__dry_run__told_as_in_the_run(void **state)
{
	static const struct {
		const char *on, *words, *out;
		int status;
	} rows[] = {
	    {"1", "./aarch64", "qemu-aarch64: unchanged (", 42},
	    {"1", "--arch riscv64 ./aarch64", "write " MOUNT "/register: :qemu-aarch64:", 42},
	    {"0", "./aarch64", "qemu-aarch64: would be registered (", 42},
	    {"0", "--arch riscv64 ./aarch64", NULL, 126},
	};

	(void)state;
	begin();
	installed_qemu("aarch64");
	installed_qemu("riscv64");
	foreign("aarch64");
	expect(tool("register", "aarch64", NULL), 0, "registered", NULL);
	expect(shell("cp %s %s/gone", tiny_interpreter(), place), 0, "", "");
	expect(
	    shell("./binfmtctl register --name gone --extension gone -i %s/gone --flags F && rm %s/gone", place, place),
	    0, "registered", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *said, *before;

		assert_int_equal(mount_write("status", rows[i].on, 1), 0);
		before = instance();
		said = strdup(expect(exec_run("--inherit %s", rows[i].words), rows[i].status, "", "warning: ")->err);
		strchr(said, '\n')[1] = '\0'; /* how a program's end is worded is not the same */
		expect(exec_run("-n --inherit %s", rows[i].words), rows[i].status == 42 ? 0 : rows[i].status,
		       rows[i].out, said);
		expect_instance(before);
		free(before);
		free(said);
	}
}

/* A folder that is no mount, with what binfmtctl needs in it. */
static const struct run *
in_a_chroot(void)
{
	return shell(
	    "cd %s && unshare -Urm sh -ec 'mkdir -p folder/usr folder/proc; cp binfmtctl folder/; for d in bin "
	    "lib lib64; do if [ -L /$d ]; then ln -sfn $(readlink /$d) folder/$d; elif [ -e /$d ]; then mkdir "
	    "-p folder/$d; mount --rbind /$d folder/$d; fi; done; mount --rbind /usr folder/usr; mount --rbind "
	    "/proc folder/proc; exec /usr/sbin/chroot folder /binfmtctl exec --arch aarch64 true'",
	    place);
}

/* Each cause that can be made here, by the kernel's own refusal. */
static void
refused__each_cause__by_name(void **state)
{
	/* with a limit that is not asked for */
	static const char deeper[] = "unshare -Ur true 2>/dev/null && exec unshare -Ur sh ./deeper\n"
				     "echo 0 >/proc/sys/user/max_uts_namespaces\nexec ./binfmtctl exec ./aarch64\n";
	static const struct {
		const char *line, *err;
	} rows[] = {
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec ./binfmtctl exec ./aarch64 a'",
	     "user.max_user_namespaces is 0"},
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_mnt_namespaces && exec ./binfmtctl exec ./aarch64 a'",
	     "user.max_mnt_namespaces is 0"},
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_pid_namespaces && exec ./binfmtctl exec --root / true'",
	     "user.max_pid_namespaces is 0"},
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec ./binfmtctl exec ./aarch64 \"a "
	     "b\"'",
	     " ./aarch64 'a b'; try: "}, /* after the path of a QEMU */
	    {"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces && exec ./binfmtctl exec --root / true'",
	     "user.max_uts_namespaces is 0"},
	    {"sh ./deeper", "32 within each other"},
	    {"unshare -U ./binfmtctl exec ./aarch64", "has no id in its user namespace"},
	    {"unshare -Urm sh -c 'mkdir -p root && mount --rbind / root && exec /usr/sbin/chroot root "
	     "\"$PWD/binfmtctl\" exec "
	     "--arch "
	     "aarch64 true'",
	     "and why is not known: this process may be in a chroot"},
	    {"unshare -Urm sh -c 'mount -t tmpfs none /proc/sys 2>/dev/null && exec ./binfmtctl exec --arch aarch64 "
	     "true'",
	     "is /proc mounted?"},
	};

	(void)state;
	begin();
	installed_qemu("aarch64");
	foreign("aarch64");
	spill(in_place("deeper"), deeper, strlen(deeper), 0755);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(shell("cd %s && %s", place, rows[i].line), 125, "", rows[i].err);
	expect(in_a_chroot(), 125, "", "this process is in a chroot");
}

/* In the very situation; the limits of this namespace are its own. */
static void
refused__by_a_limit__the_fix_cures(void **state)
{
	static const char *const limits[] = {"user", "mnt", "uts", "pid"};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(limits); i++)
		expect(shell("cd %s && unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_%s_namespaces; "
			     "fix=$(./binfmtctl exec --root / --arch aarch64 true 2>&1 | sed \"s/.*; try: //\"); eval "
			     "\"$fix\"; "
			     "exec ./binfmtctl exec --root / --arch aarch64 echo cured'",
			     place, limits[i]),
		       0, "cured\n", "");
}

static bool
without_unshare(void)
{
	return forbid(SYS_unshare, EPERM);
}

static bool
without_unshare_as_a_module(void)
{
	return forbid(SYS_unshare, EACCES);
}

static bool
without_mount(void)
{
	return forbid(SYS_mount, EPERM);
}

static void
refused__without_namespaces__the_line_runs_it(void **state)
{
	static const struct {
		const char *from, *words;
	} rows[] = {
	    {".", "./aarch64"},
	    {"/", "-C '%s' ./aarch64"},
	    {"..", "-C '%s' ./aarch64 'a b'"},
	    {".", "--interpreter-dir '%s/of mine' ./aarch64"},
	};
	char words[4096], *line;

	(void)state;
	begin();
	foreign("aarch64");
	expect(shell("cd %s && mkdir -p 'of mine' && cp %s 'of mine/qemu-aarch64-static'", place,
		     installed_qemu("aarch64")),
	       0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *folder = strchr(rows[i].words, '%');

		snprintf(words, sizeof(words), "%.*s%s%s", folder ? (int)(folder - rows[i].words) : 0, rows[i].words,
			 folder ? place : "", folder ? folder + 2 : rows[i].words);
		run_prepare = without_unshare;
		line = strdup(shell("cd %s && cd %s && %s/binfmtctl exec %s", place, rows[i].from, place, words)->err);
		run_prepare = NULL;
		assert_non_null(strstr(line, "; without namespaces: "));
		if (strstr(words, "of mine"))
			assert_non_null(strstr(line, "/of mine/qemu-aarch64-static' ./aarch64"));
		expect(shell("cd %s && cd %s && %s", place, rows[i].from, strstr(line, "spaces: ") + 8), 42, "", "");
		free(line);
	}
}

/* A filter that lets all through: this call is none. */
static bool
with_a_filter(void)
{
	return forbid(SYS_reboot, EPERM);
}

static void
refused__by_a_filter__said_so(void **state)
{
	static const struct {
		bool (*take)(void);
		const char *words, *err;
	} rows[] = {
	    {without_unshare, "--arch aarch64 true", "a seccomp filter forbids user namespaces"},
	    {without_unshare_as_a_module, "--arch aarch64 true", "a seccomp filter forbids user namespaces"},
	    {without_mount, "--arch aarch64 true", "a seccomp filter forbids mount(2)"},
	};
	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		as = rows[i].take;
		expect(exec_run("%s", rows[i].words), 125, "", rows[i].err);
		as = NULL;
	}
	run_prepare = with_a_filter;
	expect(in_a_chroot(), 125, "", "this process is in a chroot");
	expect(shell("cd %s && unshare -U ./binfmtctl exec --arch aarch64 true", place), 125, "", "has no id");
	run_prepare = NULL;
	run_prepare = forbid_processes;
	expect(tool("exec", "--root", "/", "--arch", "aarch64", "true", NULL), 125, "",
	       "starting a process or waiting for it failed");
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
	static const struct {
		const char *range, *map;
	} own[] = {
	    {"joe:900:20000", "0 1000 1\n1 900 100\n101 1001 19899\n0\n"},
	    {"joe:1000:20000", "0 1000 1\n1 1001 19999\n0\n"},
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
	for (size_t i = 0; i < LENGTH(own); i++) {
		cover_ranges(own[i].range);
		expect(exec_run("--map-auto sh -c 'tr -s \" \" </proc/self/uid_map | sed \"s/^ //\"; id -u'"), 0,
		       own[i].map, "does not reach id 65534");
	}
	expect(shell("umount /etc/passwd /etc/subuid /etc/subgid; true"), 0, NULL, NULL);
}

/* Room for exec and its helper, and none for newuidmap. */
static bool
with_two_processes(void)
{
	return range_drop() && setrlimit(RLIMIT_NPROC, &(struct rlimit){2, 2}) == 0;
}

static void
map_auto__the_helper__each_failure_is_its_own(void **state)
{
	(void)state;
	begin();
	if (access("/usr/bin/newuidmap", X_OK) < 0)
		skip_because("this machine has no newuidmap");
	cover_ranges("joe:10000:20000\n1000:10000:20000");
	expect(shell("cd %s && echo 'joe:x:1000:1000::/:/bin/sh' >passwd && mount --bind passwd /etc/passwd", place), 0,
	       "", "");
	expect(exec_run("--map-auto cat /proc/self/uid_map"), 0, NULL, "does not reach id 65534"); /* each id once */
	expect(
	    shell("cd %s && unshare -pf setpriv --reuid 1000 --regid 1000 --clear-groups ./binfmtctl exec --map-auto "
		  "true",
		  place),
	    0, "", "does not reach id 65534"); /* newuidmap is told our number of /proc */
	run_prepare = with_two_processes;
	expect(shell("cd %s && exec ./binfmtctl exec --map-auto true", place), 125, "",
	       "starting a process or waiting for it failed: Resource temporarily unavailable");
	run_prepare = NULL;
	expect(shell("cp /bin/true %s/closed && chmod 644 %s/closed && mount --bind %s/closed /usr/bin/newuidmap",
		     place, place, place),
	       0, "", "");
	expect(exec_run("--map-auto true"), 125, "", "newuidmap or newgidmap in /usr/bin cannot be executed");
	expect(shell("umount /usr/bin/newuidmap /etc/passwd /etc/subuid /etc/subgid; true"), 0, NULL, NULL);
}

/* A private /etc with another user's range in one of the files or both: the printed line gives joe ids of his own. */
static void
map_auto__without_a_range__the_fix_gives_free_ids(void **state)
{
	static const struct {
		const char *uids, *gids, *users, *uids_after, *gids_after;
	} rows[] = {
	    {"", "", "", "joe:100000:65536\n", "joe:100000:65536\n"},
	    {"ann:100000:65536\n", "ann:100000:65536\n", "", "ann:100000:65536\njoe:165536:65536\n",
	     "ann:100000:65536\njoe:165536:65536\n"},
	    {"", "ann:200000:9\n", "", "joe:200009:65536\n", "ann:200000:9\njoe:200009:65536\n"},
	    {"joe:10000:10\n", "ann:200000:9\n", "", "joe:10000:10\n", "ann:200000:9\njoe:200009:65536\n"},
	    {"ann:200000:9\n", "joe:10000:10\n", "", "ann:200000:9\njoe:200009:65536\n", "joe:10000:10\n"},
	    {"", "", "far:x:150000:1000::/:/bin/sh\n", "joe:150001:65536\n", "joe:150001:65536\n"},
	};

	char *fix;

	(void)state;
	begin();
	if (access("/usr/sbin/usermod", X_OK) < 0)
		skip_because("this machine has no usermod");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(
		    shell("cd %s && rm -rf etc && mkdir etc && cp -R /etc/pam.d /etc/login.defs etc/ 2>/dev/null; cd "
			  "etc && printf 'root:x:0:0::/:/bin/sh\njoe:x:1000:1000::/:/bin/sh\n%s' >passwd && printf "
			  "'root:x:0:\njoe:x:1000:\n' >group && printf 'root:*:1::::::\njoe:*:1::::::\n' >shadow && "
			  "printf '%s' >subuid && printf '%s' >subgid && mount --bind . /etc",
			  place, rows[i].users, rows[i].uids, rows[i].gids),
		    0, "", "");
		fix = strdup(strstr(expect(exec_run("--map-auto true"), 125, "", "; try: usermod ")->err, "usermod"));
		expect(shell("PATH=/usr/sbin:$PATH; %s", fix), 0, NULL, NULL);
		free(fix);
		expect_text(rows[i].uids, slurp("/etc/subuid"), rows[i].uids_after);
		expect_text(rows[i].uids, slurp("/etc/subgid"), rows[i].gids_after);
		expect(shell("umount /etc"), 0, "", "");
	}
}

/* Not to be read is not to have none. */
static void
map_auto__files_that_cannot_be_read__no_range_and_no_fix(void **state)
{
	static const struct {
		const char *file, *spoil, *inject, *err;
	} rows[] = {
	    {"/etc/subuid", "chmod 600 sub", "", "--map-auto: /etc/subuid cannot be read: Permission denied\n"},
	    {"/etc/subuid", ":", "read:error=EIO", "--map-auto: /etc/subuid cannot be read: Input/output error\n"},
	    {"/etc/subgid", ":", "read:error=EIO", "--map-auto: /etc/subgid cannot be read: Input/output error\n"},
	    {"/etc/subgid", ":", "openat:error=EMFILE", "/etc/subgid cannot be read: Too many open files\n"},
	    {"/etc/passwd", ":", "openat:error=EMFILE", "/etc/passwd cannot be read: Too many open files\n"},
	    {"/etc/passwd", ":", "read:error=EIO", "--map-auto: /etc/passwd cannot be read: Input/output error\n"},
	};

	(void)state;
	begin();
	need_strace();
	cover_ranges("joe:10000:20000");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(shell("cd %s && %s", place, rows[i].spoil), 0, "", "");
		run_prepare = as;
		expect(shell("cd %s && %s%s%s%s ./binfmtctl exec --map-auto true", place,
			     *rows[i].inject ? "exec env " QUIET "strace -qq -o /dev/null -e trace=read,openat -P "
					     : "exec env",
			     *rows[i].inject ? rows[i].file : "", *rows[i].inject ? " -e inject=" : "", rows[i].inject),
		       125, "", rows[i].err);
		run_prepare = NULL;
		expect(shell("cd %s && chmod 644 sub", place), 0, "", "");
	}
	expect(shell("umount /etc/subuid /etc/subgid; true"), 0, NULL, NULL);
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
	    cmocka_unit_test(exec__what_it_advises__its_own_options),                                                  \
	    cmocka_unit_test(exec__a_folder_of_path_that_fails__nothing_behind_it),                                    \
	    cmocka_unit_test(exec__words_behind_the_command__are_its_own),                                             \
	    cmocka_unit_test(exec__what_the_command_is_given__as_without),                                             \
	    cmocka_unit_test(exec__dry_run__tells_and_runs_nothing),                                                   \
	    cmocka_unit_test(exec__dry_run__fails_as_the_run),                                                         \
	    cmocka_unit_test(exec__dry_run__a_write_that_the_kernel_refuses__refused_as_in_the_run),                   \
	    cmocka_unit_test(exec__proc_of_an_outer_namespace__no_stranger_is_mapped),                                 \
	    cmocka_unit_test(exec__map_root__root_and_nobody_else),                                                    \
	    cmocka_unit_test(exec__commands_of_ours_inside__say_a_private_instance),                                   \
	    cmocka_unit_test(private__not_in_force__unknown), cmocka_unit_test(exec__outside__nothing_changes)

int
main(void)
{
	const struct CMUnitTest as_we_are[] = {ANYWHERE,
					       cmocka_unit_test(exec__dry_run__cannot_look__not_said_to_run),
					       cmocka_unit_test(refused__each_cause__by_name),
					       cmocka_unit_test(refused__by_a_filter__said_so),
					       cmocka_unit_test(refused__without_namespaces__the_line_runs_it),
					       cmocka_unit_test(refused__by_a_limit__the_fix_cures),
					       cmocka_unit_test(exec__fifty_at_once__all_run)};
	const struct CMUnitTest as_a_user[] = {
	    cmocka_unit_test(range__ordinary_user__the_same),
	    ANYWHERE,
	    cmocka_unit_test(map_auto__by_the_owner_of_the_root__laid_out),
	    cmocka_unit_test(map_auto__the_helper__each_failure_is_its_own),
	    cmocka_unit_test(map_auto__without_a_range__the_fix_gives_free_ids),
	    cmocka_unit_test(map_auto__files_that_cannot_be_read__no_range_and_no_fix)};
	const struct CMUnitTest in_a_namespace[] = {cmocka_unit_test(inherit__what_is_visible__in_its_order),
						    cmocka_unit_test(inherit__dry_run__told_as_in_the_run)};
	int failed = range_run(as_a_user);

	failed += cmocka_run_group_tests(as_we_are, NULL, NULL);
	place = NULL;
	return ns_run(in_a_namespace) + failed;
}
