/* SPDX-License-Identifier: MIT */
#ifndef BOOTNAMED_H
#define BOOTNAMED_H

#include <stdbool.h>

/* What other units, by their texts or by their own names, may do with one at the next boot. */
struct bootnamed {
	bool starts;  /* start it: one that wants it, or a timer of its name */
	bool hinders; /* keep it from being started: by a conflict, or by an order that is a circle */
};

/* Looks at all of them; what cannot be read may do both. Known orders: services like others, and the distribution's. */
struct bootnamed bootnamed(const char *name);

#endif
