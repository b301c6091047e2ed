/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "err.h"

struct facts;
struct snapshot;

enum grade { GRADE_PASS, GRADE_WARN, GRADE_FAIL };

/* One check's outcome. */
struct finding {
	enum grade grade;
	struct err why;
};

/* finding_set(finding, grade, printf arguments): the grade, the detail, and no fix. */
#define finding_set(finding, is, ...) ((finding)->grade = (is), err_note(&(finding)->why, __VA_ARGS__))
#define finding_fix(finding, ...) err_fix(&(finding)->why, __VA_ARGS__)

/* Receives one finding of a check. */
typedef void doctor_tell(void *arg, const char *check, const struct finding *finding);

/* The checks of the machine: pure functions of what was read. Ends with an empty one. */
struct doctor_check {
	const char *name;
	void (*judge)(const struct facts *facts, struct finding *finding);
};

extern const struct doctor_check doctor_checks[];

/* Every problem of every entry, and who can become root by flag C. */
void doctor_entries(const struct snapshot *s, doctor_tell *tell, void *arg);

/* What runs a file, whether its interpreter is there, and whether programs of its architecture run. */
void doctor_file(const struct snapshot *s, const char *file, doctor_tell *tell, void *arg);

#endif
