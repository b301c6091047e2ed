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

void
need_private(const char *folder, bool (*as)(void))
{
	const struct run *r;

	need_ptrace(); /* without it `all` says which programs of this machine it could not try */
	run_prepare = as;
	r = shell("'%s/binfmtctl' exec --arch aarch64 -- /bin/true", folder);
	run_prepare = NULL;
	if (r->status != 0 && strstr(r->err, "user.max_user_namespaces is 0"))
		skip_because("this machine allows no user namespaces");
	if (r->status != 0 && strstr(r->err, "needs Linux 6.7"))
		skip_because("this kernel has no private instances");
	if (r->status != 0 && (strstr(r->err, "is in a chroot") || strstr(r->err, "may be in a chroot")))
		skip_because("this machine permits no user namespace (in a chroot)");
	expect(r, 0, "", "");
}
