/* SPDX-License-Identifier: MIT */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>

struct binfmt;
struct err;
struct rule;

#define CONF_DIR "/etc/binfmt.d"

/*
 * Whether conf_persist would be let, asked before the entry is changed: a folder that nobody else
 * can write, no file of somebody else's (unless `force`), a line that fits. -1 and *err if not.
 */
int conf_check(const char *dir, const struct rule *rule, bool force, struct err *err);

/*
 * Writes the rule to DIR/NAME.conf (DIR NULL: CONF_DIR, made if it is not there), whole or not at
 * all, for systemd-binfmt to register at boot. A file that binfmtctl did not write is left alone
 * unless `force`. A dry run notes the file's bytes in b. -1 and *err.
 */
int conf_persist(struct binfmt *b, const char *dir, const struct rule *rule, bool force, struct err *err);

/* Whose DIR/NAME.conf is: 1 binfmtctl wrote it, 0 there is none, -1 somebody else's, and *err. */
int conf_whose(const char *dir, const char *name, struct err *err);

/* Takes DIR/NAME.conf away if binfmtctl wrote it: 1 done, 0 there was none, -1 and *err. */
int conf_forget(struct binfmt *b, const char *dir, const char *name, struct err *err);

#endif
