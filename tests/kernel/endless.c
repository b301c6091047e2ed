/* SPDX-License-Identifier: MIT */
/* Calls that fail the same way whenever they are made: they are given up, and what they were for is not claimed. */
#include "fault.h"
#include "forbid.h"
#include "plant.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "confd.h"
#include "err.h"
#include "host.h"
#include "retry.h"

enum { CPU_SECONDS = 4 }; /* what never gives up is ended by its use of the processor */

static bool
limit_cpu(void)
{
	const struct rlimit limit = {CPU_SECONDS, CPU_SECONDS};

	return setrlimit(RLIMIT_CPU, &limit) == 0;
}

static bool
no_poll(void)
{
#ifdef SYS_poll
	if (!forbid(SYS_poll, EINTR))
		return false;
#endif
	return forbid(SYS_ppoll, EINTR) && limit_cpu();
}

static bool
no_sigtimedwait(void)
{
#ifdef SYS_rt_sigtimedwait_time64
	if (!forbid(SYS_rt_sigtimedwait_time64, EINTR))
		return false;
#endif
#ifdef SYS_rt_sigtimedwait
	if (!forbid(SYS_rt_sigtimedwait, EINTR))
		return false;
#endif
	return limit_cpu();
}

static bool
no_wait4(void)
{
	return forbid(SYS_wait4, EINTR) && limit_cpu();
}

static bool
no_waitid(void)
{
	return forbid(SYS_waitid, EINTR) && limit_cpu();
}

static bool
no_flock(void)
{
	return forbid(SYS_flock, EINTR) && limit_cpu();
}

static void
endless__interrupted__given_up_and_nothing_claimed(void **state)
{
	static const struct {
		bool (*take)(void);
		int status;
		const char *out, *err, *words[6];
	} rows[] = {
	    {no_poll, 1, "was replaced", "", {"status", "aarch64"}},
	    {no_poll, 1, "cannot wait for a process: Interrupted", "", {"test", "aarch64"}},
	    {no_sigtimedwait, 1, "by time", "", {"status", "aarch64"}},
	    {no_sigtimedwait, 1, "cannot wait for a process: Interrupted", "", {"test", "aarch64"}},
	    {no_sigtimedwait, 1, "", "the probe that shows it could not be run", {"refresh", "aarch64"}},
	    {no_wait4, 1, "was replaced", "", {"status", "aarch64"}},
	    {no_wait4, 0, ": native", "", {"match", "./binfmtctl"}},
	    {no_waitid, 1, "by time", "", {"status", "aarch64"}},
	    {no_waitid, 1, "cannot wait for a process: Interrupted", "", {"test", "aarch64"}},
	    {no_waitid, 1, "", "the probe that shows it could not be run", {"refresh", "aarch64"}},
	    {no_flock, 1, "", "cannot take the lock: Interrupted", {"disable", "aarch64"}},
	};
	char *interpreter = tiny_copy("endless");

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64", "-i", interpreter, "-f", "F", NULL), 0, "registered", NULL);
	let_the_clock_tick();
	upgrade(interpreter);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r;

		run_prepare = rows[i].take;
		r = tool_words(rows[i].words);
		run_prepare = NULL;
		if (r->status == 229)
			skip_because("this kernel has no seccomp filters");
		expect(r, rows[i].status, rows[i].out, rows[i].err);
	}
	assert_true(is_enabled("qemu-aarch64"));
	free(interpreter);
}

/* The same for what is read of the mount; and a list whose end cannot be seen. */
static void
endless__mount_unreadable__given_up_with_its_cause(void **state)
{
	static const struct {
		const char *file, *inject, *err;
	} rows[] = {
	    {"/status", "read:error=EINTR", "cannot read " MOUNT "/status: Interrupted"},
	    {"/qemu-aarch64", "read:error=EINTR", "cannot list " MOUNT ": Interrupted"},
	    {"", "getdents64:error=EIO:when=2+2", "cannot list " MOUNT ": Input/output error"},
	};

	(void)state;
	fault_prepare();
	two_entries();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r;

		run_prepare = limit_cpu;
		r = shell("%sexec %s -o '%s' -P " MOUNT "%s -e inject=%s ./binfmtctl list", fault_variables,
			  FAULT_STRACE, fault_log, rows[i].file, rows[i].inject);
		run_prepare = NULL;
		expect(r, 1, "", rows[i].err);
	}
}

/* What a child without a call says of something: the exit status. */
static int
in_child_without(unsigned call, int error, int (*look)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(forbid(call, error) ? look() : 229);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
support(void)
{
	return (int)binfmt_supported().is;
}

static void
endless__filesystems_unreadable__support_unknown(void **state)
{
	int seen = in_child_without(SYS_read, EIO, support);

	(void)state;
	if (seen == 229)
		skip_because("this kernel has no seccomp filters");
	assert_int_equal(seen, LOOK_UNKNOWN);
	assert_int_equal(in_child_without(SYS_uname, EIO, support), LOOK_YES);
}

static int
unread(void)
{
	const char *const folders[] = {"/", NULL};
	struct confd confd;
	struct err err;

#ifdef SYS_open
	if (!forbid(SYS_open, EIO))
		return 229;
#endif
	return confd_read(&confd, folders, host_kernel(), &err) < 0 ? 228 : (int)confd.unread;
}

/* What is registered at boot does not hang on an error of the moment. */
static void
endless__configuration_unreadable__unknown(void **state)
{
	int count = in_child_without(SYS_openat, EIO, unread);

	(void)state;
	if (count == 229)
		skip_because("this kernel has no seccomp filters");
	assert_int_equal(count, 1);
}

static bool
no_listing(void)
{
	return forbid(SYS_getdents64, EIO);
}

/* A folder is mounted over only where it is seen to be empty. */
static void
endless__folder_cannot_be_listed__not_mounted_over(void **state)
{
	char *full = scratch_folder("unlisted"), *file = scratch_text("unlisted/file", "", 0644);
	const struct run *r;

	(void)state;
	run_prepare = no_listing;
	r = tool("-d", full, "register", "arm", "--mount", "--force", "-i", "/bin/true", NULL);
	run_prepare = NULL;
	if (r->status == 229)
		skip_because("this kernel has no seccomp filters");
	expect(r, 3, "", "cannot list");
	assert_int_equal(access(file, F_OK), 0);
	free(full);
	free(file);
}

static bool
no_file_grows(void)
{
	const struct rlimit limit = {0, 0};

	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* A limit on the size of files is an error of a write: nobody dies of it, in the middle of a change least of all. */
static void
endless__no_file_may_grow__an_error_like_others(void **state)
{
	static const struct {
		int status;
		const char *command, *out, *err;
	} rows[] = {
	    {0, "register riscv64 -i $TINY -f F", "qemu-riscv64: registered", ""},
	    {0, "status riscv64", "qemu-riscv64", ""},
	    {1, "test riscv64", "cannot make an executable file for the probe", ""},
	    {1, "list -v >$OUT", "", "the result could not be written"},
	    {1, "remove riscv64 >$OUT", "", "the result could not be written"},
	};
	char *out = scratch_text("out", "", 0644);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r;

		run_prepare = no_file_grows;
		r = shell("TINY='%s'; OUT='%s'; exec ./binfmtctl %s", tiny_interpreter(), out, rows[i].command);
		run_prepare = NULL;
		expect(r, rows[i].status, rows[i].out, rows[i].err);
	}
	assert_string_equal(entry_names(), "");
	free(out);
}

/* In a child whose calls are interrupted for ever. */
static bool
gives_up(void)
{
	int status = 0, pipes[2];
	char byte;

	if (pipe(pipes) < 0 || write(pipes[1], "x", 1) != 1)
		return false;
	errno = 0;
	if (retry_read(pipes[0], &byte, 1) != -1 || errno != EINTR)
		return false;
	errno = 0;
	return retry_waitpid(getppid(), &status) == -1 && errno == EINTR;
}

static void
calls__interrupted_for_ever__given_up(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		alarm(60);
		_exit(!forbid(SYS_read, EINTR) || !forbid(SYS_wait4, EINTR) ? 229 : gives_up() ? 0 : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 229)
		skip_because("this kernel has no seccomp filters");
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(calls__interrupted_for_ever__given_up),
	    cmocka_unit_test(endless__interrupted__given_up_and_nothing_claimed),
	    cmocka_unit_test(endless__mount_unreadable__given_up_with_its_cause),
	    cmocka_unit_test(endless__filesystems_unreadable__support_unknown),
	    cmocka_unit_test(endless__configuration_unreadable__unknown),
	    cmocka_unit_test(endless__folder_cannot_be_listed__not_mounted_over),
	    cmocka_unit_test(endless__no_file_may_grow__an_error_like_others),
	};

	return ns_run(tests);
}
