/* SPDX-License-Identifier: MIT */
/* What a test needs of this machine; where that is not there, each of these skips it. */
#ifndef MACHINE_H
#define MACHINE_H

/* PTRACE_TRACEME: without it nothing shows which file the kernel runs, and binfmtctl says less. */
void need_ptrace(void);

/* strace(1), and that it may trace. */
void need_strace(void);

/* Programs that are set-user-id gain by it: not so below no_new_privs. */
void need_set_user_id(void);

/* exec: a private instance, for the user that `as` makes of a process (NULL: this one). A copy of binfmtctl is in
 * `folder`. */
void need_private(const char *folder, bool (*as)(void));

#endif
