/* SPDX-License-Identifier: MIT */
/*
 * Every test program is two processes: one runs the tests; above it, from before main, one that ends what they leave
 * behind. So a test that fails half-way leaves nothing that runs on, whatever it had started.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe_sweep.h"

static const int ends[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM}; /* what a person or a system asks to end with */
static sigset_t awaited;                                      /* those, and SIGCHLD: blocked from before the fork on */

__attribute__((noreturn)) static void
keep(pid_t tests)
{
	pid_t pid = 0;
	int status = 0, number;

	do {
		sigwait(&awaited, &number);
		while (number == SIGCHLD && pid != tests && (pid = waitpid(-1, &status, WNOHANG)) > 0)
			;
	} while (number == SIGCHLD && pid != tests);
	probe_sweep_end(false);
	if (number != SIGCHLD)
		_exit(128 + number);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

__attribute__((constructor)) static void
start(void)
{
	pid_t keeper = getpid(), tests;
	sigset_t before;

	/* Whoever started us may have them ignored (nohup, a script's job in the background): tests wait, and end
	 * others. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		signal(ends[i], SIG_DFL);
		sigaddset(&awaited, ends[i]);
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return;
	sigprocmask(SIG_BLOCK, &awaited, &before);
	tests = fork();
	if (tests > 0)
		keep(tests);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (tests == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != keeper))
		_exit(1);
}
