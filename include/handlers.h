/* SPDX-License-Identifier: MIT */
#ifndef HANDLERS_H
#define HANDLERS_H

struct arch;
struct args;
struct cmd;
struct err;
struct rehearsal;

/*
 * Mounts the instance of a user namespace of our own: with copies of the handlers that are visible, where --inherit
 * asks for them and there are any; else empty. 0, or -1, *err and errno.
 */
int handlers_mount(struct args *args, struct err *err);

/*
 * Registers there what --arch names, else what is needed; NULL: all that is installed, of which what cannot be had is
 * no failure, as a command that this machine runs may start any other: but if nothing can be had as --flags and
 * --interpreter-dir wish it, that is one. A dry run tells of each as `register` does, with --json in a whole document,
 * and judges the command by them (rehearse.h; its cause is the document's error). 0, or -1: each cause was said, and
 * the first is in *err.
 */
int handlers_register(const struct cmd *cmd, const struct args *args, const struct arch *needed,
		      struct rehearsal *rehearsal, struct err *err);

#endif
