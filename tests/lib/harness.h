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

/* Ends the test as skipped and prints why. It may hold memory: a leak sanitizer is told not to look then. */
#define skip_because(...) skip_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void skip_at(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Fails, and names the row of a table, unless both are the same text or both NULL. */
void expect_text(const char *row, const char *got, const char *want);

/* The same for bytes. */
void expect_bytes(const char *row, const void *got, size_t got_len, const void *want, size_t want_len);

/* Whether wanted is a piece of text; "" : text is empty; NULL: whatever it is. */
bool says(const char *text, const char *wanted);

#include "files.h"
#include "instance.h"
#include "machine.h"
#include "namespace.h"
#include "programs.h"
#include "run.h"

#endif
