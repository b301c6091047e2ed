/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_MACHINE_H
#define DOCTOR_MACHINE_H

#include "doctor.h"

struct facts;

/* The checks of the machine: pure functions of what was read. Ends with an empty one. */
struct doctor_check {
	const char *name;
	void (*judge)(const struct facts *facts, struct finding *finding);
};

extern const struct doctor_check doctor_checks[];

#endif
