/* SPDX-License-Identifier: MIT */
/* The probe on the real kernel: what it sees, in which roots, and that nothing of it is left behind. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "loader.h"
#include "probe.h"
#include "random.h"
#include "rule.h"

enum { KILLS = 300, SHORT_MS = 400, LONG_MS = 20000, EXTRA = 77 };

/* One run, in memory that children share with us. */
static struct trial {
	int tried; /* what probe_run returned */
	struct probe_result result;
	struct err err;
} * trial;

static const char *const all_flags[] = {"", "P", "O", "F", "PF", "OCF", "POCF"};

/* Writes a file, and to both outputs, as the first thing it does. */
static const char ran_text[] = "#include <fcntl.h>\n#include <unistd.h>\n"
			       "int main(void) { open(RAN, O_WRONLY | O_CREAT, 0600); open(\"/ran\", O_WRONLY | "
			       "O_CREAT, 0600);\n"
			       "return write(1, \"ran\", 3) + write(2, \"ran\", 3) + 36; }\n";

static const struct arch *
foreign(void)
{
	const struct arch *arch = arch_find("aarch64");

	return host_arch() == arch ? arch_find("x86_64") : arch;
}

/* The one entry of these tests. */
static void
plant(const char *interpreter, const char *flags)
{
	const unsigned char *machine = foreign()->magic + 18;

	ns_empty();
	register_line(":probed:M:18:\\x%02x\\x%02x::%s:%s", machine[0], machine[1], interpreter, flags);
}

/* Compiles a program into the scratch folder; its path on the heap. */
static char *
built(const char *name, const char *text, const char *options)
{
	char *path = scratch_file(name), *source;

	assert_true(asprintf(&source, "%s.c", path) > 0);
	spill(source, text, strlen(text), 0644);
	if (shell("cc %s -DRAN='\"%s/ran\"' -o '%s' '%s'", options, scratch(), path, source)->status != 0)
		skip_because("no compiler for %s programs", *options ? options : "dynamic");
	free(source);
	return path;
}

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
run_here(enum probe_until until, unsigned timeout_ms)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(foreign(), 1, elf);

	trial->tried = probe_run(elf, size, NULL, until, timeout_ms, &trial->result, &trial->err);
}

static void
run_in(int root)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(foreign(), 1, elf);

	trial->tried = probe_run_in(elf, size, root, LONG_MS, &trial->result, &trial->err);
}

static bool
lose_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capset, &header, none) == 0;
}

static bool
forbid(unsigned number)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program_of_filter = {.len = LENGTH(filter), .filter = filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program_of_filter) == 0;
}

/* In a child, which first becomes what `become` makes of it: a run in a root, or here (HERE) to its end. */
enum { HERE = -2, HERE_UNTIL_EXEC = -3 };

static void
run_as(bool (*become)(void), int root, unsigned timeout_ms)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!become())
			_exit(1);
		if (root == HERE)
			run_here(PROBE_UNTIL_EXIT, timeout_ms);
		else if (root == HERE_UNTIL_EXEC)
			run_here(PROBE_UNTIL_EXEC, timeout_ms);
		else
			run_in(root);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static bool
as_is(void)
{
	return true;
}

static bool (*const becomings[])(void) = {as_is, lose_capabilities};

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* This process gets what others leave behind: there is nothing, now. */
static void
expect_no_process_left(void)
{
	int n = waitpid(-1, NULL, WNOHANG);

	if (n != -1 || errno != ECHILD)
		fail_msg("a process is left behind (%d)", n);
}

/* ---- other roots ---- */

enum kind { STATIC, DYNAMIC, SCRIPT, GONE, KINDS };

static const char *const kind_words[] = {"static", "dynamic", "script", "gone"};

static char *
interpreter_of(enum kind kind)
{
	if (kind == SCRIPT)
		return scratch_text("script-kind", "#!/bin/sh\necho ran >&2\n: >/ran\nexit 42\n", 0755);
	return built(kind_words[kind], ran_text, kind == DYNAMIC ? "" : "-static");
}

/* What exec says in a root that has nothing, or the interpreter and all that it needs. */
static int
wanted_errno(enum kind kind, const char *flags, bool full)
{
	bool held = strchr(flags, 'F') != NULL;

	if (!held && (!full || kind == GONE))
		return ENOENT;
	if (!full && (kind == DYNAMIC || kind == SCRIPT))
		return ENOENT;
	return kind == SCRIPT && strchr(flags, 'O') ? ENOEXEC : 0; /* its shell is looked for first */
}

static enum probe_alone
wanted_verdict(enum kind kind, const char *flags, int error)
{
	if (error == ENOEXEC)
		return PROBE_ALONE_UNKNOWN;
	if (!error)
		return PROBE_ALONE_WORKS;
	if (!strchr(flags, 'F'))
		return PROBE_ALONE_NO_F;
	return kind == SCRIPT ? PROBE_ALONE_SCRIPT : PROBE_ALONE_DYNAMIC;
}

static void
check_in_root(enum kind kind, const char *flags, ino_t ino, bool full, const char *where)
{
	const struct probe_result *r = &trial->result;
	struct interp interp = {.kind = kind == SCRIPT ? INTERP_SCRIPT : INTERP_ELF,
				.dynamic = look_seen(kind == DYNAMIC)};
	unsigned bits = (strchr(flags, 'F') ? RULE_F : 0U) | (strchr(flags, 'O') ? RULE_O : 0U);
	int error = wanted_errno(kind, flags, full);
	bool sees = !error && kind != SCRIPT && (strchr(flags, 'F') || !full);

	if (trial->tried < 0)
		fail_msg("%s, flags '%s', %s: %s", kind_words[kind], flags, where, trial->err.text);
	if (r->end != (error ? PROBE_REFUSED : PROBE_STOPPED) || r->exec_errno != error)
		fail_msg("%s, flags '%s', %s: end %d, %s", kind_words[kind], flags, where, (int)r->end,
			 strerror(r->exec_errno));
	if (r->output[0] || r->message[0])
		fail_msg("%s, flags '%s', %s: it ran: %s", kind_words[kind], flags, where, r->message);
	if (sees && (r->ino != ino || r->exe_errno))
		fail_msg("%s, flags '%s', %s: runner %s (%d)", kind_words[kind], flags, where, r->exe, r->exe_errno);
	if (!error && (!r->flags_read || r->tells_p != (strchr(flags, 'P') != NULL)))
		fail_msg("%s, flags '%s', %s: AT_FLAGS", kind_words[kind], flags, where);
	assert_int_equal(probe_alone(r, bits, &interp), wanted_verdict(kind, flags, error));
}

/* A copy below another root, under the same path. */
static void
put_below(const char *root, const char *path)
{
	assert_int_equal(
	    shell("mkdir -p \"$(dirname '%s%s')\" && cp '%s' '%s%s'", root, path, path, root, path)->status, 0);
}

/* A root with the interpreter (unless it is gone) and what it needs up to its first instruction. */
static int
full_root(enum kind kind, const char *interpreter, const char *name)
{
	char *root = scratch_folder(name), loader[256], *sh;
	int fd;

	if (kind != GONE)
		put_below(root, interpreter);
	if (kind == DYNAMIC) {
		fd = open(interpreter, O_RDONLY | O_CLOEXEC);
		assert_true(loader_path(fd, loader) > 0);
		close(fd);
		put_below(root, loader);
	}
	assert_true(asprintf(&sh, "%s/bin", root) > 0);
	assert_int_equal(mkdir(sh, 0755), 0);
	free(sh);
	assert_true(asprintf(&sh, "%s/bin/sh", root) > 0);
	copy_file(tiny_interpreter(), sh, 0755);
	free(sh);
	fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	free(root);
	return fd;
}

static void
try_roots(enum kind kind, const char *flags, const char *interpreter, int bare, int full)
{
	ino_t ino;

	ino = inode_of(interpreter);
	plant(interpreter, flags);
	if (kind == GONE)
		assert_int_equal(unlink(interpreter), 0);
	for (size_t i = 0; i < LENGTH(becomings); i++) {
		run_as(becomings[i], PROBE_EMPTY_ROOT, LONG_MS);
		check_in_root(kind, flags, ino, false, i ? "empty, no capabilities" : "empty");
		run_as(becomings[i], bare, LONG_MS);
		check_in_root(kind, flags, ino, false, i ? "bare, no capabilities" : "bare");
		run_as(becomings[i], full, LONG_MS);
		check_in_root(kind, flags, ino, true, i ? "full, no capabilities" : "full");
	}
}

static void
check_kind(enum kind kind)
{
	char *first = interpreter_of(kind), *path = scratch_file("interpreter"), *folder, *mark, name[32];
	int bare, full;

	snprintf(name, sizeof(name), "bare-%s", kind_words[kind]);
	folder = scratch_folder(name);
	bare = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	copy_file(first, path, 0755);
	snprintf(name, sizeof(name), "full-%s", kind_words[kind]);
	full = full_root(kind, path, name);
	for (size_t i = 0; i < LENGTH(all_flags); i++) {
		if (access(path, F_OK) < 0)
			copy_file(first, path, 0755);
		try_roots(kind, all_flags[i], path, bare, full);
	}
	mark = scratch_file("ran");
	assert_false(is_there(mark));
	assert_int_equal(faccessat(bare, "ran", F_OK, 0), -1);
	assert_int_equal(faccessat(full, "ran", F_OK, 0), -1);
	free(mark);
	close(bare);
	close(full);
	free(folder);
	free(path);
	free(first);
}

static void
in_root__static__needs_flag_f_alone(void **state)
{
	(void)state;
	check_kind(STATIC);
}

static void
in_root__dynamic__needs_its_loader_too(void **state)
{
	(void)state;
	check_kind(DYNAMIC);
}

static void
in_root__script__needs_its_shell_too(void **state)
{
	(void)state;
	check_kind(SCRIPT);
}

static void
in_root__gone__only_f_holds_it(void **state)
{
	(void)state;
	check_kind(GONE);
}

static void
in_root__no_handler__cannot_tell(void **state)
{
	(void)state;
	run_in(PROBE_EMPTY_ROOT);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(trial->result.exec_errno, ENOEXEC);
	assert_int_equal(probe_alone(&trial->result, RULE_F, NULL), PROBE_ALONE_UNKNOWN);
}

static bool
weak_without_unshare(void)
{
	return lose_capabilities() && forbid(SYS_unshare);
}

static bool
without_ptrace(void)
{
	return forbid(SYS_ptrace);
}

static bool
without_memfd(void)
{
	return forbid(SYS_memfd_create);
}

static bool
without_processes(void)
{
	return forbid(SYS_clone) && forbid(SYS_clone3);
}

static void
in_root__cannot_be_made__not_tried(void **state)
{
	bool (*const rows[])(void) = {weak_without_unshare, without_ptrace, without_processes};
	int folder = open(scratch(), O_PATH | O_DIRECTORY | O_CLOEXEC), file = open("/proc/self/exe", O_PATH);

	(void)state;
	plant(tiny_interpreter(), "F");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		run_as(rows[i], PROBE_EMPTY_ROOT, LONG_MS);
		assert_int_equal(trial->tried, -1);
		assert_true(trial->err.text[0]);
		run_as(rows[i], folder, LONG_MS);
		assert_int_equal(trial->tried, -1);
	}
	run_in(file);
	assert_int_equal(trial->tried, -1);
	assert_true(says(trial->err.text, "cannot enter that root: Not a directory"));
	close(folder);
	close(file);
}

static void
in_root__no_memfd__works(void **state)
{
	(void)state;
	plant(tiny_interpreter(), "F");
	run_as(without_memfd, PROBE_EMPTY_ROOT, LONG_MS);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(trial->result.end, PROBE_STOPPED);
}

static void
in_root__leaves_this_process_as_it_was(void **state)
{
	size_t before = open_descriptors();
	struct stat root, now;

	(void)state;
	plant(tiny_interpreter(), "F");
	assert_int_equal(stat("/", &root), 0);
	run_in(PROBE_EMPTY_ROOT);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(stat("/", &now), 0);
	assert_true(now.st_ino == root.st_ino && now.st_dev == root.st_dev);
	expect_no_process_left();
}

/* ---- this root ---- */

static void
until_exec__nothing_of_the_interpreter_runs(void **state)
{
	char *mark = scratch_file("ran"), *paths[] = {interpreter_of(STATIC), interpreter_of(DYNAMIC)};

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++)
		for (size_t k = 0; k < LENGTH(all_flags); k++) {
			plant(paths[i], all_flags[k]);
			run_here(PROBE_UNTIL_EXEC, LONG_MS);
			assert_int_equal(trial->tried, 0);
			assert_int_equal(trial->result.end, PROBE_STOPPED);
			assert_int_equal(trial->result.ino, inode_of(paths[i]));
			assert_true(!trial->result.output[0] && !trial->result.message[0]);
			assert_false(is_there(mark));
		}
	run_here(PROBE_UNTIL_EXIT, LONG_MS); /* the mark is made if it does run */
	assert_int_equal(trial->result.status, 42);
	assert_string_equal(trial->result.message, "ran");
	assert_true(is_there(mark));
	unlink(mark);
	free(mark);
	free(paths[0]);
	free(paths[1]);
}

static void
until_exec__flag_p__told_to_the_interpreter(void **state)
{
	(void)state;
	if (!host_kernel_since(host_kernel(), 5, 12))
		skip_because("the kernel may not tell of flag P");
	for (size_t i = 0; i < LENGTH(all_flags); i++) {
		plant(tiny_interpreter(), all_flags[i]);
		run_here(PROBE_UNTIL_EXEC, LONG_MS);
		assert_true(trial->result.flags_read);
		assert_int_equal(trial->result.tells_p, strchr(all_flags[i], 'P') != NULL);
	}
}

static void
ptrace_forbidden__untried_until_exec_but_runs_until_exit(void **state)
{
	(void)state;
	plant(tiny_interpreter(), "F");
	run_as(without_ptrace, HERE_UNTIL_EXEC, LONG_MS);
	assert_int_equal(trial->tried, -1);
	assert_true(says(trial->err.text, "cannot trace a process: Operation not permitted"));
	run_as(without_ptrace, HERE, LONG_MS);
	assert_int_equal(trial->tried, 0);
	assert_true(trial->result.end == PROBE_EXITED && trial->result.status == 42 && !trial->result.traced);
}

/* Process 1 of a PID namespace, with the /proc of the outer one. */
static bool
in_other_pids(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return false;
	pid = fork();
	if (pid == 0)
		return true;
	_exit(waitpid(pid, &status, 0) == pid ? status : 1);
}

static void
proc_of_another_pid_namespace__not_believed(void **state)
{
	int until[] = {HERE, HERE_UNTIL_EXEC, PROBE_EMPTY_ROOT};

	(void)state;
	plant(tiny_interpreter(), "PF");
	for (size_t i = 0; i < LENGTH(until); i++) {
		run_as(in_other_pids, until[i], LONG_MS);
		assert_int_equal(trial->tried, 0);
		assert_int_equal(trial->result.end, i ? PROBE_STOPPED : PROBE_EXITED);
		assert_true(trial->result.traced && trial->result.other_proc && trial->result.exe_errno == ESRCH);
		assert_true(!trial->result.exe[0] && !trial->result.itself && !trial->result.flags_read);
		assert_int_equal(trial->result.ino, 0);
	}
	run_here(PROBE_UNTIL_EXIT, LONG_MS);
	assert_false(trial->result.other_proc);
}

/* ---- interpreters that misbehave ---- */

static void
expect_end_in_time(bool (*become)(void), enum probe_end end)
{
	bool slow = end == PROBE_TIMED_OUT;
	long before = now_ms();

	run_as(become, HERE, slow ? SHORT_MS : LONG_MS);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(trial->result.end, end);
	if (slow)
		assert_in_range(now_ms() - before, SHORT_MS, SHORT_MS + 2000);
	expect_no_process_left();
}

static void
expect_end_in_time_of(const char *interpreter, enum probe_end end)
{
	plant(interpreter, "");
	for (size_t i = 0; i < LENGTH(becomings); i++)
		expect_end_in_time(becomings[i], end);
	expect_end_in_time(without_ptrace, end);
}

static void
interpreter__stops_itself__ends_in_time(void **state)
{
	char *path = scratch_text("stops", "#!/bin/sh\nkill -STOP $$\nexit 42\n", 0755);

	(void)state;
	expect_end_in_time_of(path, PROBE_TIMED_OUT);
	free(path);
}

static void
interpreter__traces_itself__ends_in_time(void **state)
{
	char *path =
	    built("traces",
		  "#include <signal.h>\n#include <sys/ptrace.h>\nint main(void) { ptrace(PTRACE_TRACEME, 0, 0, "
		  "0);\nraise(SIGSTOP); return 42; }\n",
		  "-static");

	(void)state;
	expect_end_in_time_of(path, PROBE_TIMED_OUT);
	free(path);
}

static void
interpreter__traces_itself_and_goes_on__runs_on(void **state)
{
	char *path =
	    built("traced", "#include <sys/ptrace.h>\nint main(void) { ptrace(PTRACE_TRACEME, 0, 0, 0); return 42; }\n",
		  "-static");

	(void)state;
	expect_end_in_time_of(path, PROBE_EXITED);
	assert_int_equal(trial->result.status, 42);
	free(path);
}

/* Two sessions away, and there before the interpreter ends. */
static const char daemon_text[] =
    "#include <signal.h>\n#include <unistd.h>\n"
    "int main(void) { int p[2]; char c; if (pipe(p)) return 1;\n"
    "if (fork() == 0) { setsid(); if (fork() == 0) { setsid(); signal(SIGHUP, SIG_IGN); write(p[1], \"x\", 1);\n"
    "for (;;) { if (fork() > 0) _exit(0); usleep(100); } } _exit(0); }\n"
    "read(p[0], &c, 1); return 42; }\n";

static const char sleeper_text[] =
    "#include <signal.h>\n#include <unistd.h>\n"
    "int main(void) { int p[2]; char c; if (pipe(p)) return 1;\n"
    "if (fork() == 0) { setsid(); if (fork() == 0) { setsid(); write(p[1], \"x\", 1); sleep(1000); } _exit(0); }\n"
    "read(p[0], &c, 1); return 42; }\n";

static void
interpreter__forks_and_leaves_its_session__nothing_is_left(void **state)
{
	char *path = built("sleeper", sleeper_text, "-static -w");

	(void)state;
	for (int i = 0; i < 10; i++)
		expect_end_in_time_of(path, PROBE_EXITED);
	free(path);
}

static void
interpreter__forks_without_end__nothing_is_left(void **state)
{
	char *path = built("daemon", daemon_text, "-static -w");

	(void)state;
	for (int i = 0; i < 5; i++)
		expect_end_in_time_of(path, PROBE_EXITED);
	free(path);
}

static void
interpreter__prints_without_end__ends_in_time(void **state)
{
	char *path = built("prints",
			   "#include <string.h>\n#include <unistd.h>\nint main(void) { char b[4096]; "
			   "memset(b, 'y', 4096);\nfor (;;) { write(1, b, 4096); write(2, b, 4096); } }\n",
			   "-static -w");

	(void)state;
	expect_end_in_time_of(path, PROBE_TIMED_OUT);
	assert_int_equal(strlen(trial->result.output), PROBE_OUTPUT_MAX - 1);
	assert_int_equal(strlen(trial->result.message), PROBE_OUTPUT_MAX - 1);
	free(path);
}

/* Without a PID namespace it can. */
static void
interpreter__stops_its_watcher__not_tried_and_nothing_left(void **state)
{
	char *path = scratch_text("hostile", "#!/bin/sh\nkill -STOP $PPID\nexit 42\n", 0755);

	(void)state;
	plant(path, "");
	run_as(lose_capabilities, HERE, SHORT_MS);
	assert_int_equal(trial->tried, -1);
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
	free(path);
}

static void
interpreter__writes_to_stderr__first_line_kept_as_it_is(void **state)
{
	static const struct {
		const char *script, *message;
	} rows[] = {
	    {"echo bad cpu >&2; echo more >&2", "bad cpu"},
	    {"printf '\\n\\nbad \\033[1mcpu\\377\\n' >&2", "bad \033[1mcpu\377"},
	    {"printf 'no newline' >&2", "no newline"},
	    {"printf ' indented\\nx' >&2", " indented"},
	    {"echo out", ""},
	};
	char *path = scratch_file("speaks"), *text;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(asprintf(&text, "#!/bin/sh\n%s\nexit 3\n", rows[i].script) > 0);
		spill(path, text, strlen(text), 0755);
		plant(path, "");
		run_here(PROBE_UNTIL_EXIT, LONG_MS);
		assert_true(trial->result.end == PROBE_EXITED && trial->result.status == 3);
		expect_text(rows[i].script, trial->result.message, rows[i].message);
		free(text);
	}
	free(path);
}

/* ---- confinement ---- */

static const char tells_text[] =
    "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <linux/capability.h>\n#include <signal.h>\n#include <stdio.h>\n"
    "#include <sys/prctl.h>\n#include <sys/resource.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n"
    "int main(int n, char *v[]) { struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};\n"
    "struct __user_cap_data_struct c[2]; struct rlimit core; int fds = 0, sig = 0, death = 0; char b;\n"
    "syscall(SYS_capget, &h, c); getrlimit(RLIMIT_CORE, &core); prctl(PR_GET_PDEATHSIG, &death);\n"
    "for (int i = 0; i < 1024; i++) fds += fcntl(i, F_GETFD) >= 0;\n"
    "for (int i = 1; i < 32; i++) { struct sigaction a; sigaction(i, 0, &a); sig += a.sa_handler != SIG_DFL; }\n"
    "printf(\"nnp %d caps %x %x %x core %d leader %d apart %d env %d fds %d in %d ignored %d death %d\\n\",\n"
    "prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), c[0].permitted | c[0].effective, c[1].permitted | c[1].effective,\n"
    "c[0].inheritable | c[1].inheritable, (int)(core.rlim_cur + core.rlim_max), getsid(0) == getpid(),\n"
    "getpid() == 2, environ[0] != 0, fds, (int)read(0, &b, 1), sig, death); return 42; }\n";

static void
confinement__what_the_interpreter_may_do(void **state)
{
	char *path = built("tells", tells_text, "-static");
	int extra = fcntl(0, F_DUPFD, EXTRA), zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(extra >= 0 && dup2(zero, 0) == 0); /* something to read */
	signal(SIGUSR1, SIG_IGN);
	setenv("LEAKED", "1", 1);
	plant(path, "");
	run_here(PROBE_UNTIL_EXIT, LONG_MS);
	assert_string_equal(trial->result.output, "nnp 1 caps 6 0 0 core 0 leader 1 apart 1 env 0 fds 4 in 0 ignored 0 "
						  "death 9\n");
	run_as(lose_capabilities, HERE, LONG_MS);
	assert_string_equal(trial->result.output, "nnp 1 caps 0 0 0 core 0 leader 1 apart 0 env 0 fds 4 in 0 ignored 0 "
						  "death 9\n");
	signal(SIGUSR1, SIG_DFL);
	assert_int_equal(dup2(extra, 0), 0);
	close(zero);
	close(extra);
	free(path);
}

static void
confinement__interpreter_that_only_capabilities_reach__runs(void **state)
{
	char *folder = scratch_folder("closed"), *path = tiny_copy("closed/tiny");

	(void)state;
	plant(path, "");
	assert_int_equal(chmod(folder, 0), 0);
	run_here(PROBE_UNTIL_EXIT, LONG_MS);
	assert_true(trial->result.end == PROBE_EXITED && trial->result.status == 42);
	assert_int_equal(chmod(folder, 0755), 0);
	free(path);
	free(folder);
}

/* ---- kills ---- */

__attribute__((noreturn)) static void
probe_for_ever(bool (*become)(void), int first, bool looks_only)
{
	if (!become())
		_exit(1);
	for (;; first++)
		if (first % 3 == 0)
			run_in(PROBE_EMPTY_ROOT);
		else
			run_here(first % 3 == 1 && !looks_only ? PROBE_UNTIL_EXIT : PROBE_UNTIL_EXEC, LONG_MS);
}

/* All that it left is ours to reap, and must end by itself. */
static void
expect_gone_soon(int round)
{
	long end = now_ms() + 3000;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (pid == 0)
			usleep(500);
		if (now_ms() > end)
			fail_msg("kill %d left a process behind", round);
	}
	assert_int_equal(errno, ECHILD);
}

static void
kill_often(const char *interpreter, bool looks_only)
{
	const int signals[] = {SIGKILL, SIGINT, SIGTERM};
	pid_t pid;

	plant(interpreter, "");
	random_seed(1);
	for (int i = 0; i < KILLS; i++) {
		pid = fork();
		if (pid == 0)
			probe_for_ever(becomings[i % 2], i / 2, looks_only);
		usleep((useconds_t)below(i % 4 < 2 ? 4000 : 40000));
		assert_int_equal(kill(pid, signals[below(LENGTH(signals))]), 0);
		expect_gone_soon(i);
	}
}

static void
killed_at_any_moment__leaves_no_process(void **state)
{
	char *path = built("sleeper", sleeper_text, "-static -w");

	(void)state;
	kill_often(path, false);
	free(path);
}

static void
killed_while_the_interpreter_waits__it_is_ended(void **state)
{
	char *path = built("waits", "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n", "-static");
	pid_t pid;

	(void)state;
	plant(path, "");
	for (int i = 0; i < 6; i++) {
		pid = fork();
		if (pid == 0)
			probe_for_ever(becomings[i % 2], 1, false);
		usleep(100000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		expect_gone_soon(i);
	}
	free(path);
}

/* Our own death frees what we trace: that must not let it run either. */
static void
killed_while_it_looks__nothing_of_the_interpreter_runs(void **state)
{
	char *mark = scratch_file("ran"), *path = interpreter_of(STATIC);

	(void)state;
	kill_often(path, true);
	assert_false(is_there(mark));
	free(path);
	free(mark);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(in_root__static__needs_flag_f_alone),
	    cmocka_unit_test(in_root__dynamic__needs_its_loader_too),
	    cmocka_unit_test(in_root__script__needs_its_shell_too),
	    cmocka_unit_test(in_root__gone__only_f_holds_it),
	    cmocka_unit_test(in_root__no_handler__cannot_tell),
	    cmocka_unit_test(in_root__cannot_be_made__not_tried),
	    cmocka_unit_test(in_root__no_memfd__works),
	    cmocka_unit_test(in_root__leaves_this_process_as_it_was),
	    cmocka_unit_test(until_exec__nothing_of_the_interpreter_runs),
	    cmocka_unit_test(until_exec__flag_p__told_to_the_interpreter),
	    cmocka_unit_test(ptrace_forbidden__untried_until_exec_but_runs_until_exit),
	    cmocka_unit_test(proc_of_another_pid_namespace__not_believed),
	    cmocka_unit_test(interpreter__stops_itself__ends_in_time),
	    cmocka_unit_test(interpreter__traces_itself__ends_in_time),
	    cmocka_unit_test(interpreter__traces_itself_and_goes_on__runs_on),
	    cmocka_unit_test(interpreter__forks_and_leaves_its_session__nothing_is_left),
	    cmocka_unit_test(interpreter__forks_without_end__nothing_is_left),
	    cmocka_unit_test(interpreter__prints_without_end__ends_in_time),
	    cmocka_unit_test(interpreter__stops_its_watcher__not_tried_and_nothing_left),
	    cmocka_unit_test(interpreter__writes_to_stderr__first_line_kept_as_it_is),
	    cmocka_unit_test(confinement__what_the_interpreter_may_do),
	    cmocka_unit_test(confinement__interpreter_that_only_capabilities_reach__runs),
	    cmocka_unit_test(killed_at_any_moment__leaves_no_process),
	    cmocka_unit_test(killed_while_the_interpreter_waits__it_is_ended),
	    cmocka_unit_test(killed_while_it_looks__nothing_of_the_interpreter_runs),
	};

	trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (trial == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return 1;
	return ns_run(tests);
}
