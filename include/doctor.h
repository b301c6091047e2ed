/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stddef.h>

#include "hint.h"

struct facts;

enum grade { GRADE_PASS, GRADE_WARN, GRADE_FAIL };

/* One check's outcome. */
struct finding {
	enum grade grade;
	struct hint advice;
};

/* finding_set(finding, grade, printf arguments): the grade, the detail, and no fix. */
#define finding_set(finding, is, ...) ((finding)->grade = (is), hint_set(&(finding)->advice, __VA_ARGS__))
#define finding_fix(finding, ...) hint_fix(&(finding)->advice, __VA_ARGS__)

/* The checks of the machine: pure functions of what was read. Ends with an empty one. */
struct doctor_check {
	const char *name;
	void (*judge)(const struct facts *facts, struct finding *finding);
};
extern const struct doctor_check doctor_checks[];

#endif
