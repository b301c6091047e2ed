/* SPDX-License-Identifier: MIT */
/* What a rule may say depends on the kernel: flags, types, limits. Where it lacks them, the message names what. */
#include "guest.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"
#include "opened.h"

#define QEMU "/usr/bin/qemu-riscv64-static"
#define LIMIT "/proc/sys/user/max_binfmt_misc_interpreters"

/* Of this host's own programs. */
static const char *
loader(void)
{
	static char path[256];
	struct opened file;

	assert_int_equal(opened_open(-1, "/bin/sh", false, &file), 0);
	assert_int_equal(loader_path(&file, path), 1);
	opened_close(&file);
	return path;
}

static void
need_later(void)
{
	if (!kernel.has_later)
		skip_because("this kernel has no flags T, L and D, and no limit of interpreters (before Linux 7.3)");
}

static void
flags__default__by_version(void **state)
{
	char flags[32];

	(void)state;
	snprintf(flags, sizeof(flags), "flags: %s\n", kernel.flags);
	expect(tool("register", "riscv64", NULL), 0, "registered",
	       strcmp(kernel.flags, "PF") == 0 ? "" : "without flag P: it needs Linux 5.12");
	assert_true(says(entry_text("qemu-riscv64"), flags));
	expect(tool("register", "--name", "x", "--extension", "x", "-i", "/bin/busybox", NULL), 0, "flags none", NULL);
}

/* By version it is a guess, as some kernels were taught it later; the probe knows. */
static void
flags__p__as_the_kernel_tells_it(void **state)
{
	static const char text[] = "flag P: this kernel does not tell the interpreter of it";
	bool old = strcmp(kernel.flags, "PF") != 0;

	(void)state;
	expect(tool("register", "riscv64", "--flags", "PF", NULL), 0, "registered", old ? "before Linux 5.12" : "");
	assert_int_equal(strstr(tool("test", "riscv64", NULL)->out, text) == NULL, kernel.tells_p);
	expect(tool("doctor", "-v", NULL), 0, old ? "not every Linux 5.10 tells" : "pass  flags: ", "");
}

static void
flags__window__up_to_the_last_byte(void **state)
{
	static const char *const offsets[] = {"112", "120", "121", "247", "248"};
	char *file = scratch_file("window");

	(void)state;
	for (size_t i = 0; i < LENGTH(offsets); i++) {
		expect(shell("head -c %s /dev/zero >%s && printf abcdefgh >>%s && chmod 755 %s", offsets[i], file, file,
			     file),
		       0, "", "");
		expect(tool("register", "--name", "w", "--magic", "6162636465666768", "--offset", offsets[i], "-i",
			    tiny_interpreter(), NULL),
		       0, "w: re", NULL);
		assert_int_equal(exec_status(file), 42);
		expect(tool("match", file, NULL), 0, "handler w", "");
	}
	expect(tool("register", "--name", "v", "--magic", "6162636465666768", "--offset", "249", "-i",
		    tiny_interpreter(), NULL),
	       1, "", "v: ");
	free(file);
}

/* An old handler stays where its successor is refused. */
static void
flags__unknown_to_the_kernel__named(void **state)
{
	static const char *const rows[][2] = {{"T", "flag T"}, {"D", "flag D"}, {"FD", "flag D"}};

	(void)state;
	if (kernel.has_later)
		skip_because("this kernel has all flags");
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool("register", "riscv64", "-f", rows[i][0], NULL), 1, "", rows[i][1]);
	expect(tool("register", "--name", "l", "--like", "/usr/bin/dash", "-i", loader(), "-f", "LF", NULL), 1, "",
	       "does not know flag L");
	assert_string_equal(entry_names(), "qemu-riscv64");
	assert_int_equal(probe_status("riscv64"), 42);
}

static void
flags__bpf_without_its_handler__named(void **state)
{
	(void)state;
	expect(tool("register", "--name", "b", "--bpf", "handler", NULL), 1, "", "type B");
	assert_string_equal(entry_names(), "");
}

static void
flags__d__born_disabled(void **state)
{
	(void)state;
	need_later();
	expect(tool("register", "riscv64", "-f", "FD", NULL), 0, "registered", NULL);
	assert_false(is_enabled("qemu-riscv64"));
	expect(tool("list", NULL), 0, "disabled", "");
	expect(tool("status", NULL), 0, "disabled", "");
	assert_int_not_equal(probe_status("riscv64"), 42);
	expect(tool("match", probe_program("riscv64", "born"), NULL), 1, "disabled", "");
	expect(tool("enable", "riscv64", NULL), 0, "enabled", "");
	assert_int_equal(probe_status("riscv64"), 42);
	expect(tool("test", NULL), 0, " ok ", "");
}

/* Executes the probe program as fast as it can. Exits 1 if it ever ran. */
static pid_t
watcher(void)
{
	char *path = probe_program("riscv64", "watched");
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		for (;;)
			if (exec_status(path) == 42)
				_exit(1);
	free(path);
	return pid;
}

/* Before Linux 7.3 that cannot be, and is said. */
static void
flags__disabled_entry_replaced__no_moment_enabled(void **state)
{
	static const char *const flags[] = {"F", "POCF"};
	pid_t pid;
	int status;

	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	expect(tool("disable", "riscv64", NULL), 0, "disabled", "");
	if (!kernel.has_later) {
		expect(tool("register", "riscv64", "-f", "POCF", NULL), 0, "replaced", "enabled");
		assert_false(is_enabled("qemu-riscv64"));
		return;
	}
	pid = watcher();
	for (size_t i = 0; i < 40; i++)
		expect(tool("register", "riscv64", "-f", flags[i % 2], NULL), 0, "replaced", "disabled and stays so");
	assert_false(is_enabled("qemu-riscv64"));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status)); /* it never ran */
}

/* Such an entry stands at the head from its first enable on, which no listing shows: probes tell, nobody is stale. */
static void
flags__d_enabled_later__tried_first(void **state)
{
	char *a = scratch_copy(QEMU, "a"), *b = scratch_copy(QEMU, "b"), *before;

	(void)state;
	need_later();
	expect(tool("register", "riscv64", "--name", "a", "-i", a, "-f", "FD", NULL), 0, "registered", NULL);
	expect(tool("register", "riscv64", "--name", "b", "-i", b, "-f", "F", NULL), 0, "registered", NULL);
	expect(tool("enable", "--entry", "a", NULL), 0, "enabled", NULL);
	assert_int_equal(runner_of("riscv64"), inode_of(a));
	before = instance();
	if (strstr(tool("status", NULL)->out, "stale"))
		fail_msg("called stale");
	if (strstr(tool("test", NULL)->out, "stale"))
		fail_msg("called stale");
	expect(tool("status", "a", NULL), 0, "a     riscv64  F      ok ", "");
	expect(tool("status", "b", NULL), 0, "shadowed: entry a is tried first and takes its files", "");
	expect(tool("match", probe_program("riscv64", "both"), NULL), 0, "handler a", "");
	expect(tool("refresh", NULL), 0, NULL, NULL);
	expect_instance(before);
	expect(tool("register", "--name", "e", "--extension", "prg", "-i", "/bin/busybox", NULL), 0, "registered",
	       NULL);
	expect(tool("match", probe_program("riscv64", "both.prg"), NULL), 1, "no listing shows which is tried first",
	       NULL);
	free(before);
	free(a);
	free(b);
}

/* The host's own loader for its own programs: runs nothing, and is nobody's loop. */
static void
flags__l_with_the_hosts_loader__registered_and_all_goes_on(void **state)
{
	char row[300];

	(void)state;
	need_later();
	expect(tool("register", "--name", "l", "--like", "/usr/bin/jq", "-i", loader(), "-f", "LF", NULL), 0,
	       "registered", NULL);
	expect(shell("/usr/bin/jq --version"), 0, "jq", "");
	expect(tool("list", NULL), 0, "FL ", "");
	expect(tool("register", "all", NULL), 0, "qemu-riscv64: registered", NULL);
	snprintf(row, sizeof(row), "l %s", guest_needs());
	assert_string_equal(entry_names(), row);
	expect(tool("status", NULL), 0, NULL, NULL);
	expect(tool("test", NULL), 0, "riscv64  ok ", NULL);
	expect(tool("match", "-v", "/usr/bin/jq", NULL), 0, "  l: matches\n", "");
	snprintf(row, sizeof(row), "-> loader %s\n", loader());
	expect(tool("match", "-v", "/usr/bin/jq", NULL), 0, row, "");
	expect(tool("doctor", NULL), 0, "0 failed", "");
	expect(tool("remove", "--entry", "l", NULL), 0, "removed", "");
}

static void
flags__l_that_breaks_programs__refused(void **state)
{
	(void)state;
	need_later();
	expect(
	    tool("register", "--name", "l", "--magic", "7f454c46", "-i", "/usr/bin/qemu-arm-static", "-f", "L", NULL),
	    1, "", "another loader than theirs");
	expect(tool("register", "riscv64", "-f", "LF", NULL), 1, "", "flag L");
	assert_string_equal(entry_names(), "");
}

static void
flags__t__registered_and_read_back(void **state)
{
	(void)state;
	need_later();
	expect(tool("register", "--name", "t", "--extension", "t", "-i", tiny_interpreter(), "-f", "TF", NULL), 0,
	       "registered", NULL);
	expect(tool("list", NULL), 0, " OFT ", "");
	expect(tool("status", NULL), 0, " ok ", "");
	expect(tool("register", "--name", "t", "--extension", "t", "-i", tiny_interpreter(), "-f", "TF", NULL), 0,
	       "unchanged", NULL);
	expect(tool("register", "--name", "t", "--extension", "t", "-i", tiny_interpreter(), "-f", "TP", NULL), 1, "",
	       "t: ");
}

/* QEMU 7.2 does not: it looks for the program in its arguments. */
static void
flags__t_with_an_interpreter_that_does_not_know_it__said(void **state)
{
	(void)state;
	need_later();
	expect(tool("register", "riscv64", "-f", "T", NULL), 0, "registered", "flag T");
	expect(tool("test", "riscv64", NULL), 1, "no user program specified", NULL);
}

static void
flags__limit_of_interpreters__named(void **state)
{
	(void)state;
	need_later();
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	assert_true(overwrite(LIMIT, "1"));
	expect(tool("register", "ppc64le", NULL), 1, "", "user.max_binfmt_misc_interpreters");
	expect(tool("register", "riscv64", "-f", "POCF", NULL), 1, "", "the old handler is in force");
	assert_int_equal(probe_status("riscv64"), 42);
	expect(tool("doctor", NULL), 0, "fix: echo ", "");
	assert_true(overwrite(LIMIT, "2"));
	expect(tool("register", "riscv64", "-f", "POCF", NULL), 0, "replaced", NULL);
	assert_true(overwrite(LIMIT, "1000"));
	expect(tool("register", "ppc64le", NULL), 0, "registered", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flags__default__by_version),
	    cmocka_unit_test(flags__p__as_the_kernel_tells_it),
	    cmocka_unit_test(flags__window__up_to_the_last_byte),
	    cmocka_unit_test(flags__unknown_to_the_kernel__named),
	    cmocka_unit_test(flags__bpf_without_its_handler__named),
	    cmocka_unit_test(flags__d__born_disabled),
	    cmocka_unit_test(flags__disabled_entry_replaced__no_moment_enabled),
	    cmocka_unit_test(flags__d_enabled_later__tried_first),
	    cmocka_unit_test(flags__l_with_the_hosts_loader__registered_and_all_goes_on),
	    cmocka_unit_test(flags__l_that_breaks_programs__refused),
	    cmocka_unit_test(flags__t__registered_and_read_back),
	    cmocka_unit_test(flags__t_with_an_interpreter_that_does_not_know_it__said),
	    cmocka_unit_test(flags__limit_of_interpreters__named),
	};

	return guest_run(tests);
}
