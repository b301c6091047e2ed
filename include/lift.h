/* SPDX-License-Identifier: MIT */
#ifndef LIFT_H
#define LIFT_H

#include <stdbool.h>

struct err;
struct mountinfo;

/*
 * Takes all mounts of an instance away and puts them back as they were: an instance that nobody else holds ends so, and
 * another one is there then, empty, and switched off if `on` is false. Signals wait until all is back; where this
 * process is killed meanwhile a second one puts back what is missing. Nothing of the instance may be open here, and all
 * mounts must be ones that can be put back. 0, or -1 and *err: ERR_UNKNOWN where not all could be taken away, or
 * another program was in between.
 */
int lift_mounts(const struct mountinfo *places, bool on, struct err *err);

#endif
