/* SPDX-License-Identifier: MIT */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>
#include <stdio.h>

struct err;

/* To be called first: from then on each line of standard error is one write(2), standard output that is no terminal
 * few. */
void print_whole_lines(void);

/* -q: warnings, notices and columns are not printed. */
void print_quiet(bool quiet);
bool print_is_quiet(void);

/*
 * Prints len bytes (or a string) with control bytes, bytes that are no UTF-8, and code points that
 * reorder or hide text as \xHH, so that a name can forge no line and reach no terminal function.
 */
void print_bytes(FILE *f, const char *bytes, size_t len);
void print_safe(FILE *f, const char *text);

/* "LEADtext; try: fix" on standard output; nothing where there is nothing to say. */
void print_why(const struct err *why, const char *lead);

/* "binfmtctl: OBJECT: cause" on standard error; object may be NULL. */
__attribute__((format(printf, 2, 3))) void print_err(const char *object, const char *fmt, ...);

/* The same, marked as a warning; nothing with -q. */
__attribute__((format(printf, 2, 3))) void print_warning(const char *object, const char *fmt, ...);

#endif
