/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sitter.h"

/* What goes on to the command; what the terminal sends reaches it without us. */
static const int passed[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM};

/* What the terminal sends to both: the command decides what it means. */
static const int ignored[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

enum { NOT_STARTED = 125 };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Until process 1 is killed with its parent. */
static _Noreturn void
take_in_orphans(void)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		sigwaitinfo(&child, NULL);
	}
}

static _Noreturn void
be_init(int (*prepare)(void *arg), void *arg, int parent, int ready)
{
	struct pollfd lives = {.fd = parent};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || poll(&lives, 1, 0) != 0 || prepare(arg) < 0)
		_exit(NOT_STARTED);
	if (write(ready, "", 1) != 1)
		_exit(NOT_STARTED);
	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	close(parent);
	close(ready);
	take_in_orphans();
}

/* One byte says that it is ready. */
static pid_t
wait_ready(pid_t init, int ready)
{
	char byte;
	ssize_t got;

	while ((got = read(ready, &byte, 1)) < 0 && errno == EINTR)
		;
	if (got == 1)
		return init;
	waitpid(init, NULL, 0);
	return 0;
}

pid_t
sitter_start(int (*prepare)(void *arg), void *arg)
{
	int lives[2], ready[2];
	pid_t init;

	if (pipe2(lives, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(ready, O_CLOEXEC) < 0) {
		close(lives[0]);
		close(lives[1]);
		return -1;
	}
	init = fork();
	if (init == 0) {
		close(lives[1]);
		close(ready[0]);
		be_init(prepare, arg, lives[0], ready[1]);
	}
	close(lives[0]);
	close(ready[1]);
	if (init > 0)
		init = wait_ready(init, ready[0]);
	close(ready[0]);
	close(lives[1]);
	return init;
}

/*
 * Whether the command has ended, and how. Where it has stopped we do, and go on together: it is continued by us only
 * where nobody else has, as it may have been stopped once more meanwhile.
 */
static bool
has_ended(pid_t command, int *status)
{
	bool stopped = false;

	while (waitpid(command, status, WNOHANG | WUNTRACED | WCONTINUED) == command) {
		stopped = WIFSTOPPED(*status);
		if (!stopped && !WIFCONTINUED(*status))
			return true;
		if (stopped)
			raise(SIGSTOP);
	}
	if (stopped)
		kill(command, SIGCONT);
	return false;
}

/* Dies as the command died. */
static int
die_of(int signal_number)
{
	const struct rlimit no_core = {0, 0};
	sigset_t one;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(signal_number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(signal_number);
	return 128 + signal_number;
}

static int
sit_by(pid_t command, const sigset_t *wanted)
{
	siginfo_t info;
	int status;

	while (!has_ended(command, &status)) {
		if (sigwaitinfo(wanted, &info) > 0 && info.si_signo != SIGCHLD)
			kill(command, info.si_signo);
	}
	return status;
}

int
sitter_run(pid_t init, int (*become)(void *arg), void *arg)
{
	sigset_t wanted, before;
	pid_t command;
	int status;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	for (size_t i = 0; i < COUNT(passed); i++)
		sigaddset(&wanted, passed[i]);
	sigprocmask(SIG_BLOCK, &wanted, &before);
	command = fork();
	if (command == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(become(arg));
	}
	if (command < 0)
		return -1;
	for (size_t i = 0; i < COUNT(ignored); i++)
		signal(ignored[i], SIG_IGN);
	status = sit_by(command, &wanted);
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	return WIFSIGNALED(status) ? die_of(WTERMSIG(status)) : WEXITSTATUS(status);
}
