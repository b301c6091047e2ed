/* SPDX-License-Identifier: MIT */
#ifndef BOOTCHECK_H
#define BOOTCHECK_H

#include "doctor.h"

/*
 * What the next boot will make of the configuration (binfmt.d): lines that will fail ("config"),
 * live entries of `s` that nothing will bring back ("unconfigured"), and pairs that will change
 * places ("boot-order"). s may be NULL: then only the lines are looked at.
 */
void bootcheck_examine(const struct snapshot *s, doctor_tell *tell, void *arg);

/* How many live entries nothing will bring back. */
size_t bootcheck_unconfigured(const struct snapshot *s);

#endif
