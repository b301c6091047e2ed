/* SPDX-License-Identifier: MIT */
#ifndef RESOLVE_H
#define RESOLVE_H

#include <stdbool.h>

#include "err.h"
#include "snapshot.h"

/* Who runs a file. */
enum resolution {
	RESOLVED_HANDLER,
	RESOLVED_NATIVE,
	RESOLVED_SCRIPT,
	RESOLVED_NONE,
	RESOLVED_UNKNOWN, /* a type B entry is tried first: its program decides */
	RESOLVED_ERROR,   /* the file could not be looked at */
};

struct resolved {
	enum resolution result;
	bool asked;              /* binfmt_misc was consulted */
	bool runs;               /* nothing known keeps it from running */
	struct handler handler;  /* of RESOLVED_HANDLER and RESOLVED_UNKNOWN */
	const struct arch *arch; /* of the file, or of the handler's rule; NULL if unknown */
	struct subject subject;  /* the file as the kernel sees it */
	struct err why;          /* why, and what would help */
};

/* The JSON word: "handler". */
const char *resolve_word(enum resolution result);

/*
 * The kernel's own choice for a file executed by this path: the live entries in their order, then
 * #!, then native ELF (fs/binfmt_misc.c, binfmt_script.c, binfmt_elf.c), then why nothing takes it.
 */
void resolve_file(const struct snapshot *s, const char *path, struct resolved *resolved);

/* The same for first bytes that were read already; the file's own state is not looked at. */
void resolve_subject(const struct snapshot *s, struct resolved *resolved);

/* What entry i did with the file: "disabled", or the first byte that differs. False if it is not shown. */
bool resolve_why(const struct snapshot *s, size_t i, const struct subject *subject, struct handler *handler,
		 char why[static ERR_TEXT_MAX]);

#endif
