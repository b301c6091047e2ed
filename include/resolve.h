/* SPDX-License-Identifier: MIT */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "err.h"
#include "snapshot.h"
#include "walk.h"

/* Who runs a file. */
enum resolution {
	RESOLVED_HANDLER,
	RESOLVED_NATIVE,
	RESOLVED_SCRIPT,
	RESOLVED_NONE,
	RESOLVED_UNKNOWN, /* what cannot be seen decides: no table, a type B entry, one that is not understood */
	RESOLVED_ERROR,   /* the file is not there, or cannot be reached */
};

struct resolved {
	enum resolution result;
	struct handler handler;  /* of RESOLVED_HANDLER, or the one that is in doubt; its entry NULL: none */
	const struct arch *arch; /* of the file, or of the handler's rule; NULL if unknown */
	bool asked;              /* binfmt_misc was consulted: nothing refused the file before */
	struct subject subject;  /* the file as the kernel sees it */
	struct walk walk;        /* would it work, hop by hop */
	struct err why;          /* why, and what would help */
};

/* The JSON word: "handler". */
const char *resolve_word(enum resolution result);

/*
 * The kernel's own choice for a file executed by this path, and whether it would work (walk.h), then why
 * not. s NULL: no table is visible. root: -1, or a folder in which all paths are looked up as after chroot.
 */
void resolve_file(const struct snapshot *s, int root, const char *path, struct resolved *resolved);

/* The same where it is known which entry is tried first (first.h; NULL: it is not). */
void resolve_first(const struct snapshot *s, int root, const char *path, const struct entry *first,
		   struct resolved *resolved);

/* The same for a program in memory. */
void resolve_bytes(const struct snapshot *s, int root, const unsigned char *bytes, size_t size,
		   struct resolved *resolved);

/* What entry i did with the file: "disabled", or the first byte that differs. False if it is not shown. */
bool resolve_why(const struct snapshot *s, size_t i, const struct subject *subject, struct handler *handler,
		 char why[static ERR_TEXT_MAX]);

#endif
