/* SPDX-License-Identifier: MIT */
#ifndef ARCHTEST_H
#define ARCHTEST_H

#include <stdbool.h>
#include <sys/stat.h>

#include "err.h"
#include "probe.h"
#include "rule.h"

struct arch;
struct entry;
struct snapshot;
struct walk;
struct handler;

/* What a trial of one architecture showed. */
struct archtest {
	bool tried;     /* the kernel was asked; if not, `why` says what kept us from it */
	bool ok;        /* the probe ran and exited with PROBE_STATUS, or was stopped */
	bool unhandled; /* exec fails as no handler takes it */
	bool elsewhere; /* the entry would take it, and is in force somewhere else: nothing helps it here */
	bool native;    /* the kernel ran it itself */
	bool stopped;   /* before anything of the runner ran, as asked for */
	char entry[RULE_NAME_MAX + 1];  /* the live entry that takes it, "" if none does or it is not known */
	bool stale;                     /* the runner's file was replaced or deleted since it was registered */
	bool stale_known;               /* that could be told */
	bool unseen;                    /* it could not, as the entry's interpreter could not be looked at */
	char runner[PATH_MAX + 16];     /* the file that ran it, "" if it could not be seen or none did */
	char version[PROBE_OUTPUT_MAX]; /* QEMU's version line, "" if it is no QEMU */
	struct err why;                 /* what was seen, and on a failure the fix */
};

/* It is known what is started, but not whether that runs programs: nothing of it has run. */
bool archtest_is_untold(const struct archtest *trial);

/* How architectures are tried. */
struct archtest_way {
	const struct snapshot *s; /* NULL where the entries cannot be seen; those of another instance count as such */
	int root;                 /* -1: here; in another (see resolve.h) always up to the exec trap only */
	enum probe_until until;   /* with PROBE_UNTIL_EXIT what is registered runs */
	unsigned timeout_ms;
	bool version; /* is wanted of every runner that is QEMU; else only where `why` depends on it */
};

/* Receives what became of an architecture. */
typedef void archtest_tell(void *arg, const struct arch *arch, const struct archtest *trial);

/* Runs the probes of at most ARCH_ROWS_MAX architectures through the kernel, side by side, and tells of them in their
 * order. */
void archtest_run_all(const struct archtest_way *way, const struct arch *const archs[], size_t count,
		      archtest_tell *tell, void *arg);

/*
 * Pure: the verdict on one run. `path` is what stat(2) says of the entry's interpreter (NULL if
 * that failed), `script` the same of what runs the interpreter if that is a script (else NULL),
 * `version` what a second run with QEMU_VERSION=1 was (NULL if none was made).
 */
struct archtest_input {
	const struct walk *walk; /* what was foretold, or NULL */
	const struct arch *arch;
	const struct handler *taker; /* the live entry that takes it, NULL: none, or not known */
	const struct entry *other;   /* the one that ran it, which the list shows behind that; NULL: none */
	const struct err *idle;      /* then, why none does, or NULL */
	const struct probe_result *run, *version;
	const struct stat *path, *script;
	bool unseen;  /* its path could not be looked at */
	bool foreign; /* the interpreter is a foreign program itself: who runs it says nothing of its file */
	unsigned timeout_ms;
};
void archtest_judge(const struct archtest_input *in, struct archtest *trial);

#endif
