/* SPDX-License-Identifier: MIT */
#ifndef DRIFT_H
#define DRIFT_H

#include "err.h"
#include "look.h"

struct boot;
struct entry;
struct handler;
struct snapshot;

enum drift_end {
	DRIFT_SAME,    /* the same rule comes back */
	DRIFT_CHANGED, /* another rule comes back, or the entry is enabled again */
	DRIFT_GONE,    /* nothing brings it back */
	DRIFT_UNKNOWN, /* not everything that registers handlers at boot could be seen */
};

enum { DRIFT_SOURCE_MAX = 320 };

/* What a reboot makes of a live entry. */
struct drift {
	enum drift_end end;
	char source[DRIFT_SOURCE_MAX]; /* where it stands: "FILE:LINE", a record's path, a unit; "" nowhere */
	const char *program;  /* what brings it back from there at boot; NULL: nothing does, or that is not known */
	enum look_is flushed; /* a restart of systemd-binfmt removes it, and nothing brings it back then */
	long turn;            /* when it is registered (bootorder.h) */
	struct err why;       /* ERR_DRIFT, what will be, and a fix where a command keeps the entry as it is */
};

/* Why nothing can be said of any entry: the machine boots with files not seen here, or may. NULL: it does not. */
const char *drift_unseen(const struct boot *boot);

/* Looks at one entry; `dir` is the mount that it is live on, NULL: no fix is looked for. */
void drift_examine(const struct boot *boot, const struct handler *handler, const char *dir, struct drift *drift);

/* For people: where it stands and what brings it back from there, else what becomes of it; and who may remove it. */
void drift_text(const struct drift *drift, char text[static ERR_TEXT_MAX]);

/*
 * Warns where the file that `register --persist` wrote for an entry says otherwise than `now`: what the entry is, or
 * will be (NULL: it is gone), or where that cannot be told.
 */
void drift_warn(const char *name, const struct entry *now, struct warnings *warnings);

/*
 * drift_text of an entry of the snapshot, or why a reboot does not concern it. boot NULL: it was not read, as only the
 * host's instance outlives a boot.
 */
void drift_source(const struct snapshot *s, const struct boot *boot, const struct handler *handler,
		  char text[static ERR_TEXT_MAX]);

#endif
