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

#include "retry.h"
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

/* It ends of nothing else, whatever state it is in. */
static void
end_init(pid_t init)
{
	kill(init, SIGKILL);
	retry_waitpid(init, NULL);
}

/* One byte says that it is ready. */
static pid_t
wait_ready(pid_t init, int ready)
{
	char byte;
	ssize_t got = retry_read(ready, &byte, 1);
	int error = errno;

	if (got == 1)
		return init;
	end_init(init);
	errno = error;
	return got < 0 ? -1 : 0;
}

pid_t
sitter_start(int (*prepare)(void *arg), void *arg)
{
	int lives[2], ready[2], error;
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
	error = errno;
	close(lives[0]);
	close(ready[1]);
	if (init > 0) {
		init = wait_ready(init, ready[0]);
		error = errno;
	}
	close(ready[0]);
	close(lives[1]);
	errno = error;
	return init;
}

/*
 * Whether the command has ended, and how; -1 with errno where that is not to be had. Where it has stopped we do, and go
 * on together: it is continued by us only where nobody else has, as it may have been stopped once more meanwhile.
 */
static int
has_ended(pid_t command, int *status)
{
	bool stopped = false;
	pid_t told;

	while ((told = waitpid(command, status, WNOHANG | WUNTRACED | WCONTINUED)) == command) {
		stopped = WIFSTOPPED(*status);
		if (!stopped && !WIFCONTINUED(*status))
			return 1;
		if (stopped)
			raise(SIGSTOP);
	}
	if (stopped)
		kill(command, SIGCONT);
	return told;
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

/* As has_ended, when it has. */
static int
sit_by(pid_t command, const sigset_t *wanted, int *status)
{
	siginfo_t info;
	int ended;

	while ((ended = has_ended(command, status)) == 0) {
		if (sigwaitinfo(wanted, &info) > 0 && info.si_signo != SIGCHLD)
			kill(command, info.si_signo);
	}
	return ended;
}

int
sitter_run(pid_t init, int (*become)(void *arg), void *arg)
{
	sigset_t wanted, before;
	pid_t command;
	int status, error;

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
	if (sit_by(command, &wanted, &status) < 0) {
		error = errno;
		kill(init,
		     SIGKILL); /* the command dies of it; as long as nobody has waited for that, init does not end */
		errno = error;
		return -1;
	}
	end_init(init);
	return WIFSIGNALED(status) ? die_of(WTERMSIG(status)) : WEXITSTATUS(status);
}
