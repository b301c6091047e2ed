/* SPDX-License-Identifier: MIT */
#ifndef PERSIST_H
#define PERSIST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "look.h"

struct planned;
struct err;
struct rule;

#define PERSIST_DIR "/etc/binfmt.d"

enum { PERSIST_TEXT_MAX = 2048 };

/*
 * An entry's file of binfmt.d, NAME.conf: a first line that says who wrote it, then the register
 * line, for systemd-binfmt to register at boot. It is opened and looked at before the entry is
 * changed, so that what would be refused is refused while nothing has happened.
 */
struct persist {
	const char *where; /* the folder */
	int dir;           /* opened, -1: it is not there */
	char name[NAME_MAX + 1];
	bool ours;             /* the file is there, and binfmtctl wrote it */
	bool closed;           /* others cannot write it */
	bool written, removed; /* by this run, or by what a dry run stands for */
	size_t len;            /* of text */
	char text[PERSIST_TEXT_MAX];
	size_t was_len; /* of what is in the file */
	char was[PERSIST_TEXT_MAX];
};

/*
 * Looks at an entry's file in a folder (NULL: PERSIST_DIR). -1 with ERR_PERSIST if somebody else wrote it
 * (unless `force`), or no file can have that name: there is none of binfmtctl's. -1 with another code if
 * that could not be seen.
 */
int persist_open(struct persist *file, const char *dir, const char *name, bool force, struct err *err);
void persist_close(struct persist *file);

/* Makes the text for a rule. -1 and *err if there is none, or others could write the folder. */
int persist_prepare(struct persist *file, const struct rule *rule, struct err *err);

/*
 * Writes the file, whole or not at all, and an equal one not at all; makes PERSIST_DIR. With `planned` the write is
 * only added there. 0, or -1 and *err.
 */
int persist_write(struct persist *file, struct planned *planned, struct err *err);

/*
 * The rule in the file that binfmtctl wrote for an entry in PERSIST_DIR; *rule points into *file, which is closed. No:
 * it wrote none. Unknown and *err: the file could not be read, or no longer says one rule.
 */
struct look persist_rule(struct persist *file, const char *name, struct rule *rule, struct err *err);

/* Takes the file away if binfmtctl wrote it: 1 done (or would be, in a dry run), 0 there was none, -1 and *err. */
int persist_remove(struct persist *file, bool dry, struct err *err);

#endif
