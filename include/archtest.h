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
	bool ours;    /* that entry is surely of the instance in force */
	bool unseen;  /* its path could not be looked at */
	bool foreign; /* the interpreter is a foreign program itself: who runs it says nothing of its file */
	unsigned timeout_ms;
};
void archtest_judge(const struct archtest_input *in, struct archtest *trial);

/* Whether a version line is of the QEMU for an architecture: "qemu-aarch64 version 7.2.22" for qemu-arm is a mistake of
 * whoever registered it. */
bool archtest_is_of(const struct arch *arch, const char *version);

/* Whether a file (NULL: none, or not known) is the one that a run's exec started. */
bool archtest_ran(const struct stat *st, const struct probe_result *run);

#endif
