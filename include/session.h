/* SPDX-License-Identifier: MIT */
#ifndef SESSION_H
#define SESSION_H

#include "binfmt_list.h"
#include "binfmt_open.h"
#include "check.h"
#include "err.h"
#include "mount.h"
#include "planned.h"
#include "report.h"
#include "trust.h"

/* The work of a command that changes handlers: from the lock to the last line printed. */
struct session {
	const struct cmd *cmd;
	const struct args *args;
	struct binfmt b;
	struct binfmt_list list;              /* the entries when the work began */
	struct planned planned;               /* the writes of a dry run */
	const struct planned_write *reported; /* the last one that was printed */
	struct trust_folder folder;           /* of the last interpreter that was checked */
	struct mount_made made;               /* by this run: --mount, and it was not */
	int mounts_lock;                      /* with --mount, of lock_mounts; else -1 */
	size_t before;                        /* so many entries were there when the work began */
	bool has_temporaries;                 /* some of them are left by killed runs */
	const struct boot *boot; /* what is configured, where --persist writes to the usual folder; else NULL */
	char **gone;             /* entries that remove --persist has taken away; NULL ends them */
	size_t gone_count;
	bool named;            /* the entry at work was named, not meant by `all` */
	struct look inherited; /* the table at work is a parent user namespace's */
	unsigned failed, done;
	unsigned changed; /* of those that were done: they were not so before */
	/* Of the operand at work, told and emptied by session_result: */
	struct warnings warnings;
	size_t mount_warnings; /* bytes of them that are on the mount: true whatever becomes of the operand */
	struct err err;
	const struct rule *rule;    /* the handler as it was, or is to be; NULL: none */
	const struct persist *file; /* its binfmt.d file; NULL: that was not asked for */
	const char *place;          /* the line of configuration, as in struct result */
};

/*
 * Opens the mount (with --mount makes it first), takes the lock, lists the entries and starts the JSON document.
 * EXIT_DONE, or the exit status of a failure that was reported: then nothing is open.
 */
int session_begin(struct session *c, const struct cmd *cmd, const struct args *args);

/* A check of a rule that this session is about to put in force (`verb`: for what is said of --force); live: the entry
 * that it is already, or NULL. */
struct check session_check(struct session *c, const char *verb, const struct entry *live);

/* Which options of this command may be named where a wish cannot be had: enum wish_advice. */
unsigned session_advice(const struct cmd *cmd);

/* Lists the entries again after changes of our own. 0, or -1 and c->err. */
int session_relist(struct session *c);

/*
 * Reports one entry's outcome with c->warnings; for OUT_FAILED and OUT_SKIPPED the cause is c->err. What a killed
 * run left of the entry is healed first: where that fails and decides what is in force, so does the entry.
 */
void session_result(struct session *c, const char *name, enum outcome outcome, const char *detail);

/*
 * After --mount: a failure is reported where what was registered does not outlive this mount namespace, or without
 * --force where that is not known.
 */
void session_prove_kept(struct session *c);

/* Warns if something was done and binfmt_misc is switched off. */
void session_warn_if_off(const struct session *c);

/* Heals what killed runs left, closes all; returns the exit status. */
int session_end(struct session *c);

/* What is done to one entry. */
typedef void session_act(struct session *c, const char *name);

/* Acts on every entry that an operand means. -1 and c->err if that is none. */
int session_operand(struct session *c, const struct operand *operand, session_act *act);

/* The same for all operands of the command line; one that means no entry is reported as failed. */
void session_each(struct session *c, session_act *act);

#endif
