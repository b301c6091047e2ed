/* SPDX-License-Identifier: MIT */
#ifndef UBFORMAT_H
#define UBFORMAT_H

#include <stdbool.h>

#include "host.h"

struct arena;
struct rule;

/* A binary format as update-binfmts keeps it: texts that it hands to the kernel as they are, "" where one is missing.
 */
struct ubformat {
	const char *name;
	const char *magic, *extension; /* NULL: it goes by the other one */
	const char *offset, *mask, *interpreter;
	bool credentials, preserve, fix_binary; /* flags C, P and F */
};

/*
 * The rule of a format for this kernel (0.0: one that knows everything), in the arena. With update-binfmts' delimiter,
 * ':', a field that holds one is cut there. NULL, or why there is none.
 */
const char *ubformat_rule(const struct ubformat *format, char delimiter, struct host_kernel kernel, struct arena *arena,
			  struct rule *rule);

#endif
