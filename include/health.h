/* SPDX-License-Identifier: MIT */
#ifndef HEALTH_H
#define HEALTH_H

#include <stddef.h>

#include "err.h"

struct snapshot;
struct handler;

/* What can be wrong with an entry, in the order in which it is told. */
enum problem {
	PROBLEM_DISABLED,
	PROBLEM_MISSING, /* no F, and the path names no file */
	PROBLEM_STALE,   /* F, and the path names another file by now */
	PROBLEM_DELETED, /* F, and the path names no file any more */
	PROBLEM_NOT_EXECUTABLE,
	PROBLEM_DYNAMIC,  /* F with a dynamic interpreter */
	PROBLEM_INSECURE, /* C, and others can change the interpreter */
	PROBLEM_SHADOWED, /* an enabled entry in front takes files from it */
	PROBLEM_NATIVE,
	PROBLEM_LOOP,
	PROBLEM_LEFTOVER, /* of a change that was killed */
	PROBLEMS,
};

struct health {
	size_t count;
	struct {
		enum problem problem;
		char detail[ERR_TEXT_MAX];
	} problems[PROBLEMS];
};

/* The JSON code: "not-executable". */
const char *health_code(enum problem problem);

/* A warning only counts with --strict: dynamic, shadowed. */
int health_is_warning(enum problem problem);

/* Examines an entry of the snapshot. May run a probe. */
void health_examine(const struct snapshot *s, const struct handler *view, struct health *health);

#endif
