/* SPDX-License-Identifier: MIT */
#ifndef HINT_H
#define HINT_H

#include "err.h"

/* What was seen, and a command to paste or a thing to do; each "" if there is nothing to say. */
struct hint {
	char detail[ERR_TEXT_MAX], fix[ERR_TEXT_MAX];
};

/* Sets the detail and empties the fix. */
__attribute__((format(printf, 2, 3))) void hint_set(struct hint *advice, const char *fmt, ...);

__attribute__((format(printf, 2, 3))) void hint_fix(struct hint *advice, const char *fmt, ...);

/* The JSON members "detail" and "fix", null where empty. */
void hint_json(const struct hint *advice);

/* "LEADdetail; try: fix" on standard output; nothing where there is nothing to say. */
void hint_print(const struct hint *advice, const char *lead);

#endif
