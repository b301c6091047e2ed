/* SPDX-License-Identifier: MIT */
/* The process that becomes the probe. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"
#include "probe_child.h"
#include "probe_look.h"
#include "probe_root.h"

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

/* Linux 5.13: the same numbers on every architecture but alpha, where libc has them. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

static void
tell(const struct probe_line *line, enum probe_step step, int value)
{
	*line->said = (struct probe_report){.step = step, .value = value};
}

__attribute__((noreturn)) static void
fail(const struct probe_line *line, enum probe_step step)
{
	tell(line, step, errno);
	_exit(125);
}

static void
set_standard_descriptors(const struct probe_line *line)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0)
		close(0);
	if (dup2(line->output, 1) < 0 || dup2(line->errors, 2) < 0)
		fail(line, PROBE_STEP_PIPE);
}

static void
dump_no_core(void)
{
	const struct rlimit no_core = {0, 0};

	setrlimit(RLIMIT_CORE, &no_core);
}

/* Nothing of what its ancestors ignore or block. */
static void
take_all_signals(const struct probe_line *line)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		if (sigismember(line->ignored, i) == 1)
			signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Since Linux 6.12: no signal reaches a process that is not its own descendant, so neither its watcher nor others. */
static void
keep_signals_inside(void)
{
	const struct {
		uint64_t files, network, scoped; /* struct landlock_ruleset_attr */
	} signals = {.scoped = 2};               /* LANDLOCK_SCOPE_SIGNAL */
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &signals, sizeof(signals), 0);

	if (ruleset < 0)
		return;
	syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
}

/*
 * For what will really run. Without the two capabilities exec would fail where it works for root:
 * an interpreter in a folder that only its user may enter.
 */
static void
confine(const struct probe_line *line)
{
	/* Without new privileges exec by uid 0 gives none back. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || caps_keep_reading() < 0)
		fail(line, PROBE_STEP_CONFINE);
	keep_signals_inside();
}

static void
enter_root(const struct probe_job *job, const struct probe_line *line)
{
	if (job->root == PROBE_HERE)
		return;
	if ((job->root == PROBE_EMPTY_ROOT ? probe_root_empty() : probe_root_enter(job->root)) < 0)
		fail(line, PROBE_STEP_ROOT);
	if (job->root >= 0)
		close(job->root);
}

/*
 * Last of all, as a change of credentials can take the death signal away. PTRACE_TRACEME does nothing, and says 0,
 * while the parent is about to die: so it is not relied on, but waits here until the parent has seen it stop.
 */
static void
tie_to_parent(const struct probe_job *job, const struct probe_line *line, int number)
{
	bool untraced;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	untraced = ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
	if (untraced && job->until != PROBE_UNTIL_EXIT)
		fail(line, PROBE_STEP_TRACE); /* nothing could stop it there */
	if (getppid() != line->parent)
		_exit(125); /* it died before that */
	if (untraced)
		return;
	tell(line, PROBE_STEP_READY, number);
	kill(getpid(), SIGSTOP);
}

void
probe_child(const struct probe_job *job, const struct probe_line *line)
{
	char path[32], *argv[] = {path, NULL}, *envp[] = {(char *)(size_t)line->variable, NULL};
	int number = probe_look_number(); /* another root has no /proc */

	/* Named by descriptor, and left open: the interpreter opens the program by this name again. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", line->program);
	setsid();
	if (job->until != PROBE_UNTIL_EXEC)
		dump_no_core();
	enter_root(job, line);
	if (job->until == PROBE_UNTIL_EXIT) {
		take_all_signals(line);
		set_standard_descriptors(line);
		confine(line);
	}
	tie_to_parent(job, line, number);
	if (job->root == PROBE_HERE)
		execve(path, argv, envp);
	else /* there may be no /proc */
		syscall(SYS_execveat, line->program, "", argv, envp, AT_EMPTY_PATH);
	fail(line, PROBE_STEP_EXEC);
}
