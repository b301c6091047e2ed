/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LOOK_H
#define PROBE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct probe_result;

/* Whether /proc is there and is that of this process's own PID namespace. */
bool probe_look_believes(void);

/*
 * Of a process at its exec trap: fills in which file runs, whether that is `program`, and what the kernel tells it.
 * `number` is its own in the PID namespace of /proc, which may be an outer one.
 */
void probe_look(int number, int program, struct probe_result *result);

/*
 * AT_FLAGS of an auxiliary vector, whether its words have 4 or 8 bytes (in our byte order). False if there
 * is none. Pure.
 */
bool probe_look_flags(const unsigned char *auxv, size_t size, unsigned long long *flags);

#endif
