/* SPDX-License-Identifier: MIT */
#ifndef REMEDY_H
#define REMEDY_H

#include <stdbool.h>

struct arch;
struct err;
struct handler;
struct snapshot;

/*
 * What helps, added to what is wrong: a fix where one command does it here, else a sentence. s NULL: no
 * table is visible here.
 */

/* One command of binfmtctl, on the mount that s shows. */
__attribute__((format(printf, 3, 4))) void remedy_command(const struct snapshot *s, struct err *err, const char *fmt,
							  ...);

/* Where no handler takes programs of an architecture. */
void remedy_register(const struct snapshot *s, const struct arch *arch, struct err *err);

/*
 * Where an architecture (NULL: none was named) has no entry of its own: what takes its programs, or what would register
 * it, also in the text.
 */
void remedy_absent(const struct snapshot *s, const struct arch *arch, struct err *err);

/* Where a handler's interpreter is missing or wrong: another one that is installed; the entry's name stays. */
void remedy_interpreter(const struct snapshot *s, const struct handler *handler, bool static_only, struct err *err);

/* Where a handler lacks flag F. */
void remedy_hold(const struct snapshot *s, const struct handler *handler, struct err *err);

#endif
