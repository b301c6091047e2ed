/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stddef.h>

#include "err.h"

struct snapshot;

enum grade {
	GRADE_PASS,
	GRADE_WARN,
	GRADE_FAIL,
	GRADE_UNKNOWN, /* it could not be looked at */
	GRADES,
};

/* The word of a grade: "pass". */
const char *grade_word(enum grade grade);

/* One check's outcome. */
struct finding {
	enum grade grade;
	struct err why;
	const char *entry; /* that it is about, or NULL */
	const char *file;  /* that it is about: the operand, or one of the configuration; or NULL */
};

/* finding_set(finding, grade, printf arguments): the grade, the detail, no fix, about no entry and no file. */
#define finding_set(finding, is, ...)                                                                                  \
	((finding)->grade = (is), (finding)->entry = (finding)->file = NULL, err_note(&(finding)->why, __VA_ARGS__))
#define finding_fix(finding, ...) err_fix(&(finding)->why, __VA_ARGS__)

/* Receives one finding of a check. */
typedef void doctor_tell(void *arg, const char *check, const struct finding *finding);

/* Every problem of every entry, and who can become root by flag C. */
void doctor_entries(const struct snapshot *s, doctor_tell *tell, void *arg);

#endif
