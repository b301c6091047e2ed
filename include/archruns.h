/* SPDX-License-Identifier: MIT */
#ifndef ARCHRUNS_H
#define ARCHRUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "probe.h"

struct arch;
struct archtest;
struct snapshot;

/* How architectures are tried. */
struct archruns_way {
	const struct snapshot *s; /* NULL where the entries cannot be seen; those of another instance count as such */
	int root;                 /* -1: here; in another (see resolve.h) always up to the exec trap only */
	enum probe_until until;   /* with PROBE_UNTIL_EXIT what is registered runs */
	unsigned timeout_ms;
	bool version; /* is wanted of every runner that is QEMU; else only where `why` depends on it */
};

/* Receives what became of an architecture. */
typedef void archruns_tell(void *arg, const struct arch *arch, const struct archtest *trial);

/* Runs the probes of at most ARCH_ROWS_MAX architectures through the kernel, side by side, and tells of them in their
 * order. */
void archruns_do(const struct archruns_way *way, const struct arch *const archs[], size_t count, archruns_tell *tell,
		 void *arg);

#endif
