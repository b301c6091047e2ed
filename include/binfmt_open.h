/* SPDX-License-Identifier: MIT */
#ifndef BINFMT_OPEN_H
#define BINFMT_OPEN_H

#include <stdbool.h>

#include "known.h"
#include "look.h"

struct err;
struct planned;

#define BINFMT_DIR "/proc/sys/fs/binfmt_misc"

/* An opened binfmt_misc mount. */
struct binfmt {
	const char *dir;         /* as the user gave it, for messages */
	int dir_fd;              /* -1: a dry run's mount that is not there yet, with nothing in it */
	int register_fd;         /* open and locked from binfmt_lock to binfmt_unlock, else -1 */
	bool was_enabled;        /* an entry that is to be disabled was enabled for a moment: no flag D */
	struct known known;      /* which names are taken: nothing until the session has listed them */
	struct planned *planned; /* a dry run's writes go here; NULL: no dry run */
};

/* Whose instance the mount shows. */
enum binfmt_scope {
	BINFMT_HOST,      /* the initial user namespace's */
	BINFMT_NAMESPACE, /* a private one of this user namespace */
	BINFMT_PRIVATE,   /* surely not the machine's; of this user namespace or of one above it */
	BINFMT_INHERITED, /* an ancestor's, seen from a child: in force or not; its root alone may change it */
	BINFMT_UNKNOWN,   /* also what is reached through the root folder of another mount namespace's process */
};

/*
 * Opens the mount; planned may be NULL. 0, or -1 with EXIT_UNAVAILABLE and what to do where the path
 * is no binfmt_misc: no kernel support, not mounted, another file system, an untriggered automount.
 */
int binfmt_open(struct binfmt *b, const char *dir, struct planned *planned, struct err *err);

/* For a dry run: a mount as it would be made at dir. */
void binfmt_imagine(struct binfmt *b, const char *dir, struct planned *planned);
void binfmt_close(struct binfmt *b);

/* Whether the kernel names binfmt_misc among its file systems: built in, or its module is loaded. */
struct look binfmt_supported(void);

enum binfmt_scope binfmt_scope(const struct binfmt *b);

/* Whether it is BINFMT_INHERITED: sooner known than the rest, for who is about to change it. */
struct look binfmt_is_inherited(const struct binfmt *b);

/* Whether it ends with a namespace, and is nothing to the machine. */
bool binfmt_is_private(enum binfmt_scope scope);

/*
 * Opens `register` and takes its lock, waiting `timeout` seconds at most; `waiting` (may be NULL) is
 * called once if somebody else has it. The kernel drops the lock when the process dies. A dry run
 * whose writes are not made does nothing. -1: read-only (EXIT_UNAVAILABLE), not permitted, or the lock was not had in time.
 */
int binfmt_lock(struct binfmt *b, unsigned timeout, void (*waiting)(void), struct err *err);
void binfmt_unlock(struct binfmt *b);

/*
 * A second descriptor with the shared lock, which keeps writers away while it is open, for close(2).
 * -1 where we may not open the file or a writer has held it for a second.
 */
int binfmt_share_lock(const struct binfmt *b);

/* Why a file of the mount cannot be opened for writing: from errno. Returns -1. */
int binfmt_not_writable(const struct binfmt *b, const char *file, int error, struct err *err);

#endif
