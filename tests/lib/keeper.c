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
static volatile sig_atomic_t asked_to_end;

static void
take(int number)
{
	asked_to_end = number;
}

__attribute__((noreturn)) static void
keep(pid_t tests)
{
	const struct sigaction action = {.sa_handler = take};
	pid_t pid = 0;
	int status;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		sigaction(ends[i], &action, NULL);
	while (!asked_to_end && pid != tests)
		pid = waitpid(-1, &status, 0);
	probe_sweep_end(false);
	if (asked_to_end)
		_exit(128 + asked_to_end);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

__attribute__((constructor)) static void
start(void)
{
	pid_t keeper = getpid(), tests;

	/* Whoever started us may have them ignored (nohup, a script's job in the background): tests wait, and end
	 * others. */
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		signal(ends[i], SIG_DFL);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return;
	tests = fork();
	if (tests > 0)
		keep(tests);
	if (tests == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != keeper))
		_exit(1);
}
