/* SPDX-License-Identifier: MIT */
/* All mounts taken away and put back: nobody who ends the run meanwhile finds less than before. */
#include "harness.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "err.h"
#include "lift.h"
#include "mountinfo.h"

/* Two are taken away; of each the file system is mounted, its flags are set, and its propagation. */
enum { CALLS = 2 + 2 * 3, WAIT_MS = 5000 };

/* The switch, and all mounts without their numbers; on the heap. */
static char *
mounts(void)
{
	return strdup(shell("cat " MOUNT "/status; grep ' binfmt_misc ' /proc/self/mountinfo | cut -d ' ' -f 4- | sed "
			    "'s/shared:[0-9]*/shared/'")
			  ->out);
}

static int
lift_all(bool on)
{
	struct mountinfo places = {.list = NULL};
	struct stat st;
	struct err err;
	int done = -1;

	if (stat(MOUNT, &st) == 0) {
		places.instance = st.st_dev;
		done = mountinfo_read("/proc/self/mountinfo", &places);
	}
	if (done == 0)
		done = lift_mounts(&places, on, &err);
	mountinfo_free(&places);
	return done;
}

/* Another process that does it, traced, from the moment that it is about to. */
static pid_t
start_traced(void)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0)
			_exit(1);
		_exit(lift_all(false) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	return pid;
}

/* Lets a traced process go on to the end of its next call that mounts or unmounts. False: it has ended. */
static bool
run_to_next(pid_t pid)
{
	struct __ptrace_syscall_info info;
	bool ours = false;
	int status;

	for (;;) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status))
			return false;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0);
		if (info.op == PTRACE_SYSCALL_INFO_EXIT && ours)
			return true;
		ours = info.op == PTRACE_SYSCALL_INFO_ENTRY &&
		       (info.entry.nr == SYS_umount2 || info.entry.nr == SYS_mount);
	}
}

/* The second process may need a moment after the first has ended. */
static void
expect_mounts(const char *wanted, int number, unsigned call)
{
	char *now = mounts();

	for (int ms = 0; strcmp(now, wanted) != 0 && ms < WAIT_MS; ms += 10) {
		free(now);
		usleep(10000);
		now = mounts();
	}
	if (strcmp(now, wanted) != 0)
		fail_msg("ended by signal %d after call %u:\n%snot\n%s", number, call, now, wanted);
	free(now);
}

static void
end_after_each_call(int number, const char *before)
{
	int status;

	for (unsigned call = 1; call <= CALLS; call++) {
		pid_t pid = start_traced();

		for (unsigned i = 0; i < call; i++)
			assert_true(run_to_next(pid));
		assert_int_equal(kill(pid, number), 0);
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == number);
		expect_mounts(before, number, call);
	}
}

/* Of another's instance, switched off: two mounts, one of them with all that can be set. */
static void
lift__ended_after_each_call__all_is_as_it_was(void **state)
{
	static const int numbers[] = {SIGTERM, SIGKILL};
	char *second, *before;

	(void)state;
	need_ptrace();
	second = scratch_folder("second");
	assert_int_equal(mount("none", second, "binfmt_misc", MS_NOSUID | MS_NODEV, NULL), 0);
	assert_int_equal(mount(NULL, second, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOATIME, NULL), 0);
	assert_int_equal(mount(NULL, second, NULL, MS_SHARED, NULL), 0);
	assert_int_equal(mount_write("status", "0", 1), 0);
	before = mounts();
	for (size_t i = 0; i < LENGTH(numbers); i++)
		end_after_each_call(numbers[i], before);
	assert_int_equal(umount(second), 0);
	free(before);
	free(second);
}

/* Its switch is the owner's, who may have it off for a reason. */
static void
lift__instance_ends__the_new_one_is_switched_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(lift_all(false), 0);
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
	assert_int_equal(mount_write("status", "1", 1), 0);
	assert_int_equal(lift_all(true), 0);
	assert_string_equal(slurp(MOUNT "/status"), "enabled\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lift__ended_after_each_call__all_is_as_it_was),
	    cmocka_unit_test(lift__instance_ends__the_new_one_is_switched_as_it_was),
	};

	return ns_run(tests);
}
