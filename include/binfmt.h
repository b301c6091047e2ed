/* SPDX-License-Identifier: MIT */
#ifndef BINFMT_H
#define BINFMT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct err;
struct rule;

#define BINFMT_DIR "/proc/sys/fs/binfmt_misc"

enum { BINFMT_WRITES_MAX = 12, BINFMT_BYTES_MAX = 2200 };

/* One write(2) that a dry run would have made. */
struct binfmt_write {
	char file[PATH_MAX]; /* the whole path */
	size_t len;
	char bytes[BINFMT_BYTES_MAX];
};

/* An opened binfmt_misc mount. */
struct binfmt {
	const char *dir; /* as the user gave it, for messages */
	int dir_fd;
	int register_fd; /* open and locked from binfmt_begin to binfmt_end, else -1 */
	bool dry;        /* record writes instead of making them; take no lock */
	size_t write_count;
	struct binfmt_write writes[BINFMT_WRITES_MAX];
};

/* Whose instance the mount shows. */
enum binfmt_scope {
	BINFMT_HOST,      /* the initial user namespace's */
	BINFMT_NAMESPACE, /* a private one of this user namespace */
	BINFMT_INHERITED, /* an ancestor's, seen from a child: only its root may change it */
	BINFMT_UNKNOWN,
};

/* An entry file as the kernel shows it. */
struct binfmt_entry {
	const char *name;
	const struct rule *rule; /* NULL if its text is not understood */
	const char *reason;      /* then, why */
	ino_t ino;
	struct timespec mtime; /* when it was registered */
	bool settled;          /* a temporary that a dry run's own writes would end */
};

/* All entries of one moment, newest registration first: the order in which the kernel tries them. */
struct binfmt_list {
	struct binfmt_entry *entries;
	size_t count;
	char *names;
	struct rule *rules;
	bool locked; /* no other binfmtctl was at work meanwhile */
};

/*
 * Opens the mount. 0, or -1 with EXIT_UNAVAILABLE and what to do where the path is no binfmt_misc:
 * no kernel support, not mounted, another file system, an untriggered automount.
 */
int binfmt_open(struct binfmt *b, const char *dir, struct err *err);
void binfmt_close(struct binfmt *b);

enum binfmt_scope binfmt_scope(const struct binfmt *b);

/*
 * Opens `register` and takes its lock, waiting `timeout` seconds at most; `waiting` (may be NULL) is
 * called once if somebody else has it. The kernel drops the lock when the process dies. A dry run
 * does nothing. -1: read-only (EXIT_UNAVAILABLE), not permitted, or the lock was not had in time.
 */
int binfmt_begin(struct binfmt *b, unsigned timeout, void (*waiting)(void), struct err *err);
void binfmt_end(struct binfmt *b);

/* The global switch: 1 on, 0 off, -1 error. */
int binfmt_enabled(const struct binfmt *b, struct err *err);

/*
 * Reads one entry anew by its name: 1 read, 0 there is none (also for names that no entry can
 * have), -1 error, of code "unknown" if it is there but its text is not understood. mtime may be NULL.
 */
int binfmt_read(const struct binfmt *b, const char *name, struct rule *rule, struct timespec *mtime, struct err *err);

/* What an entry is, by the first line of its file alone: later kernels may say what we do not understand. */
enum binfmt_state {
	BINFMT_ABSENT,
	BINFMT_DISABLED,
	BINFMT_ENABLED,
};
int binfmt_state(const struct binfmt *b, const char *name, struct err *err); /* or -1 */

/* Registers a rule: one write(2) of its line. After it the entry still has to be read back. */
int binfmt_register(struct binfmt *b, const struct rule *rule, struct err *err);

/* Writes "0", "1" or "-1" to an entry, or to "status". -1 with code "missing" if it is not there. */
int binfmt_command(struct binfmt *b, const char *name, const char *word, struct err *err);

/* Notes a write for a dry run; cut where it does not fit. */
void binfmt_note_write(struct binfmt *b, const char *file, const char *bytes, size_t len);

/*
 * Lists all entries. The names are of one moment (one getdents call is atomic against
 * registrations, and a listing that needed two is made again with more room), and every text is of
 * the inode that was listed. -1 if that could not be had, or on an error.
 */
int binfmt_list(const struct binfmt *b, struct binfmt_list *list, struct err *err);
void binfmt_list_free(struct binfmt_list *list);

/* Whether this process is in the initial user namespace: 1, 0, or -1 if that cannot be told. */
int binfmt_initial_user_namespace(void);

/* The uid that stands for everyone whom this user namespace does not map. */
uid_t binfmt_overflow_uid(void);

#endif
