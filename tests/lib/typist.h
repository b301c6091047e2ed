/* SPDX-License-Identifier: MIT */
/* A shell on a terminal, and somebody who types. */
#ifndef TYPIST_H
#define TYPIST_H

#include "harness.h"

struct typist {
	int fd; /* the terminal's other end */
	pid_t pid;
};

/* Starts a shell by path in this folder, which is its home too. */
void typist_start(struct typist *typist, char *const argv[], const char *home);

/* Types keys, then reads what appears until it holds `wanted`. All that appeared, in a static buffer; NULL: it never
 * came. */
const char *typist_type(struct typist *typist, const char *keys, const char *wanted);

/* Waits until a job of the shell has the terminal, and is not stopped. */
void typist_wait_for_job(const struct typist *typist);

void typist_end(struct typist *typist);

#endif
