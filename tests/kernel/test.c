/* SPDX-License-Identifier: MIT */
/* test on the real kernel: who runs an architecture's programs, and why nobody does. */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "host.h"
#include "interp.h"
#include "live.h"
#include "probe.h"

/* The command that registers what is installed instead. */
static const char *
other(void)
{
	static char line[INTERP_PATH_MAX + 64];

	snprintf(line, sizeof(line), "binfmtctl register aarch64 --interpreter %s", installed_qemu("aarch64"));
	return line;
}

/* Registers aarch64 with this interpreter and these flags. */
static void
register_aarch64(const char *interpreter, const char *flags)
{
	expect(tool("register", "aarch64", "-i", interpreter, "-f", flags, NULL), 0, "qemu-aarch64: registered", NULL);
}

/* A static program of this C text, its path on the heap; the test is skipped where there is no compiler. */
static char *
compiled(const char *name, const char *text)
{
	char *path = scratch_file(name), source[PATH_MAX];

	snprintf(source, sizeof(source), "%s.c", path);
	spill(source, text, strlen(text), 0644);
	if (shell("cc -static -o '%s' '%s'", path, source)->status != 0)
		skip_because("this machine has no compiler for static programs");
	return path;
}

/* One row of the JSON answer, without jq. Debian 13's interpreters are links to what runs. */
static void
check_row(const struct arch *arch, const char *interpreter)
{
	char *row, *runner = realpath(interpreter, NULL);

	assert_non_null(runner);
	assert_true(asprintf(&row,
			     "{\"tests\":[{\"arch\":\"%s\",\"ok\":true,\"entry\":\"qemu-%s\",\"runner\":\"%s\","
			     "\"version\":\"%s version ",
			     arch->name, arch->name, runner, arch->interpreter) > 0);
	expect(tool("test", "-j", arch->name, NULL), 0, row, "");
	free(row);
	free(runner);
}

static void
test__every_installed_architecture__ok_by_its_own_qemu(void **state)
{
	char interpreter[INTERP_PATH_MAX];
	size_t count = 0;

	(void)state;
	need_ptrace();
	installed_qemu("aarch64");
	expect_told_of_dynamic(tool("register", "all", NULL), "registered");
	for (size_t i = 0; i < arch_count; i++) {
		if (host_runs(&arch_table[i]).is == LOOK_YES ||
		    interp_find(&arch_table[i], NULL, 0, true, interpreter).is != LOOK_YES)
			continue;
		check_row(&arch_table[i], interpreter);
		count++;
	}
	print_message("%zu architectures were tried\n", count);
	expect(tool("test", NULL), 0, "qemu-aarch64  ", "");
	expect(tool("test", "all", NULL), 0, "qemu-aarch64  ", "");
	expect_json(tool("test", "-j", NULL)->out, "[.tests[] | .ok and (.stale | not) and .detail == null] | all");
}

static void
test__native__said_native_with_no_entry(void **state)
{
	(void)state;
	need_ptrace();
	expect(tool("test", host_arch()->name, NULL), 0, "native: the kernel runs it itself\n", "");
	expect_json(tool("test", "-j", host_arch()->name, NULL)->out,
		    ".tests[0] | .ok and .runner == null and .entry == null and .version == null");
	for (size_t i = 0; i < arch_count; i++)
		if (host_runs(&arch_table[i]).is == LOOK_YES)
			expect(tool("test", arch_table[i].name, NULL), 0, "native", "");
}

static void
test__native_with_odd_bytes_while_a_handler_of_its_own_is_live__emulated(void **state)
{
	static const char i386[] =
	    ":own:M::\\x7fELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00"
	    "\\x03\\x00::";

	(void)state;
	if (host_arch() != arch_find("x86_64"))
		skip_because("this machine is not x86_64, which the rule is written for");
	register_line("%s%s:", i386, tiny_interpreter());
	expect_json(expect(tool("test", "-j", "i386", NULL), 0, NULL, "")->out, ".tests[0].entry == \"own\"");
}

/* Text and JSON of one failure of aarch64: exit status 1, its cause and its remedy. */
static void
check_failure(const char *detail, const char *fix)
{
	char *text, *json;

	assert_true(asprintf(&text, "aarch64: %s%s%s\n", detail, fix ? "; try: " : "", fix ? fix : "") > 0);
	expect(tool("test", "aarch64", NULL), 1, text, "");
	assert_true(asprintf(&json, ".tests | length == 1 and .[0].ok == false and .[0].detail == \"%s\"", detail) > 0);
	expect_json(expect(tool("test", "-j", "aarch64", NULL), 1, NULL, "")->out, json);
	expect(tool("test", "-q", "aarch64", NULL), 1, "", detail);
	free(json);
	free(text);
}

/* The entry behind has the file that ran: before flag D (Linux 7.3) the one in front ran it, and is stale. */
static void
test__stale_and_its_old_file_is_another_entrys__still_stale(void **state)
{
	char *held = scratch_copy(tiny_interpreter(), "held"), *moved = scratch_file("moved");
	const struct arch *arch = arch_find("aarch64");
	struct rule behind = {"behind", arch_pattern(arch), moved, 0, NULL},
		    front = {"front", arch_pattern(arch), held, RULE_F, NULL};

	(void)state;
	need_ptrace();
	if (host_runs(arch).is == LOOK_YES || host_kernel_since(host_kernel(), 7, 3))
		skip_because("this kernel runs aarch64 programs itself, or has flag D");
	assert_int_equal(live_register(&behind), 0);
	assert_int_equal(live_register(&front), 0);
	assert_int_equal(rename(held, moved), 0);
	copy_file(tiny_interpreter(), held, 0755);
	expect(tool("test", "aarch64", NULL), 1, "stale", NULL);
	expect(tool("status", "front", NULL), 1, "stale: ", NULL);
	free(moved);
	free(held);
}

static void
test__no_handler__said_with_the_remedy(void **state)
{
	(void)state;
	check_failure("a program for aarch64, and no handler takes it", "binfmtctl register aarch64");
}

static void
test__disabled__named_with_the_remedy(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(tool("disable", "aarch64", NULL), 0, NULL, "");
	check_failure("entry qemu-aarch64 would take it, but is disabled", "binfmtctl enable --entry qemu-aarch64");
}

static void
test__switched_off__said_with_the_remedy(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	assert_int_equal(mount_write("status", "0", 1), 0);
	check_failure("entry qemu-aarch64 would take it, but binfmt_misc is switched off", "binfmtctl enable --global");
}

static void
test__interpreter_missing__named(void **state)
{
	char *path = tiny_copy("vanishes"), *detail;

	(void)state;
	register_aarch64(path, "P");
	assert_int_equal(unlink(path), 0);
	assert_true(asprintf(&detail, "entry qemu-aarch64 takes it: interpreter %s: does not exist", path) > 0);
	check_failure(detail, other());
	free(detail);
	free(path);
}

static void
test__interpreter_not_executable__named(void **state)
{
	char *path = tiny_copy("closes"), *detail;

	(void)state;
	register_aarch64(path, "P");
	assert_int_equal(chmod(path, 0644), 0);
	assert_true(asprintf(&detail, "entry qemu-aarch64 takes it: interpreter %s: not executable", path) > 0);
	check_failure(detail, other());
	free(detail);
	free(path);
}

static void
test__qemu_of_another_architecture__wrong_architecture(void **state)
{
	char *end;

	(void)state;
	register_aarch64(installed_qemu("arm"), "F");
	expect(tool("test", "aarch64", NULL), 1,
	       "aarch64: wrong architecture: the interpreter is qemu-arm; it says: qemu-arm", "");
	assert_true(asprintf(&end, "; try: %s\n", other()) > 0);
	expect(tool("test", "aarch64", NULL), 1, end, "");
	free(end);
}

static void
test__interpreter_kills_itself__signal_named(void **state)
{
	char *path = compiled("killer", "#include <signal.h>\nint main(void) { return raise(SIGSEGV); }\n");

	(void)state;
	register_aarch64(path, "F");
	check_failure("killed by signal 11 (Segmentation fault)", other());
	free(path);
}

static void
test__interpreter_never_ends__no_answer_in_the_time_given(void **state)
{
	char *path = compiled("sleeper", "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"), *detail;

	(void)state;
	register_aarch64(path, "F");
	assert_true(asprintf(&detail, "aarch64: no answer in 1 s (--timeout waits longer); try: %s\n", other()) > 0);
	expect(tool("test", "--timeout", "1", "aarch64", NULL), 1, detail, "");
	free(detail);
	free(path);
}

/* A script holds the output open after its end: that must not be waited for. */
static void
test__interpreter_leaves_a_child_behind__not_waited_for(void **state)
{
	static const char text[] = "#!/bin/sh\nsleep 1000 &\nexit 42\n";
	char *path = scratch_text("leaves", text, 0755);

	(void)state;
	register_aarch64(path, "");
	expect(tool("test", "aarch64", NULL), 0, "ok", "");
	free(path);
}

static void
test__interpreter_exits_with_another_status__said(void **state)
{
	char *path = scratch_copy("/bin/true", "true");

	(void)state;
	register_aarch64(path, "");
	check_failure("the program exited with 0 instead of 42", other());
	free(path);
}

/* Another interpreter would lack it too. */
static void
test__limit_of_memory__named_and_no_fix(void **state)
{
	static const char *const rows[][2] = {
	    {"v 200000", "the limit of address space of this process (ulimit -v 200000) may be too small"},
	    {"d 60000", "the limit of data of this process (ulimit -d 60000) may be too small"},
	};
	char *path, *gone, *program, *away;
	unsigned char elf[PROBE_MAX];
	const struct run *r;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (shell("ulimit -%s && ./binfmtctl --version", rows[i][0])->status != 0)
			skip_because("this machine's limits of memory are too small for this build");
	path = compiled("fails", "int main(void) { return 1; }\n");
	gone = tiny_copy("gone");
	program = scratch_file("foreign");
	away = scratch_file("away");
	spill(program, elf, probe_build(arch_find("aarch64"), 1, elf), 0755);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ns_empty();
		register_aarch64(path, "F");
		r = expect(shell("ulimit -%s; ./binfmtctl test aarch64", rows[i][0]), 1, rows[i][1], "");
		assert_null(strstr(r->out, "; try: "));
		assert_null(strstr(r->out, "install"));
		r = shell("ulimit -%s; ./binfmtctl doctor '%s'", rows[i][0], program);
		expect(r, 1, rows[i][1], NULL);
		assert_null(strstr(r->out, "binfmtctl register"));
		expect(tool("register", "aarch64", "-i", gone, "-f", "P", NULL), 0, "replaced", NULL);
		assert_int_equal(rename(gone, away), 0);
		expect(shell("ulimit -%s; ./binfmtctl test aarch64", rows[i][0]), 1, other(), "");
		assert_int_equal(rename(away, gone), 0);
	}
	free(away);
	free(program);
	free(gone);
	free(path);
}

/* Nothing of it is run there: seen is that it is the file that is started. */
static void
test__root__started_is_not_said_to_work(void **state)
{
	static const char detail[] = "whether the interpreter runs programs was not tried (--root)";
	char *path = compiled("useless", "int main(void) { return 1; }\n");
	char filter[256];

	(void)state;
	need_ptrace();
	register_aarch64(path, "F");
	expect(expect(tool("test", "--root", "/", "aarch64", NULL), 0, detail, ""), 0, "aarch64  started  ", "");
	snprintf(filter, sizeof(filter), ".tests[0] | .ok and .runner == \"%s\" and .detail == \"%s\"", path, detail);
	expect_json(tool("test", "-j", "--root", "/", "aarch64", NULL)->out, filter);
	expect(tool("test", "--root", "/", host_arch()->name, NULL), 0, "  ok  ", "");
	expect(tool("test", "aarch64", NULL), 1, "the program exited with 1 instead of 42", "");
	free(path);
}

/* A copy of the interpreter in the root is what an entry without F runs there, and nothing is replaced. */
static void
test__root_with_its_own_copy__not_stale(void **state)
{
	char *path = tiny_copy("copied"), *root = scratch_folder("root"), *run_by;

	(void)state;
	need_ptrace();
	expect(shell("mkdir -p '%s%s' && rmdir '%s%s' && cp '%s' '%s%s'", root, path, root, path, path, root, path), 0,
	       "", "");
	register_aarch64(path, "P");
	assert_true(asprintf(&run_by, "%s%s\n", root, path) > 0);
	expect(tool("test", "--root", root, "aarch64", NULL), 0, run_by, NULL);
	expect_json(tool("test", "-j", "--root", root, "aarch64", NULL)->out,
		    ".tests[0] | .stale == false and .fix == null");
	upgrade(path);
	expect(tool("test", "--root", root, "aarch64", NULL), 0, run_by, NULL);
	free(run_by);
	free(root);
	free(path);
}

static void
test__script_that_only_exits_42__ok_but_no_qemu(void **state)
{
	static const char text[] = "#!/bin/sh\nexit 42\n";
	char *path = scratch_file("only-42"), *detail;

	(void)state;
	need_ptrace();
	spill(path, text, sizeof(text) - 1, 0755);
	register_aarch64(path, "F");
	assert_true(asprintf(&detail, "aarch64: the interpreter %s is a script\n", path) > 0);
	expect(tool("test", "aarch64", NULL), 0, detail, "");
	expect_json(tool("test", "-j", "aarch64", NULL)->out,
		    ".tests[0] | .ok and .version == null and .stale == false");
	free(detail);
	free(path);
}

static void
test__script_around_qemu__version_of_that_qemu(void **state)
{
	char *path = scratch_file("wrapper"), text[INTERP_PATH_MAX + 64];

	(void)state;
	need_ptrace();
	snprintf(text, sizeof(text), "#!/bin/sh\nexec %s \"$@\"\n", installed_qemu("aarch64"));
	spill(path, text, strlen(text), 0755);
	register_aarch64(path, "F");
	expect(tool("test", "aarch64", NULL), 0, "is a script", "");
	expect_json(tool("test", "-j", "aarch64", NULL)->out,
		    ".tests[0] | .ok and (.version | startswith(\"qemu-aarch64 version \"))");
	free(path);
}

static void
test__interpreter_replaced_by_rename__stale(void **state)
{
	char *path = tiny_copy("renamed"), *next = tiny_copy("renamed.new"), *line;

	(void)state;
	need_ptrace();
	register_aarch64(path, "F");
	expect(tool("test", "aarch64", NULL), 0, "  ok  ", "");
	assert_int_equal(rename(next, path), 0);
	assert_true(asprintf(&line,
			     "aarch64: stale: %s was replaced, the old file keeps running; try: binfmtctl refresh "
			     "--entry qemu-aarch64\n",
			     path) > 0);
	expect(expect(tool("test", "aarch64", NULL), 1, "  stale  ", ""), 1, line, "");
	expect_json(tool("test", "-j", NULL)->out, ".tests[0] | .ok and .stale and (.runner | endswith(\"/renamed\"))");
	expect(tool("refresh", NULL), 0, "qemu-aarch64: refreshed", "");
	expect(tool("test", "aarch64", NULL), 0, "  ok  ", "");
	free(line);
	free(next);
	free(path);
}

static void
test__interpreter_unlinked__deleted(void **state)
{
	char *path = tiny_copy("unlinked"), *line;

	(void)state;
	need_ptrace();
	register_aarch64(path, "F");
	assert_int_equal(unlink(path), 0);
	assert_true(asprintf(&line, "aarch64: deleted: %s is gone, the old file keeps running\n", path) > 0);
	expect(tool("test", "aarch64", NULL), 1, line, "");
	expect_json(tool("test", "-j", "aarch64", NULL)->out,
		    ".tests[0] | .ok and .stale and (.runner | endswith(\"/unlinked\"))");
	free(line);
	free(path);
}

static void
test__registered_from_another_mount_namespace__ok_and_said(void **state)
{
	char *path = tiny_copy("elsewhere"), *other = tiny_copy("other");

	(void)state;
	need_ptrace();
	expect(shell("unshare -m sh -c \"mount --bind '%s' '%s' && ./binfmtctl register aarch64 -i '%s' -f F\"", other,
		     path, path),
	       0, "registered", "");
	expect(tool("test", "aarch64", NULL), 0, "aarch64: registered from another mount namespace, where ", "");
	free(other);
	free(path);
}

/* This test program as a wrapper: `--confined WORD... -- COMMAND...` runs the command under these restrictions. */
static const char *
self(void)
{
	static char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)getpid()); /* its name may be closed to us */
	return path;
}

/* Folders for all in which a probe may be put. */
static const char *const places[] = {"/tmp", "/var/tmp", "/dev/shm"};

/* Puts a folder back under its path, where that has been covered. */
static bool
uncover(int folder, const char *path)
{
	char made[PATH_MAX], source[32];

	snprintf(source, sizeof(source), "/proc/self/fd/%d", folder);
	for (size_t i = 1; path[i - 1]; i++)
		if (path[i] == '/' || !path[i]) {
			snprintf(made, sizeof(made), "%.*s", (int)i, path);
			mkdir(made, 0755);
		}
	return mount(source, path, NULL, MS_BIND | MS_REC, NULL) == 0;
}

/* Where this source tree lies in one of the places, it stays as it is. */
static bool
make_noexec(void)
{
	char top[PATH_MAX];
	int folder;

	if (!getcwd(top, sizeof(top)) || unshare(CLONE_NEWNS) < 0)
		return false;
	folder =
	    open(".", O_PATH | O_DIRECTORY | O_CLOEXEC); /* in the new namespace: from another nothing can be bound */
	for (size_t i = 0; i < LENGTH(places); i++)
		if (access(places[i], F_OK) == 0 && mount("tmpfs", places[i], "tmpfs", MS_NOEXEC, NULL) < 0)
			return false;
	return access(top, F_OK) == 0 || (folder >= 0 && uncover(folder, top));
}

static bool
confine(const char *word)
{
	if (strcmp(word, "memfd") == 0)
		return forbid(SYS_memfd_create, EPERM);
	if (strcmp(word, "ptrace") == 0)
		return forbid(SYS_ptrace, EPERM);
	if (strcmp(word, "sigchld") == 0)
		return signal(SIGCHLD, SIG_IGN) != SIG_ERR;
	return strcmp(word, "noexec") == 0 ? make_noexec() : strcmp(word, "proc") == 0 && chdir("/proc") == 0;
}

static int
confined(char *argv[])
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (!confine(*argv))
			return 99;
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* where that is built in: it wants to trace too */
	if (*argv)
		execv(argv[1], argv + 1);
	return 98;
}

/* Runs test aarch64 under restrictions. */
static const struct run *
run_confined(const char *words, const char *options)
{
	const struct run *r;

	r = shell("exec '%s' --confined %s -- '%s/binfmtctl' test %s aarch64", self(), words, tool_folder(), options);

	if (r->status == 99)
		skip_because("this kernel does not let us forbid %s", words);
	return r;
}

static void
test__memfd_refused__works_from_a_file(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(run_confined("memfd", ""), 0, "  ok  ", "");
}

static void
test__no_executable_tmp__works(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(run_confined("noexec", ""), 0, "  ok  ", "");
}

static void
test__neither_memfd_nor_executable_tmp__works_in_the_current_folder(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(run_confined("noexec memfd", ""), 0, "  ok  ", "");
}

static void
test__nowhere_an_executable_file__says_so(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(run_confined("noexec memfd proc", ""), 1, "cannot make an executable file for the probe", "");
	expect_json(run_confined("noexec memfd proc", "-j")->out, ".tests[0] | (.ok | not) and .runner == null");
}

static void
test__ptrace_forbidden__ok_but_who_ran_it_is_not_seen(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(run_confined("ptrace", ""), 0, "cannot tell what ran it: ptrace is not permitted here", "");
	expect_json(run_confined("ptrace", "-j")->out,
		    ".tests[0] | .ok and .runner == null and .entry == \"qemu-aarch64\" and (.stale | not)");
	expect(run_confined("ptrace memfd noexec", ""), 0, "cannot tell what ran it", "");
}

static void
test__ptrace_forbidden_and_qemu__version_all_the_same(void **state)
{
	(void)state;
	register_aarch64(installed_qemu("aarch64"), "PF");
	expect_json(expect(run_confined("ptrace", "-j"), 0, NULL, "")->out,
		    ".tests[0] | .ok and (.version | startswith(\"qemu-aarch64 version \"))");
}

/* Nobody in a child of our user namespace; the register file is closed, as it is to users. */
static void
test__not_root__works(void **state)
{
	const struct run *r;

	(void)state;
	need_ptrace();
	register_aarch64(tiny_interpreter(), "F");
	if (shell("unshare -U true")->status != 0)
		skip_because("this machine's unshare(1) makes no user namespace");
	assert_int_equal(chmod(MOUNT "/register", 0), 0);
	r = shell("unshare -U sh -c 'id -u; exec ./binfmtctl test aarch64'");
	assert_int_equal(chmod(MOUNT "/register", 0200), 0);
	expect(r, 0, "  ok  ", "");
	expect(r, 0, tiny_interpreter(), "");
	assert_int_not_equal(r->out[0], '0');
}

static void
test__sigchld_ignored_or_descriptors_closed_by_the_parent__works(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(run_confined("sigchld", ""), 0, "  ok  ", "");
	expect(shell("exec ./binfmtctl test aarch64 <&- 2>&-"), 0, "  ok  ", "");
}

static void
test__mount_not_visible__the_handlers_in_force_are_tried(void **state)
{
	const struct run *r;

	(void)state;
	need_ptrace();
	register_aarch64(tiny_interpreter(), "F");
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl test -j aarch64'");
	if (r->status == 32)
		skip_because("this machine does not let a test hide the mount");
	expect_json(expect(r, 0, NULL, "warning: binfmt_misc is not visible here")->out,
		    ".tests[0] | .ok and .entry == null and (.runner | endswith(\"/tiny\"))");
	expect(shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl test'"), 0,
	       "aarch64  ok", "not visible here");
}

static void
test__operands__each_answered(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	expect(tool("test", "linux/arm64", "s390x", NULL), 1, "  ok  ", "");
	expect(tool("test", "arm46", NULL), 1, "", "binfmtctl: arm46: unknown architecture; nearest: ");
	expect_json(tool("test", "-j", "arm46", "arm64", NULL)->out,
		    ".tests | length == 2 and (.[0].ok | not) and .[1].arch == \"aarch64\" and .[1].ok");
	expect_json(tool("test", "-j", "microblaze", NULL)->out, ".tests | length == 2 and .[0].arch != .[1].arch");
	expect(tool("remove", "aarch64", NULL), 0, NULL, "");
	expect(tool("test", NULL), 0, "", "nothing to test: no architecture has a live handler");
	expect_json(tool("test", "-j", NULL)->out, ".tests == []");
}

static void
test__foreign_name__found_by_its_magic(void **state)
{
	const struct run *r;

	(void)state;
	expect(tool("register", "aarch64", "--name", "someone", "-i", tiny_interpreter(), NULL), 0, NULL, "");
	r = expect(tool("test", "-j", NULL), 0, "\"arch\":\"aarch64\"", "");
	expect(r, 0, "\"entry\":\"someone\"", "");
	expect(tool("test", "all", NULL), 0, "", "nothing to test");
}

static void
test__json__fixed_keys(void **state)
{
	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	if (!expect_json(
		tool("test", "-j", "aarch64", "s390x", host_arch()->name, NULL)->out,
		"keys == [\"tests\", \"warnings\"] and ([.tests[] | has(\"arch\") and has(\"ok\") and has(\"entry\") "
		"and "
		"has(\"runner\") and has(\"version\") and has(\"stale\") and has(\"detail\")] | length == 3 and all)"))
		skip_because("this machine has no jq");
}

/* No probe of ours is left, and no handler was changed. */
static void
test__changes_nothing_and_leaves_nothing(void **state)
{
	char *before;

	(void)state;
	register_aarch64(tiny_interpreter(), "F");
	before = instance();
	for (size_t i = 0; i < LENGTH(places); i++)
		assert_int_equal(mount("tmpfs", places[i], "tmpfs", 0, NULL), 0);
	expect(shell("./binfmtctl test aarch64 s390x >/dev/null; find /tmp /var/tmp /dev/shm -mindepth 1"), 0, "", "");
	for (size_t i = 0; i < LENGTH(places); i++)
		assert_int_equal(umount(places[i]), 0);
	expect_instance(before);
	free(before);
}

/* Agreement on one name that both know, before and after handlers are registered. */
static void
compare_with_arch_test(const char *name, size_t *compared)
{
	int theirs, ours;

	if (!arch_find(name))
		return;
	theirs = shell("/usr/bin/arch-test %s", name)->status;
	ours = tool("test", name, NULL)->status;
	if (ours != theirs)
		fail_msg("%s: arch-test ends in %d, we in %d", name, theirs, ours);
	(*compared)++;
}

/* Its programs: on Debian 13, and before. NULL: it is not installed. */
static DIR *
open_arch_test(void)
{
	DIR *dir = opendir("/usr/libexec/arch-test");

	return dir ? dir : opendir("/usr/lib/arch-test");
}

static void
compare_all_with_arch_test(size_t *compared)
{
	DIR *dir = open_arch_test();
	struct dirent *d;

	if (!dir || access("/usr/bin/arch-test", X_OK) < 0)
		skip_because("this machine has no arch-test");
	while ((d = readdir(dir)))
		compare_with_arch_test(d->d_name, compared);
	closedir(dir);
}

static void
test__debians_arch_test__agrees(void **state)
{
	size_t compared = 0;

	(void)state;
	need_ptrace();
	installed_qemu("aarch64");
	compare_all_with_arch_test(&compared);
	expect_told_of_dynamic(tool("register", "all", NULL), "registered");
	compare_all_with_arch_test(&compared);
	print_message("%zu answers were the same\n", compared);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test__every_installed_architecture__ok_by_its_own_qemu),
	    cmocka_unit_test(test__native__said_native_with_no_entry),
	    cmocka_unit_test(test__native_with_odd_bytes_while_a_handler_of_its_own_is_live__emulated),
	    cmocka_unit_test(test__stale_and_its_old_file_is_another_entrys__still_stale),
	    cmocka_unit_test(test__no_handler__said_with_the_remedy),
	    cmocka_unit_test(test__disabled__named_with_the_remedy),
	    cmocka_unit_test(test__switched_off__said_with_the_remedy),
	    cmocka_unit_test(test__interpreter_missing__named),
	    cmocka_unit_test(test__interpreter_not_executable__named),
	    cmocka_unit_test(test__qemu_of_another_architecture__wrong_architecture),
	    cmocka_unit_test(test__interpreter_kills_itself__signal_named),
	    cmocka_unit_test(test__interpreter_never_ends__no_answer_in_the_time_given),
	    cmocka_unit_test(test__interpreter_leaves_a_child_behind__not_waited_for),
	    cmocka_unit_test(test__interpreter_exits_with_another_status__said),
	    cmocka_unit_test(test__limit_of_memory__named_and_no_fix),
	    cmocka_unit_test(test__root__started_is_not_said_to_work),
	    cmocka_unit_test(test__root_with_its_own_copy__not_stale),
	    cmocka_unit_test(test__script_that_only_exits_42__ok_but_no_qemu),
	    cmocka_unit_test(test__script_around_qemu__version_of_that_qemu),
	    cmocka_unit_test(test__interpreter_replaced_by_rename__stale),
	    cmocka_unit_test(test__interpreter_unlinked__deleted),
	    cmocka_unit_test(test__registered_from_another_mount_namespace__ok_and_said),
	    cmocka_unit_test(test__memfd_refused__works_from_a_file),
	    cmocka_unit_test(test__no_executable_tmp__works),
	    cmocka_unit_test(test__neither_memfd_nor_executable_tmp__works_in_the_current_folder),
	    cmocka_unit_test(test__nowhere_an_executable_file__says_so),
	    cmocka_unit_test(test__ptrace_forbidden__ok_but_who_ran_it_is_not_seen),
	    cmocka_unit_test(test__ptrace_forbidden_and_qemu__version_all_the_same),
	    cmocka_unit_test(test__not_root__works),
	    cmocka_unit_test(test__sigchld_ignored_or_descriptors_closed_by_the_parent__works),
	    cmocka_unit_test(test__mount_not_visible__the_handlers_in_force_are_tried),
	    cmocka_unit_test(test__operands__each_answered),
	    cmocka_unit_test(test__foreign_name__found_by_its_magic),
	    cmocka_unit_test(test__json__fixed_keys),
	    cmocka_unit_test(test__changes_nothing_and_leaves_nothing),
	    cmocka_unit_test(test__debians_arch_test__agrees),
	};

	if (argc > 2 && strcmp(argv[1], "--confined") == 0)
		return confined(argv + 2);
	return ns_run(tests);
}
