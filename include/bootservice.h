/* SPDX-License-Identifier: MIT */
#ifndef BOOTSERVICE_H
#define BOOTSERVICE_H

#include "look.h"

/* Whether systemd runs here and has its systemd-binfmt, not masked. */
struct look bootservice_systemd(void);

/* Whether a restart of it removes all handlers. */
struct look bootservice_flushes(void);

/* Whether binfmt-support is installed, which registers its records. */
struct look bootservice_update_binfmts(void);

/*
 * Whether anything registers binfmt.d at boot here, but for our own unit: systemd-binfmt, or a service that is enabled.
 * *name is its name, or NULL.
 */
struct look bootservice_reader(const char **name);

#endif
