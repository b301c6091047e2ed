/* SPDX-License-Identifier: MIT */
#ifndef WHOSE_H
#define WHOSE_H

#include "binfmt_open.h"

struct err;

/* Before a change of the table of b: 0, or -1 and *err if it is a parent user namespace's and known not to be in force
 * here. */
int whose_check(const struct binfmt *b, enum binfmt_scope scope, struct err *err);

/*
 * After one: 0, or 1 and *err with what is to be said of it, as it is a parent's table or may be another's. -1 and *err
 * where it has turned out not to be in force here.
 */
int whose_changed(const struct binfmt *b, enum binfmt_scope scope, struct err *err);

#endif
