/* SPDX-License-Identifier: MIT */
/* Short ways from a rule to a live handler, past the command line. */
#ifndef LIVE_H
#define LIVE_H

#include "harness.h"

#include "rule.h"

struct binfmt;
struct entry;
struct snapshot;

/* Two interpreters of the scratch folder that exit with these: so it is seen which handler was in force. */
enum { OLD = 41, NEW = 43 };
extern char old_interpreter[4096], new_interpreter[4096];
void live_make_interpreters(void);

/* A rule for files named *.EXTENSION; it points to these texts. */
struct rule live_rule(const char *name, const char *extension, const char *interpreter, unsigned flags);

/* Opens the mount and takes the lock; binfmt_close ends both. */
void live_begin(struct binfmt *b);

/* Registers a rule's line as other programs do: no lock, no question. 0 or errno. */
int live_register(const struct rule *rule);

/* A snapshot made by hand, for what the tests' own instance cannot show; entry 0 is the newest. */
void live_snapshot(struct snapshot *s, struct entry *entries, size_t count);

#endif
