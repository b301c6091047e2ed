/* SPDX-License-Identifier: MIT */
/* Runs of the probe in children that first become something: without capabilities, without ptrace, in another PID
 * namespace. */
#ifndef TRIAL_H
#define TRIAL_H

#include "harness.h"

#include "err.h"
#include "probe.h"

struct arch;

enum { TRIAL_SHORT_MS = 400, TRIAL_LONG_MS = 20000 };

/* The last run, in memory that children share with us. */
struct trial {
	int tried; /* what probe_run returned */
	struct probe_result result;
	struct err err;
};
extern struct trial *trial;

/* To be called first in main. This process gets what others leave behind. False if that cannot be. */
bool trial_begin(void);

/* The architecture that is tried: not this machine's. */
const struct arch *trial_arch(void);

/* The one entry of the instance, for that architecture. */
void trial_plant(const char *interpreter, const char *flags);

/* Compiles a program into the scratch folder, with RAN the path of a file in it; its path on the heap. */
char *trial_built(const char *name, const char *text, const char *options);

/* A copy under this name of the one static program that a test is about, compiled once; its path on the heap. */
char *trial_named(const char *text, const char *name);

/* A program that creates RAN and /ran, and writes to both outputs, as the first thing it does; exits 42. */
extern const char trial_ran_text[];

/* In this process: here, or in a root. */
void trial_run(enum probe_until until, unsigned timeout_ms);
void trial_run_in(int root);

/* Where and how far a child's run goes: an opened root, PROBE_EMPTY_ROOT, or here (less than -1). */
enum { TRIAL_EXIT = -2, TRIAL_EXEC = -3, TRIAL_FOREIGN = -4 };

/* What a child may become. False: it cannot. */
typedef bool trial_become(void);
/* trial_in_other_pids: in a PID namespace below the /proc of the outer one, where nothing may be left either. */
trial_become trial_as_is, trial_without_ptrace, trial_without_memfd, trial_without_processes, trial_in_other_pids;

/* The two that nearly all is tried as: root of the namespace, and somebody without capabilities. */
extern trial_become *const trial_becomings[2];

/* In a child, which first becomes that. */
void trial_run_as(trial_become *become, int where, unsigned timeout_ms);

/* Milliseconds of a clock that only goes forward. */
long trial_now_ms(void);

/* Fails unless all that was started is gone and reaped, or (soon) goes by itself within three seconds. */
void trial_expect_nothing_left(void);
void trial_expect_gone_soon(const char *what, long round);

#endif
