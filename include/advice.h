/* SPDX-License-Identifier: MIT */
#ifndef ADVICE_H
#define ADVICE_H

#include "err.h"

/* What was seen, and a command to paste or a thing to do; each "" if there is nothing to say. */
struct advice {
	char detail[ERR_TEXT_MAX], fix[ERR_TEXT_MAX];
};

/* Sets the detail and empties the fix. */
__attribute__((format(printf, 2, 3))) void advice_set(struct advice *advice, const char *fmt, ...);

__attribute__((format(printf, 2, 3))) void advice_fix(struct advice *advice, const char *fmt, ...);

/* The JSON members "detail" and "fix", null where empty. */
void advice_json(const struct advice *advice);

/* "LEADdetail; try: fix" on standard output; nothing where there is nothing to say. */
void advice_print(const struct advice *advice, const char *lead);

#endif
