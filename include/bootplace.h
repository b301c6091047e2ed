/* SPDX-License-Identifier: MIT */
#ifndef BOOTPLACE_H
#define BOOTPLACE_H

#include "look.h"

/* Whether this is a container, by the marks that managers of containers leave. */
struct look bootplace_container(void);

/* Whether the first process has another root folder than we; where only root may ask, by what mountinfo shows. */
struct look bootplace_chroot(void);

#endif
