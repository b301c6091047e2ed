/* SPDX-License-Identifier: MIT */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>

#include "binfmt_open.h"
#include "err.h"
#include "host.h"

/* What doctor reads of the machine before it judges; a number is -1 where it could not be read. */
struct facts {
	struct host_kernel kernel;
	const char *dir;  /* of the mount */
	struct err mount; /* why it could not be opened; ERR_NONE: it was */
	bool read_only;
	bool switched_on;
	bool initial_user_namespace;
	bool container;
	enum binfmt_scope scope;
	long max_user_namespaces; /* user.max_user_namespaces */
	long apparmor_restrict;   /* kernel.apparmor_restrict_unprivileged_userns */
	long userns_clone;        /* kernel.unprivileged_userns_clone (Debian's kernels) */
	bool systemd_binfmt;      /* systemd runs here and has its systemd-binfmt */
	long binfmt_support;      /* formats that update-binfmts has on record, -1 not installed */
	size_t unconfigured;      /* live entries that no configuration brings back */
};

/* Reads them. `b` is the opened mount, or NULL where that failed with *err. */
void facts_read(struct facts *facts, const char *dir, const struct binfmt *b, const struct err *err);

/* Whether update-binfmts has a format of this name on record and so registers it at boot. */
bool facts_binfmt_support_has(const char *name);

#endif
