/* SPDX-License-Identifier: MIT */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>

struct binfmt;
struct err;
struct rule;

#define CONF_DIR "/etc/binfmt.d"

/*
 * Writes the rule to DIR/NAME.conf (DIR NULL: CONF_DIR, made if it is not there), whole or not at
 * all, for systemd-binfmt to register at boot. A file that binfmtctl did not write is left alone
 * unless `force`. A dry run notes the file's bytes in b. -1 and *err.
 */
int conf_persist(struct binfmt *b, const char *dir, const struct rule *rule, bool force, struct err *err);

/* Takes DIR/NAME.conf away if binfmtctl wrote it: 1 done, 0 there was none, -1 and *err. */
int conf_forget(struct binfmt *b, const char *dir, const char *name, struct err *err);

#endif
