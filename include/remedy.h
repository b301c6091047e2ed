/* SPDX-License-Identifier: MIT */
#ifndef REMEDY_H
#define REMEDY_H

#include <stdbool.h>

#include "look.h"

struct arch;
struct err;
struct handler;
struct snapshot;

/*
 * What helps, added to what is wrong: a fix where one command does it here, else a sentence. s NULL: no
 * table could be listed here, so nothing is added.
 */

/* The entry has to go. */
void remedy_remove(const struct snapshot *s, const struct handler *handler, struct err *err);

/* An interrupted change left it. */
void remedy_leftover(const struct snapshot *s, const struct handler *handler, struct err *err);

/* It is disabled; not where enable would refuse it. */
void remedy_enable(const struct snapshot *s, const struct handler *handler, struct err *err);

/* The file that it holds was replaced; not where refresh would leave it alone. */
void remedy_refresh(const struct snapshot *s, const struct handler *handler, struct err *err);

/* binfmt_misc is switched off; not where an entry keeps it from being switched on. */
void remedy_switch(const struct snapshot *s, struct err *err);

/* Where no handler takes programs of an architecture. */
void remedy_register(const struct snapshot *s, const struct arch *arch, struct err *err);

/* Whether `register all` would find something to do where nothing is registered. */
struct look remedy_any(const struct snapshot *s);

/*
 * Where an architecture (NULL: none was named) has no entry of its own: what takes its programs, or what would register
 * it, also in the text.
 */
void remedy_absent(const struct snapshot *s, const struct arch *arch, struct err *err);

/*
 * Where a handler's interpreter is missing or wrong: another one that is installed and that `register` would take;
 * static_only: and that works where none of its files are. The entry's name and flags stay.
 */
void remedy_interpreter(const struct snapshot *s, const struct handler *handler, bool static_only, struct err *err);

/*
 * Where a handler lacks flag F: that flag, and an interpreter of which it holds all: its own, unless the caller knows
 * that this needs other files (whole: false), or another.
 */
void remedy_hold(const struct snapshot *s, const struct handler *handler, bool whole, struct err *err);

#endif
