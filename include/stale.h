/* SPDX-License-Identifier: MIT */
#ifndef STALE_H
#define STALE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct arch;
struct binfmt;
struct binfmt_list;
struct entry;
struct pathtime;
struct probe_result;
struct rule;

/* Whether an F entry still runs the interpreter that its path names. */
enum stale {
	STALE_NO,
	STALE_REPLACED,  /* the path names another file now; the old one keeps running */
	STALE_DELETED,   /* the path names nothing any more; the old file keeps running */
	STALE_ELSEWHERE, /* another file, not deleted: registered from another mount namespace */
	STALE_UNSEEN,    /* the run shows nothing of it: a script, T or L, or /proc/PID/exe was closed to us */
	STALE_UNKNOWN,   /* its path cannot be looked at, a probe could not be run, the kernel does not use it here, or
			    times   are all there is and say nothing of it */
};

struct staleness {
	enum stale stale;
	bool broken;  /* of STALE_REPLACED: exec of the old file, which the kernel holds, fails */
	bool by_time; /* judged by times of change and that of registration, a hint only; STALE_UNKNOWN: no hint */
	bool firm;    /* by_time, and nothing at all has changed on the way to its file since, nor is a mount on it */
	const char *untold; /* why what would tell could not be looked at, or run; NULL: it was, or needs not be */
};

/*
 * Pure: what a run of the probe, stopped at the exec trap or later, says of the entry that took
 * it. `path` is what stat(2) says of rule->interpreter, NULL if that failed.
 */
enum stale stale_by_probe(const struct rule *rule, const struct probe_result *run, const struct stat *path);

/*
 * The live entry behind `taker` whose interpreter is the file that ran the architecture's program: one that was born
 * with flag D (Linux 7.3) goes to the head of the kernel's table at its first enable, which no listing shows. NULL:
 * none, as on all kernels before.
 */
const struct entry *stale_who_ran(const struct binfmt_list *list, const struct arch *arch, const struct entry *taker,
				  const struct probe_result *run);

/* Pure: why a run that was to end at the exec trap shows nothing, for a reason that is not the entry's; or NULL. */
const char *stale_untold(const struct probe_result *run);

/* Pure: the file was changed after the entry was registered, or is gone (path NULL). */
enum stale stale_by_time(const struct timespec *registered, const struct stat *path);

/*
 * The best answer that can be had for an entry of the list: by a probe if it is enabled, of a known
 * architecture and the first to take its programs, else by time. Entries without F are never stale. b is whose list it
 * is (NULL: of no mount): of a parent's (BINFMT_INHERITED) no probe tells. *times (may be NULL) is what was found of
 * the way to the interpreter.
 */
struct staleness stale_of(const struct entry *entry, const struct binfmt_list *list, bool switched_on,
			  const struct binfmt *b, struct pathtime *times);

#endif
