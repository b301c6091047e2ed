/* SPDX-License-Identifier: MIT */
#ifndef SESSION_H
#define SESSION_H

#include "binfmt.h"
#include "err.h"
#include "warnings.h"

struct args;
struct cmd;
struct operand;

/* What became of one entry. */
enum outcome {
	OUT_REGISTERED,
	OUT_UNCHANGED,
	OUT_REPLACED,
	OUT_REMOVED,
	OUT_ENABLED,
	OUT_DISABLED,
	OUT_REFRESHED,
	OUT_SKIPPED,
	OUT_FAILED,
};

/* The work of a command that changes handlers: from the lock to the last line printed. */
struct session {
	const struct cmd *cmd;
	const struct args *args;
	struct binfmt b;
	struct binfmt_list list;     /* the entries when the work began */
	struct warnings notes;       /* on the operand at work, printed and emptied by session_result */
	struct err err;              /* of the operand at work */
	bool named;                  /* the entry at work was named, not meant by `all` */
	struct binfmt_write *writes; /* of the whole dry run */
	size_t write_count;
	unsigned failed, done;
};

/*
 * Opens the mount, takes the lock, lists the entries and starts the JSON document. EXIT_DONE, or the exit status of a
 * failure that was reported: then nothing is open.
 */
int session_begin(struct session *c, const struct cmd *cmd, const struct args *args);

/* Takes the list of entries anew after changes of our own. 0, or -1 and c->err. */
int session_relist(struct session *c);

/* Reports one entry's outcome with c->notes; for OUT_FAILED and OUT_SKIPPED the cause is c->err. detail may be NULL. */
void session_result(struct session *c, const char *name, enum outcome outcome, const char *detail);

/* After work that is done so that programs run: says if the switch of binfmt_misc keeps them from it. */
void session_warn_if_off(const struct session *c);

/* Heals what killed runs left, closes all; returns the exit status. */
int session_end(struct session *c);

/* Calls act for every entry that an operand means. -1 and c->err if that is none. */
int session_operand(struct session *c, const struct operand *operand, void (*act)(struct session *c, const char *name));

/* The same for all operands of the command line; one that means no entry is reported as failed. */
void session_each(struct session *c, void (*act)(struct session *c, const char *name));

#endif
