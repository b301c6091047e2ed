/* SPDX-License-Identifier: MIT */
/* What all tests share. Include it first: it brings cmocka with the headers that cmocka wants before it. */
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MOUNT "/proc/sys/fs/binfmt_misc"

enum { RUN_TEXT_MAX = 1 << 20 };

/* One finished run of a program. */
struct run {
	int status; /* exit status, or 128 + signal */
	char out[RUN_TEXT_MAX], err[RUN_TEXT_MAX];
};

/*
 * Moves this process into a user and mount namespace with a binfmt_misc of its own at MOUNT (the
 * caller becomes root in it) and sees that the mount is really new. False, and *reason, where that
 * is not possible: then kernel tests skip. To be called first in main.
 */
bool ns_enter(const char **reason);

/* cmocka setup for every kernel test: skips with the reason if ns_enter failed, else removes all entries and switches
 * on. */
int ns_setup(void **state);

/* Runs ./binfmtctl with these words (NULL ends them), collects what it prints. Static result: valid until the next
 * call. */
const struct run *tool(const char *word, ...) __attribute__((sentinel));

/* The same for any program, by path; env may be NULL for an empty environment. */
const struct run *program(char *const argv[], char *const env[]);

/* Writes a string to a file of the mount with one write(2); 0 or errno. */
int mount_write(const char *file, const char *bytes, size_t len);

/* The whole text of a file, NUL-terminated, in a static buffer; NULL if it cannot be read. */
const char *slurp(const char *path);

/* A text into a file with this mode, made anew (also where it is being executed). */
void spill(const char *path, const void *bytes, size_t len, mode_t mode);
void copy_file(const char *from, const char *to, mode_t mode);

/* A fresh folder below build/ for this test program's files; its absolute path. */
const char *scratch(void);

#endif
