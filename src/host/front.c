/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "front.h"
#include "probe_sweep.h"
#include "retry.h"

/* What a terminal sends to all of the job, the command too; a process sends it to us. */
static const int of_terminal[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGCONT};

/* What would stop the child before there is a command. */
static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};

enum { NOT_STARTED = 125, TRIES = 50 };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What both know. */
static struct shared {
	pid_t front, child;
	sigset_t mask;
	atomic_bool held;      /* the front was stopped by the child, and has not seen yet that it goes on */
	atomic_bool continued; /* it went on by somebody else */
	int killed;            /* by this signal, the command */
} * shared;

void
front_pass(pid_t to, const siginfo_t *info)
{
	if (info->si_code != SI_QUEUE || sigqueue(to, info->si_signo, info->si_value) < 0)
		kill(to, info->si_signo);
}

void
front_restore_mask(void)
{
	sigprocmask(SIG_SETMASK, &shared->mask, NULL);
}

void
front_stop(void)
{
	atomic_store(&shared->held, true);
	kill(shared->front, SIGSTOP);
}

void
front_go(void)
{
	kill(shared->front, SIGCONT);
}

void
front_killed(int signal_number)
{
	shared->killed = signal_number;
}

bool
front_sent(const siginfo_t *info)
{
	return info->si_code <= 0 && info->si_pid == shared->front;
}

bool
front_was_continued(void)
{
	return atomic_exchange(&shared->continued, false);
}

pid_t
front_wait(pid_t pid, int *status, int options)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	pid_t told = -1;

	for (int i = 0; i < TRIES && (told = waitpid(pid, status, options | WNOHANG)) < 0 && errno != ECHILD; i++)
		nanosleep(&pause, NULL);
	return told;
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

/* What ends a stop is no signal for the command: the whole job got that, or the child sees to it. */
static void
take(const siginfo_t *info)
{
	const bool cont = info->si_signo == SIGCONT, by_child = info->si_code <= 0 && info->si_pid == shared->child;

	if (cont && atomic_exchange(&shared->held, false) && !by_child) {
		atomic_store(&shared->continued, true);
		kill(shared->child, SIGCONT);
	} else if (!(cont && by_child) && is_for_command(info)) {
		front_pass(shared->child, info);
	}
}

/* Until the child has ended: its pid and *status, or -1 with errno. */
static pid_t
sit_by_child(int *status)
{
	siginfo_t info;
	sigset_t all;
	pid_t ended;

	sigfillset(&all);
	while ((ended = front_wait(shared->child, status, 0)) == 0)
		if (sigwaitinfo(&all, &info) > 0)
			take(&info);
	return ended;
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

/* 0, or an errno. */
static int
begin_child(void)
{
	sigset_t mask = shared->mask;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return errno;
	if (getppid() != shared->front)
		return ESRCH;
	shared->child = getpid();
	for (size_t i = 0; i < COUNT(stops); i++)
		sigaddset(&mask, stops[i]);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return 0;
}

/* Killed by the terminal as long as there is no command, but not stopped, which nobody would see. */
static _Noreturn void
be_child(int (*work)(void *arg), void *arg, int begun)
{
	int error = begin_child();

	if (write(begun, &error, sizeof(error)) != sizeof(error) || error)
		_exit(NOT_STARTED);
	close(begun);
	_exit(work(arg));
}

static struct shared *
share(void)
{
	struct shared *made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return made == MAP_FAILED ? NULL : made;
}

static int
end_child(void)
{
	int error = errno;

	kill(shared->child, SIGKILL);
	errno = error;
	return -1;
}

/* The child says 0 when it has begun, or an errno; nothing if it was killed. 0, or -1 with errno. */
static int
wait_begun(int begun)
{
	int error = 0;
	ssize_t got = retry_read(begun, &error, sizeof(error));

	if (got >= 0 && got != sizeof(error))
		error = EINTR;
	if (got >= 0)
		errno = error;
	return got < 0 || error ? -1 : 0;
}

/* Up to where all that may fail is told to the child alone. 0, or -1 with errno. */
static int
start_child(int (*work)(void *arg), void *arg)
{
	int begun[2], done, error;
	pid_t child;

	if (pipe2(begun, O_CLOEXEC) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		close(begun[0]);
		be_child(work, arg, begun[1]);
	}
	error = errno;
	close(begun[1]);
	errno = error;
	if (child > 0)
		shared->child = child;
	done = child < 0 ? -1 : wait_begun(begun[0]);
	error = errno;
	close(begun[0]);
	errno = error;
	return done == 0 && chdir("/") == 0 ? 0 : child > 0 ? end_child() : -1;
}

int
front_run(int (*work)(void *arg), void *arg)
{
	sigset_t all;
	int status;

	shared = share();
	if (!shared)
		return -1;
	shared->front = getpid();
	sigfillset(&all); /* blocked, they wait for us even where they are ignored, and nothing stops or kills us */
	sigprocmask(SIG_BLOCK, &all, &shared->mask);
	if (start_child(work, arg) < 0)
		return -1;
	probe_sweep_all_descriptors(); /* what the command closes is closed */
	if (sit_by_child(&status) < 0)
		return end_child();
	if (shared->killed || WIFSIGNALED(status))
		return die_of(shared->killed ? shared->killed : WTERMSIG(status));
	return WEXITSTATUS(status);
}
