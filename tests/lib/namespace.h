/* SPDX-License-Identifier: MIT */
/* A user and mount namespace with a binfmt_misc of its own, in which this process is root. */
#ifndef NAMESPACE_H
#define NAMESPACE_H

#include <stddef.h>

#define MOUNT "/proc/sys/fs/binfmt_misc"

/* Moves this process into a user and mount namespace in which it is root. NULL, or why that is not possible. */
const char *ns_become_root(void);

/* Mounts a binfmt_misc at MOUNT in a namespace that we have already, and sees that it is a new one. NULL, or why not.
 */
const char *ns_mount(void);

/*
 * Both, and this tree is seen at a path that no other user's folder is on. To be called first in main; where it gives a
 * reason, kernel tests skip.
 */
const char *ns_enter(void);

/* A file system of the namespace's own: no folder on the way to it is open to others. NULL: there is none. */
const char *ns_private_place(void);

/* Removes all entries and switches on. */
void ns_empty(void);

/* The same as cmocka's setup of a kernel test; skips with the reason if ns_enter failed. */
int ns_setup(void **state);

/*
 * cmocka_run_group_tests for tests against the kernel: enters the namespace and gives each test
 * ns_setup; where that is not possible every test is skipped with the reason (cmocka takes a
 * skip() in a setup for an error). ns_run_in: by another way into one than ns_become_root.
 */
#define ns_run(tests) ns_run_in(ns_become_root, tests)
#define ns_run_in(become_root, tests) ns_run_tests(#tests, become_root, tests, LENGTH(tests))
int ns_run_tests(const char *name, const char *(*become_root)(void), const struct CMUnitTest *tests, size_t count);

#endif
