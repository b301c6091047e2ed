/* SPDX-License-Identifier: MIT */
#ifndef PROBE_H
#define PROBE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "interp.h"

struct arch;
struct err;

enum {
	PROBE_MAX = 256,        /* bytes of a probe: ours have 160 at most, and no handler looks at more of a file */
	PROBE_STATUS = 42,      /* what it exits with */
	PROBE_OUTPUT_MAX = 256, /* bytes kept of what the run prints */
	PROBE_TIMEOUT_MS = 5000,
	PROBES_MAX = 4, /* that run at once */
};

enum probe_end {
	PROBE_REFUSED, /* exec failed: see exec_errno */
	PROBE_STOPPED, /* killed at the exec trap as asked: nothing of the program has run */
	PROBE_EXITED,
	PROBE_SIGNALLED,
	PROBE_TIMED_OUT, /* also if it stopped itself */
};

/* What became of one run. */
struct probe_result {
	enum probe_end end;
	int exec_errno, status, signal;
	bool traced;             /* the exec trap was seen; if not, the runner is unknown */
	int exe_errno;           /* why /proc/PID/exe could not be read although traced, or 0 */
	bool itself;             /* the kernel runs the probe itself: no handler, native */
	char exe[PATH_MAX + 16]; /* link of /proc/PID/exe, "" if unknown; may end in " (deleted)" */
	dev_t dev;               /* of the file that runs */
	ino_t ino;
	bool reachable;                /* here, exe names that very file: it was not run from another mount namespace */
	bool flags_read;               /* AT_FLAGS could be read at the exec trap */
	bool tells_p;                  /* its bit 0: the kernel tells the interpreter of flag P (since Linux 5.12) */
	char output[PROBE_OUTPUT_MAX]; /* its standard output, NUL-terminated */
	char message[PROBE_OUTPUT_MAX]; /* the first line of its standard error that is not empty, as it was written */
};

/* How far a run goes. */
enum probe_until {
	PROBE_UNTIL_EXEC,    /* to the exec trap: nothing of any program runs */
	PROBE_UNTIL_FOREIGN, /* to its end if the kernel runs the probe itself, else (or if that is not seen) to the
				trap */
	PROBE_UNTIL_EXIT,    /* to its end, whatever runs it */
};

/*
 * A whole ELF program for an architecture that exits with PROBE_STATUS. `version` becomes byte 6
 * of e_ident: 1 is what the standard says; native execution ignores it, our masks do not.
 * Returns its size in bytes.
 */
size_t probe_build(const struct arch *arch, unsigned char version, unsigned char elf[static PROBE_MAX]);

enum { PROBE_EMPTY_ROOT = -1, PROBE_HERE = -2 };

/* One run that is asked for. */
struct probe_job {
	unsigned char elf[PROBE_MAX];
	size_t size;
	const char *variable; /* the environment; NULL: none */
	const char *again; /* of a second run, if the first one exits and was run by another file; NULL: none is made */
	enum probe_until until;
	int root; /* PROBE_HERE, PROBE_EMPTY_ROOT or an opened folder (O_PATH will do); there PROBE_UNTIL_EXEC only */
	unsigned timeout_ms; /* of each run */
};

/* Receives what became of job i: the runs (`again` may be NULL); or run NULL, and err says why it was not tried. */
typedef void probe_tell(void *arg, size_t i, const struct probe_result *run, const struct probe_result *again,
			const struct err *err);

/*
 * Executes programs through the kernel, from memory or an unnamed file, with no environment but `variable`, no standard
 * input, and no descriptor but their own, in sessions of their own; as many at once as there are CPUs, but PROBES_MAX
 * at most, and tells of each as it ends. All jobs go equally far. What PROBE_UNTIL_EXIT runs has no_new_privs, no
 * capabilities but those that open files (the kernel uses them to find the interpreter), no core dump, since Linux 6.12
 * nobody but itself to send signals to and, where the caller has CAP_SYS_ADMIN, a PID namespace (with the outer /proc).
 * All that a job has started is gone when it is told of; without that namespace what left its process group is found by
 * /proc/thread-self/children. It could not even be tried where there is no memory, no process, nowhere an executable
 * file, or ptrace is forbidden (but for PROBE_UNTIL_EXIT): that is no verdict. In another root, as after chroot(2), the
 * handlers in force are the caller's. An empty one is a file system that nobody else sees (since Linux 5.2). Both need
 * a user namespace where the caller has no privilege.
 */
void probe_run_all(const struct probe_job *jobs, size_t count, probe_tell *tell, void *arg);

/* One run here, of at most PROBE_MAX bytes. 0, or -1 and *err if it could not be tried. */
int probe_run(const unsigned char *elf, size_t size, const char *variable, enum probe_until until, unsigned timeout_ms,
	      struct probe_result *result, struct err *err);

/* The same in another root, stopped at the exec trap. */
int probe_run_in(const unsigned char *elf, size_t size, int root, unsigned timeout_ms, struct probe_result *result,
		 struct err *err);

/* Whether exec failed for want of memory or files, which says nothing of the handler. Pure. */
bool probe_lacked(const struct probe_result *run);

enum probe_alone {
	PROBE_ALONE_UNKNOWN, /* cannot tell: not tried, no handler took it, no memory */
	PROBE_ALONE_WORKS,
	PROBE_ALONE_NO_F,    /* the interpreter's path is not there */
	PROBE_ALONE_DYNAMIC, /* its loader is not there, or is another machine's */
	PROBE_ALONE_SCRIPT,  /* what runs the script is not there, or not here */
	PROBE_ALONE_FAILS,   /* exec fails for another reason, see exec_errno */
};

/*
 * Why an entry does not work in the other root, from a run in it (NULL: not tried), the entry's flags, and what its
 * interpreter is (NULL: unknown). Pure.
 */
enum probe_alone probe_alone(const struct probe_result *run, unsigned flags, const struct interp *interp);

#endif
