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

/*
 * cmocka_run_group_tests for tests against the kernel: enters the namespace and gives each test
 * ns_setup; where that is not possible every test is skipped with the reason (cmocka takes a
 * skip() in a setup for an error).
 */
#define ns_run(tests) ns_run_tests(#tests, tests, LENGTH(tests))
int ns_run_tests(const char *name, const struct CMUnitTest *tests, size_t count);

/* Ends the test as skipped and prints why. */
#define skip_because(...)                                                                                              \
	do {                                                                                                           \
		fprintf(stderr, "skipped: " __VA_ARGS__);                                                              \
		fputc('\n', stderr);                                                                                   \
		skip();                                                                                                \
	} while (0)

/* Runs ./binfmtctl with these words (NULL ends them), collects what it prints. Static result: valid until the next
 * call. */
const struct run *tool(const char *word, ...) __attribute__((sentinel));

/* The same with a row of a table (NULL ends it). */
const struct run *tool_words(const char *const words[]);

/* A line for /bin/sh, printf-like, run in the current folder. */
__attribute__((format(printf, 1, 2))) const struct run *shell(const char *fmt, ...);

/*
 * Fails, and shows the whole run, unless it ended with this status and out and err hold these
 * texts. NULL: not looked at; "": nothing was printed there. Returns the run.
 */
#define expect(run, status, out, err) expect_run(run, status, out, err, __FILE__, __LINE__)
const struct run *expect_run(const struct run *r, int status, const char *out, const char *err, const char *file,
			     int line);

/* Fails unless the text is one JSON document for which the jq filter is true; false where there is no jq. */
#define expect_json(text, filter) expect_json_at(text, filter, __FILE__, __LINE__)
bool expect_json_at(const char *text, const char *filter, const char *file, int line);

/* The same for any program, by path; env may be NULL for an empty environment. */
const struct run *program(char *const argv[], char *const env[]);

/* The same with another argv[0] than the path, and after a chroot (root may be NULL). */
const struct run *program_at(const char *root, const char *path, char *const argv[], char *const env[]);

/* Writes a string to a file of the mount with one write(2); 0 or errno. */
int mount_write(const char *file, const char *bytes, size_t len);

/*
 * All that there is to see of the instance, on the heap: the switch, and every entry in order with inode,
 * time of registration and text. Two equal ones: nothing was written meanwhile that left a trace.
 */
char *instance(void);

/* Fails if the instance is no longer what `before`, from instance(), says. */
#define expect_instance(before) expect_instance_at(before, __FILE__, __LINE__)
void expect_instance_at(const char *before, const char *file, int line);

/* The whole text of an entry as the kernel shows it, "" if there is none. Static buffer. */
const char *entry_text(const char *name);

/* Registers a line as it is, past binfmtctl. */
void register_raw(const char *line);

/* The probe program of an architecture as an executable file of the scratch folder; its path on the heap. Exits 42. */
char *probe_program(const char *arch, const char *file);

/* Interpreters: a static native program that exits 42; a script that prints "told" and its arguments. */
const char *tiny_interpreter(void);
const char *script_interpreter(void);

/* Runs a program with nothing but its path. 226: exec failed with ENOEXEC, 227: otherwise. */
const struct run *execute(const char *path);

/* The whole text of a file, NUL-terminated, in a static buffer; NULL if it cannot be read. */
const char *slurp(const char *path);

/* A text into a file with this mode, made anew (also where it is being executed). */
void spill(const char *path, const void *bytes, size_t len, mode_t mode);
void copy_file(const char *from, const char *to, mode_t mode);

/*
 * A fresh folder for this test program's files, removed at its exit; its absolute path. In the namespace it is
 * one that only root can reach into, else below build/.
 */
const char *scratch(void);

/* The path of a file in it, on the heap. */
char *scratch_file(const char *name);

#endif
