/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "front.h"
#include "probe_sweep.h"
#include "retry.h"
#include "sitter.h"

enum { NOT_STARTED = 125, SAID = -1 };

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

/* 0, or an errno. */
static int
end_with_parent(int parent)
{
	struct pollfd lives = {.fd = parent};
	int gone;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || (gone = poll(&lives, 1, 0)) < 0)
		return errno;
	return gone ? ESRCH : 0;
}

/* It keeps no descriptor: one of the old tree would lead out of the new root, and what the command closes is closed. */
static _Noreturn void
be_init(int (*prepare)(void *arg), void *arg, int parent, int ready)
{
	sigset_t all;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	error = end_with_parent(parent);
	if (error == 0 && prepare(arg) < 0)
		error = SAID;
	if (write(ready, &error, sizeof(error)) != sizeof(error) || error)
		_exit(NOT_STARTED);
	probe_sweep_all_descriptors();
	take_in_orphans();
}

/* It ends of nothing else, whatever state it is in. Where we may not kill it, it ends with us. */
static void
end_init(pid_t init)
{
	if (kill(init, SIGKILL) == 0)
		retry_waitpid(init, NULL);
}

/* It says 0 when it is ready, SAID, or an errno; nothing if it was killed. */
static pid_t
wait_ready(pid_t init, int ready)
{
	int error = 0;
	ssize_t got = retry_read(ready, &error, sizeof(error));

	if (got == sizeof(error) && error == 0)
		return init;
	if (got < 0)
		error = errno;
	else if (got != sizeof(error))
		error = EINTR;
	end_init(init);
	errno = error;
	return error == SAID ? 0 : -1;
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

/* The command, as far as is known. */
struct seen {
	pid_t pid;
	int status;
	bool stopped, stopped_again; /* the last look found it stopped; newly so */
};

/*
 * Whether the command has ended: 1 and seen->status, 0, or -1 with errno where that is not to be had. The front stops
 * and goes on with it; only what it did last counts.
 */
static int
has_ended(struct seen *seen)
{
	const bool was = seen->stopped;
	pid_t told;

	seen->stopped_again = false;
	while ((told = front_wait(seen->pid, &seen->status, WUNTRACED | WCONTINUED)) == seen->pid) {
		seen->stopped = seen->stopped_again = WIFSTOPPED(seen->status);
		if (!seen->stopped && !WIFCONTINUED(seen->status))
			break;
	}
	if (seen->stopped_again)
		front_stop();
	else if (was && (!seen->stopped || told < 0))
		front_go();
	return told == seen->pid ? 1 : told;
}

/*
 * That the front goes on. Where that ends its stop the whole job may have been continued, and the command have stopped
 * once more: it is continued only if it has not. As has_ended.
 */
static int
pass_cont(struct seen *seen, const siginfo_t *info)
{
	const bool ends_stop = front_was_continued();
	int ended = has_ended(seen);

	if (ended == 0 && !seen->stopped_again && (seen->stopped || !ends_stop))
		front_pass(seen->pid, info);
	return ended;
}

/* As has_ended, when it has. */
static int
sit_by(struct seen *seen)
{
	siginfo_t info;
	sigset_t all;
	int ended;

	sigfillset(&all);
	while ((ended = has_ended(seen)) == 0) {
		if (sigwaitinfo(&all, &info) <= 0 || !front_sent(&info))
			continue;
		if (info.si_signo != SIGCONT)
			front_pass(seen->pid, &info);
		else if ((ended = pass_cont(seen, &info)) != 0)
			break;
	}
	return ended;
}

int
sitter_run(pid_t init, int (*become)(void *arg), void *arg)
{
	struct seen command = {.pid = -1};
	sigset_t all;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	command.pid = fork();
	if (command.pid == 0) {
		front_restore_mask();
		_exit(become(arg));
	}
	if (command.pid < 0)
		return -1;
	probe_sweep_all_descriptors();
	if (sit_by(&command) < 0) {
		error = errno;
		kill(init,
		     SIGKILL); /* the command dies of it; as long as nobody has waited for that, init does not end */
		errno = error;
		return -1;
	}
	end_init(init);
	if (WIFSIGNALED(command.status))
		front_killed(WTERMSIG(command.status));
	return WIFSIGNALED(command.status) ? 128 + WTERMSIG(command.status) : WEXITSTATUS(command.status);
}
