/* SPDX-License-Identifier: MIT */
#ifndef WHOSE_H
#define WHOSE_H

#include "look.h"

struct binfmt;
struct err;

/*
 * Before a change of the table of b, which is `inherited` (binfmt_is_inherited): 0, or -1 and *err if it is known not
 * to be in force here.
 */
int whose_check(const struct binfmt *b, struct look inherited, struct err *err);

/*
 * After one: 0, or 1 and *err with what is to be said of it, as it is a parent's table or may be another's. -1 and *err
 * where it has turned out not to be in force here.
 */
int whose_changed(const struct binfmt *b, struct look inherited, struct err *err);

#endif
