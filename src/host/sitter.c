/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "retry.h"
#include "sitter.h"

/* What a terminal sends to all of the job, the command too; a process sends it to us. */
static const int of_terminal[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGCONT};

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

/* Stops us as the command has stopped. What continued us is no signal for it: the whole job got that. */
static void
stop(void)
{
	const struct timespec now = {0, 0};
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGCONT);
	raise(SIGSTOP);
	sigtimedwait(&one, NULL, &now);
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
			stop();
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

/* Whether the command has not got this signal itself. */
static bool
is_for_command(const siginfo_t *info)
{
	if (info->si_signo == SIGCHLD) /* of a child, or sent by somebody */
		return info->si_code <= 0;
	for (size_t i = 0; i < COUNT(of_terminal); i++)
		if (info->si_signo == of_terminal[i])
			return info->si_code <= 0;
	return true;
}

/* As has_ended, when it has. */
static int
sit_by(pid_t command, const sigset_t *all, int *status)
{
	siginfo_t info;
	int ended;

	while ((ended = has_ended(command, status)) == 0) {
		if (sigwaitinfo(all, &info) <= 0 || !is_for_command(&info))
			continue;
		if (info.si_code != SI_QUEUE || sigqueue(command, info.si_signo, info.si_value) < 0)
			kill(command, info.si_signo);
	}
	return ended;
}

int
sitter_run(pid_t init, int (*become)(void *arg), void *arg)
{
	sigset_t all, before;
	pid_t command;
	int status, error;

	sigfillset(&all); /* blocked, they wait for us even where they are ignored, and nothing stops or kills us */
	sigprocmask(SIG_BLOCK, &all, &before);
	command = fork();
	if (command == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(become(arg));
	}
	if (command < 0)
		return -1;
	if (sit_by(command, &all, &status) < 0) {
		error = errno;
		kill(init,
		     SIGKILL); /* the command dies of it; as long as nobody has waited for that, init does not end */
		errno = error;
		return -1;
	}
	end_init(init);
	return WIFSIGNALED(status) ? die_of(WTERMSIG(status)) : WEXITSTATUS(status);
}
