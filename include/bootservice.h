/* SPDX-License-Identifier: MIT */
#ifndef BOOTSERVICE_H
#define BOOTSERVICE_H

#include <stdbool.h>

#include "look.h"

struct look bootservice_runs_systemd(void);

/* Whether systemd runs here and has its systemd-binfmt now, neither masked nor changed, so that it can be restarted. */
struct look bootservice_systemd(void);

/* Whether a service of systemd's is active now. */
struct look bootservice_is_active(const char *name);

/* Whether a restart of it removes all handlers. */
struct look bootservice_flushes(void);

/* Whether systemd mounts binfmt_misc when the machine boots. Never no: others may. */
struct look bootservice_mounts(void);

/* Whether binfmt-support is installed and started at boot, which registers its records. `mounts`: the same. */
struct look bootservice_update_binfmts(struct look mounts);

/* What registers binfmt.d at boot. */
struct bootservice_reader {
	const char *name; /* NULL: nothing is known to */
	bool loads;       /* by our own `load`, with its checks; else each line as it stands */
	bool own_rules;   /* or by others than systemd's, which differ from version to version */
};

/*
 * Whether anything does, but for our own unit: systemd-binfmt, or a service that is enabled. `mounts` is
 * bootservice_mounts.
 */
struct look bootservice_reader(struct look mounts, struct bootservice_reader *reader);

#endif
