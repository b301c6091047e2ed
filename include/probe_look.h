/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LOOK_H
#define PROBE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct probe_result;

/* This process's own number in the PID namespace of /proc, which may be an outer one; 0: it has none there. */
int probe_look_number(void);

/* Whether /proc is there and is that of this process's own PID namespace. */
bool probe_look_believes(void);

/*
 * Of a process at its exec trap: fills in which file runs, whether that is `program`, and what the kernel tells it.
 * `number` is what probe_look_number says in it.
 */
void probe_look(int number, int program, struct probe_result *result);

/*
 * AT_FLAGS of an auxiliary vector, whether its words have 4 or 8 bytes (in our byte order). False if there
 * is none. Pure.
 */
bool probe_look_flags(const unsigned char *auxv, size_t size, unsigned long long *flags);

#endif
