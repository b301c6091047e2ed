/* SPDX-License-Identifier: MIT */
#ifndef USERNS_H
#define USERNS_H

#include <sys/types.h>

#include "look.h"

/* Whether this process is in the initial user namespace. */
struct look userns_is_initial(void);

/* The uid that stands for everyone whom this user namespace does not map. */
uid_t userns_overflow_uid(void);

#endif
