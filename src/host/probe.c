/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "probe.h"
#include "probe_crew.h"

/* Who is told. */
struct telling {
	probe_tell *tell;
	void *arg;
};

static int
explain(const struct probe_report *failed, struct err *err)
{
	static const char *const what[] = {
	    [PROBE_STEP_PIPE] = "cannot make a pipe",
	    [PROBE_STEP_PROCESS] = "cannot start a process",
	    [PROBE_STEP_ROOT] = "cannot enter that root",
	    [PROBE_STEP_CONFINE] = "cannot give up root's capabilities",
	    [PROBE_STEP_TRACE] = "cannot trace a process",
	    [PROBE_STEP_WAIT] = "cannot wait for a process",
	    [PROBE_STEP_MEMORY] = "no memory for the probe",
	};

	if (failed->step == PROBE_STEP_FILE)
		return err_set(err, ERR_PROBE,
			       "cannot make an executable file for the probe: memfds are refused, and /dev/shm, "
			       "/var/tmp, /tmp and the current folder are not writable or noexec, or /proc is not "
			       "mounted");
	if (failed->step == PROBE_STEP_ANSWER)
		return err_set(err, ERR_PROBE,
			       "the answer of the process that watches the probe could not be had: it was killed or "
			       "stopped");
	return err_set(err, ERR_PROBE, "%s: %s", what[failed->step], strerror(failed->value));
}

static void
answered(void *arg, size_t i, const struct probe_answer *answer)
{
	const struct telling *telling = arg;
	struct err err;

	if (answer->failed.step == PROBE_STEP_NONE) {
		telling->tell(telling->arg, i, &answer->result, answer->again ? &answer->second : NULL, NULL);
		return;
	}
	explain(&answer->failed, &err);
	telling->tell(telling->arg, i, NULL, NULL, &err);
}

/* Where the probes of this process report, which may be the child of one that has asked before. NULL and errno. */
static struct probe_report *
said_here(void)
{
	static struct probe_report *said;
	static pid_t owner;
	pid_t self = getpid();

	if (!said || owner != self)
		said = probe_watch_said();
	owner = self;
	return said;
}

/* One after the other, as children of this process: nothing of an interpreter runs. */
static void
look(const struct probe_batch *batch, struct telling *telling)
{
	static struct probe_answer answer; /* 11 KB */
	const struct probe_post post = {.said = said_here()};

	answer.failed = (struct probe_report){PROBE_STEP_MEMORY, errno};
	for (size_t i = 0; i < batch->count; i++) {
		if (post.said)
			probe_watch(&batch->jobs[i], &post, &answer);
		answered(telling, i, &answer);
	}
}

static void
look_at_signals(sigset_t *ignored)
{
	struct sigaction now;

	sigemptyset(ignored);
	for (int i = 1; i < NSIG; i++)
		if (sigaction(i, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			sigaddset(ignored, i);
}

/* How many run at once. */
static size_t
width_for(size_t count)
{
	unsigned char cpus[1024]; /* room for any kernel's set */
	size_t width = 0;

	memset(cpus, 0, sizeof(cpus));
	if (count == 1 || sched_getaffinity(0, sizeof(cpus), (cpu_set_t *)(void *)cpus) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(cpus) * 8; i++)
		width += cpus[i / 8] >> (i % 8) & 1;
	width = width < PROBES_MAX ? width : PROBES_MAX;
	return width < count ? width : count;
}

void
probe_run_all(const struct probe_job *jobs, size_t count, probe_tell *tell, void *arg)
{
	struct probe_batch batch = {.jobs = jobs, .count = count, .width = width_for(count)};
	struct telling telling = {tell, arg};
	sigset_t child, before;

	if (!count)
		return;
	if (jobs[0].until == PROBE_UNTIL_EXIT)
		look_at_signals(&batch.ignored);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	if (jobs[0].until != PROBE_UNTIL_EXIT && batch.width == 1)
		look(&batch, &telling);
	else
		probe_crew(&batch, answered, &telling);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* The end of a single run. */
struct single {
	struct probe_result *result;
	struct err *err;
	int done;
};

static void
tell_single(void *arg, size_t i, const struct probe_result *run, const struct probe_result *again,
	    const struct err *err)
{
	struct single *single = arg;

	(void)i;
	(void)again;
	single->done = run ? 0 : -1;
	if (run)
		*single->result = *run;
	else
		*single->err = *err;
}

static int
run(struct probe_job *job, const unsigned char *elf, size_t size, struct probe_result *result, struct err *err)
{
	struct single single = {.result = result, .err = err};

	memset(result, 0, sizeof(*result));
	memcpy(job->elf, elf, size);
	job->size = size;
	probe_run_all(job, 1, tell_single, &single);
	return single.done;
}

int
probe_run(const unsigned char *elf, size_t size, const char *variable, enum probe_until until, unsigned timeout_ms,
	  struct probe_result *result, struct err *err)
{
	struct probe_job job = {.variable = variable, .until = until, .root = PROBE_HERE, .timeout_ms = timeout_ms};

	return run(&job, elf, size, result, err);
}

int
probe_run_in(const unsigned char *elf, size_t size, int root, unsigned timeout_ms, struct probe_result *result,
	     struct err *err)
{
	struct probe_job job = {.until = PROBE_UNTIL_EXEC, .root = root, .timeout_ms = timeout_ms};

	return run(&job, elf, size, result, err);
}
