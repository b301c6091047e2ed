/* SPDX-License-Identifier: MIT */
/*
 * Runs of ./binfmtctl that a test disturbs by strace: where each starts, which of its syscalls touch the
 * mount, and what has to be true in the end.
 */
#ifndef FAULT_H
#define FAULT_H

#include "live.h"

enum { FAULT_CALLS_MAX = 16 };

#define FAULT_STRACE "/usr/bin/strace"

/* The command that replaces the entry `name`. */
#define FAULT_REPLACE "register --name name --extension fire --interpreter $NEW -f PF"

/* How a run starts and what is asked for. */
struct scenario {
	const char *name;
	void (*start)(void);
	const char *
	    command; /* of binfmtctl, with variables of the shell: NEW, DIR of interpreters, ARCHS three foreign ones */
	const char *program; /* a handler for it is in force all the time; NULL: not in this one */
	bool sampled;        /* too many points to visit each */
};

/* The mount-touching syscalls of one undisturbed run, and what it leads to. */
struct course {
	size_t call_count;
	struct call {
		char name[32];
		size_t times;
	} calls[FAULT_CALLS_MAX];
	char *wanted; /* fault_state() */
};

/* Made by fault_prepare: strace's log of the last run, and shell text that sets the variables of commands. */
extern char fault_log[4096], fault_variables[16384];

/* Those three. */
enum { FAULT_ARCHS = 3 };
extern const struct arch *fault_archs[FAULT_ARCHS];

/* Files for all tests; skips where there is no strace. */
void fault_prepare(void);

/* Where scenarios start: nothing but another's entry; with an old `name`; it is disabled; its temporary; both; an old
 * handler of the second of three architectures. */
void fault_start_empty(void);
void fault_start_old(void);
void fault_start_disabled(void);
void fault_start_temporary(void);
void fault_start_both(void);
void fault_start_arch(void);

struct rule fault_rule(const char *name, const char *interpreter, unsigned flags);

/* strace's words that pick what touches the mount: its folder, its two files, and all names that the run may use. */
const char *fault_paths(void);

/* A run of the scenario's command under strace with more of its options. */
const struct run *fault_run(const struct scenario *s, const char *options);

/* Runs the scenario once undisturbed, and learns what there is to disturb. */
void fault_learn(const struct scenario *s, struct course *course);

/* All names and texts. On the heap. */
char *fault_state(void);

/* Inode and text of the entry that is nobody's business. */
const char *fault_bystander(void);

/* Exit status of the scenario's program; NEW where it has none. */
int fault_exec(const struct scenario *s);

bool fault_names_object(const char *text);

/* The next run, undisturbed, with no patience for a lock that somebody still holds, ends in the state wanted. */
void fault_heals(const struct scenario *s, const struct course *course, const char *fault);

/* Fails, and shows all that there is to see. */
void fault_fail(const struct scenario *s, const char *fault, const char *what, const struct run *r);

#endif
