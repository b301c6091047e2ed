/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

void
need_ptrace(void)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		skip_because("this machine forbids ptrace");
}

void
need_strace(void)
{
	int status = shell("strace -o /dev/null true")->status;

	if (status == 127)
		skip_because("this machine has no strace");
	if (status != 0)
		skip_because("this machine does not let strace trace");
}

void
need_set_user_id(void)
{
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0)
		skip_because("this machine lets no program gain by being set-user-id (no_new_privs)");
}
