/* SPDX-License-Identifier: MIT */
/* Runs of programs to their end, and what they must have said. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>

enum { RUN_TEXT_MAX = 1 << 20 };

/* One finished run of a program. */
struct run {
	int status; /* exit status, or 128 + signal */
	char out[RUN_TEXT_MAX], err[RUN_TEXT_MAX];
};

/* Called in the process of every run, just before its exec; NULL: nothing is. False: the run ends with status 229. */
extern bool (*run_prepare)(void);

/* Runs ./binfmtctl with these words (NULL ends them), collects what it prints. Static result: valid until the next
 * call. */
const struct run *tool(const char *word, ...) __attribute__((sentinel));

/* The same with a row of a table (NULL ends it). */
const struct run *tool_words(const char *const words[]);

/* The same for any program, by path; env may be NULL for an empty environment. */
const struct run *program(char *const argv[], char *const env[]);

/* The same with another argv[0] than the path, and after a chroot (root may be NULL). */
const struct run *program_at(const char *root, const char *path, char *const argv[], char *const env[]);

/* Runs a program with nothing but its path. 226: exec failed with ENOEXEC, 227: otherwise. */
const struct run *execute(const char *path);

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

#endif
