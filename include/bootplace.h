/* SPDX-License-Identifier: MIT */
#ifndef BOOTPLACE_H
#define BOOTPLACE_H

#include "look.h"

/*
 * Whether this is a container, by the marks that managers of containers leave. Unknown without one where the PID
 * namespace is not the host's, or that cannot be seen.
 */
struct look bootplace_container(void);

/*
 * Whether our root folder is a mount, by mountinfo, which shows what is mounted from there on. NO: it is a folder of
 * another mount, so a chroot.
 */
struct look bootplace_root_is_mount(void);

/* Whether the first process has another root folder than we; where only root may ask, by what mountinfo shows. */
struct look bootplace_chroot(void);

#endif
