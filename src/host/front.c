/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "front.h"
#include "probe_sweep.h"

/* What a terminal sends to all of the job, the command too; a process sends it to us. */
static const int of_terminal[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGCONT};

/* What would stop the child before there is a command. */
static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};

enum { NOT_STARTED = 125 };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What both know. */
static struct shared {
	pid_t front, child;
	sigset_t mask;
	atomic_bool held;      /* the front was stopped by the child, and has not seen yet that it goes on */
	atomic_bool continued; /* it went on by somebody else */
	int killed;            /* by this signal, the command */
	int error;             /* the child could not begin */
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
	while ((ended = waitpid(shared->child, status, WNOHANG)) == 0)
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

/* Killed by the terminal as long as there is no command, but not stopped, which nobody would see. */
static _Noreturn void
be_child(int (*work)(void *arg), void *arg)
{
	sigset_t mask = shared->mask;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
		shared->error = errno;
		_exit(NOT_STARTED);
	}
	if (getppid() != shared->front)
		_exit(NOT_STARTED);
	shared->child = getpid();
	for (size_t i = 0; i < COUNT(stops); i++)
		sigaddset(&mask, stops[i]);
	sigprocmask(SIG_SETMASK, &mask, NULL);
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

int
front_run(int (*work)(void *arg), void *arg)
{
	sigset_t all;
	pid_t child;
	int status;

	shared = share();
	if (!shared)
		return -1;
	shared->front = getpid();
	sigfillset(&all); /* blocked, they wait for us even where they are ignored, and nothing stops or kills us */
	sigprocmask(SIG_BLOCK, &all, &shared->mask);
	child = fork();
	if (child == 0)
		be_child(work, arg);
	if (child < 0)
		return -1;
	shared->child = child;
	probe_sweep_descriptors(NULL, 0); /* what the command closes is closed */
	if (chdir("/") < 0 || sit_by_child(&status) < 0)
		return end_child();
	if (shared->error) {
		errno = shared->error;
		return -1;
	}
	if (shared->killed || WIFSIGNALED(status))
		return die_of(shared->killed ? shared->killed : WTERMSIG(status));
	return WEXITSTATUS(status);
}
