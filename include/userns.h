/* SPDX-License-Identifier: MIT */
#ifndef USERNS_H
#define USERNS_H

#include <sys/types.h>

/* Whether this process is in the initial user namespace: 1, 0, or -1 if that cannot be told. */
int userns_is_initial(void);

/* The uid that stands for everyone whom this user namespace does not map. */
uid_t userns_overflow_uid(void);

#endif
