/* SPDX-License-Identifier: MIT */
/* A namespace with many users, of whom root and an ordinary one (RANGE_USER) do things in turn. */
#ifndef RANGE_H
#define RANGE_H

#include "harness.h"

enum { RANGE_USER = 1000 };

/*
 * Runs these tests in a child of its own: root of a user namespace that maps ids 0 to 65535 to themselves (only root
 * can make one), with a binfmt_misc of its own and a tmpfs at /mnt that all may reach. The number of failures, or 1.
 */
#define range_run(tests) range_run_tests(#tests, tests, LENGTH(tests))
int range_run_tests(const char *name, const struct CMUnitTest *tests, size_t count);

/* To be called first in each: an empty instance; skips with the reason if there is none. */
void range_setup(void);

/* For tests that range_run and others run: skips with the reason in what range_run starts if there is none. */
void range_need(void);

/* What is run from here on belongs to the ordinary user, or again to root. */
void range_become_user(void);
void range_become_root(void);

/* For run_prepare: an ordinary user for good. */
bool range_drop(void);

#endif
