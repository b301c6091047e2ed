/* SPDX-License-Identifier: MIT */
#ifndef PICK_H
#define PICK_H

#include <stdbool.h>

#include "advice.h"
#include "err.h"
#include "interp.h"
#include "match.h"
#include "view.h"

/* Who runs a file. */
enum picked {
	PICK_HANDLER,
	PICK_NATIVE,
	PICK_SCRIPT,
	PICK_NONE,
	PICK_UNKNOWN, /* a type B entry stands in front: its program decides */
	PICK_ERROR,   /* the file could not be looked at */
};

struct pick {
	enum picked picked;
	bool asked;              /* the entries were gone through: nothing refused the file before */
	bool runs;               /* nothing is known that would keep it from running */
	struct view handler;     /* of PICK_HANDLER and PICK_UNKNOWN */
	const struct arch *arch; /* of the file, or of the handler's rule; NULL if unknown */
	struct subject subject;  /* the file as the kernel sees it */
	struct advice advice;    /* why, and what would help */
};

/* The JSON word: "handler". */
const char *pick_word(enum picked picked);

/*
 * The kernel's own choice for a file executed by this path: the live entries in their order, then
 * #!, then native ELF (fs/binfmt_misc.c, binfmt_script.c, binfmt_elf.c), then why nothing takes it.
 */
void pick_file(const struct snapshot *s, const char *path, struct pick *pick);

/* Pure: the same for first bytes that were read already; the file's own state is not looked at. */
void pick_subject(const struct snapshot *s, struct pick *pick);

/* What entry i did with the file: "disabled", or the first byte that differs. False if it is not shown. */
bool pick_why(const struct snapshot *s, size_t i, const struct subject *subject, struct view *view,
	      char why[static ERR_TEXT_MAX]);

#endif
