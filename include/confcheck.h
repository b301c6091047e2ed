/* SPDX-License-Identifier: MIT */
#ifndef CONFCHECK_H
#define CONFCHECK_H

#include "doctor.h"

struct boot;

/* Lines, files and folders of binfmt.d that will fail when they are registered, or cannot work ("config"). */
void confcheck_examine(const struct boot *boot, doctor_tell *tell, void *arg);

#endif
