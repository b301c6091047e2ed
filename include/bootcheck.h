/* SPDX-License-Identifier: MIT */
#ifndef BOOTCHECK_H
#define BOOTCHECK_H

#include "doctor.h"

struct boot;

/*
 * What the next boot will make of the configuration: lines that will fail or cannot work ("config"), live
 * entries of `s` that come back, and from where ("at-boot"), that nothing will bring back ("unconfigured"), that come
 * back otherwise, and that are configured but not live ("drift"), and pairs that will change places ("boot-order").
 * s may be NULL: then only the lines are looked at. boot is NULL where it could not be read.
 */
void bootcheck_examine(const struct boot *boot, const struct snapshot *s, doctor_tell *tell, void *arg);

/* How many live entries a restart of systemd-binfmt removes for good, as far as can be told; or FACTS_UNREAD. */
long bootcheck_flushed(const struct boot *boot, const struct snapshot *s);

#endif
