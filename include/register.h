/* SPDX-License-Identifier: MIT */
#ifndef REGISTER_H
#define REGISTER_H

struct args;
struct err;
struct operand;
struct session;

/* Registers, and reports, what a word of the command line means: an architecture's rows, or all. */
void register_operand(struct session *c, const struct operand *operand);

/* A folder of --interpreter-dir that cannot hold one is a mistake, not one folder less to look in. 0, or -1 and *err.
 */
int register_check_dirs(const struct args *args, struct err *err);

#endif
