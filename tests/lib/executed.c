/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executed.h"

static int exec_error;

static void
drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	if (syscall(SYS_capset, &head, none) < 0)
		_exit(125);
}

void
executed_as_old_kernel(void)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 437, 2, 0), /* openat2 */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 439, 1, 0), /* faccessat2 */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {LENGTH(filter), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(125);
}

__attribute__((noreturn)) static void
child(const char *path, bool user, void (*before)(void *), void *argument)
{
	const struct rlimit no_core = {0, 0};
	char *argv[] = {(char *)(uintptr_t)path, NULL}, *envp[] = {NULL};

	setrlimit(RLIMIT_CORE, &no_core);
	if (user)
		drop_capabilities();
	before(argument);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(125);
	execve(path, argv, envp);
	exec_error = errno;
	_exit(126);
}

/* One instruction; whether it is one that could not even be fetched. */
static bool
dies_at_start(pid_t pid)
{
#ifdef __x86_64__
	struct user_regs_struct regs;
	siginfo_t info;
	int status;

	if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (!WIFSTOPPED(status))
		return WIFSIGNALED(status);
	if ((WSTOPSIG(status) != SIGSEGV && WSTOPSIG(status) != SIGBUS) ||
	    ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) < 0 || ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return false;
	return info.si_code != SI_KERNEL && (uintptr_t)info.si_addr == regs.rip;
#else
	(void)pid;
	return false;
#endif
}

static void
look(pid_t pid, struct executed *executed)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	executed->runner = stat(path, &st) == 0;
	if (executed->runner) {
		executed->dev = st.st_dev;
		executed->ino = st.st_ino;
	}
	executed->killed = dies_at_start(pid);
}

void
executed_path(const char *path, bool user, void (*before)(void *), void *argument, struct executed *executed)
{
	int status;
	pid_t pid;

	memset(executed, 0, sizeof(*executed));
	exec_error = 0;
	pid = vfork(); /* a copy of all memory for each would take most of the time */
	assert_true(pid >= 0);
	if (pid == 0)
		child(path, user, before, argument);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 126);
		executed->error = exec_error;
		return;
	}
	executed->killed = WIFSIGNALED(status) || WSTOPSIG(status) != SIGTRAP;
	if (!executed->killed)
		look(pid, executed);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
			;
	}
}
