/* SPDX-License-Identifier: MIT */
#ifndef REGISTER_H
#define REGISTER_H

struct args;
struct err;
struct operand;
struct session;

/* Registers, and reports, what a word of the command line means: an architecture's rows, or all. */
void register_operand(struct session *c, const struct operand *operand);

/* What is wrong with the command line of `register` itself, or NULL. */
const char *register_misuse(const struct args *args);

/* A folder of --interpreter-dir that cannot hold one is a mistake, not one folder less to look in. 0, or -1 and *err.
 */
int register_check_dirs(const struct args *args, struct err *err);

#endif
