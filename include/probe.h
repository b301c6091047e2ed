/* SPDX-License-Identifier: MIT */
#ifndef PROBE_H
#define PROBE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arch;
struct err;

enum {
	PROBE_MAX = 160,        /* bytes of a probe program: header, one program header, code */
	PROBE_STATUS = 42,      /* what it exits with */
	PROBE_OUTPUT_MAX = 256, /* bytes kept of what the run prints */
	PROBE_TIMEOUT_MS = 5000,
};

enum probe_end {
	PROBE_REFUSED, /* exec failed: see exec_errno */
	PROBE_STOPPED, /* killed at the exec trap as asked: nothing of the program has run */
	PROBE_EXITED,
	PROBE_SIGNALLED,
	PROBE_TIMED_OUT,
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
	char output[PROBE_OUTPUT_MAX]; /* its standard output, NUL-terminated */
};

enum probe_until { PROBE_UNTIL_EXEC, PROBE_UNTIL_EXIT };

/*
 * A whole ELF program for an architecture that exits with PROBE_STATUS. `version` becomes byte 6
 * of e_ident: 1 is what the standard says; native execution ignores it, our masks do not.
 * Returns its size in bytes.
 */
size_t probe_build(const struct arch *arch, unsigned char version, unsigned char elf[static PROBE_MAX]);

/*
 * Executes the program through the kernel, from memory or an unnamed file, with no environment but
 * `variable` (NULL for none), no standard input, and (since Linux 5.11) no descriptor but its own.
 * The process and its group are gone on return; where it cannot be traced, PROBE_UNTIL_EXEC executes
 * nothing and is PROBE_REFUSED. -1 if it could not even be tried (no memory, no process, nowhere an executable file).
 */
int probe_run(const unsigned char *elf, size_t size, const char *variable, enum probe_until until, unsigned timeout_ms,
	      struct probe_result *result, struct err *err);

#endif
