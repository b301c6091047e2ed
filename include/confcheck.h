/* SPDX-License-Identifier: MIT */
#ifndef CONFCHECK_H
#define CONFCHECK_H

#include "doctor.h"

struct confd;

/* Lines, files and folders of binfmt.d that will fail when they are registered, or cannot work ("config"). */
void confcheck_examine(const struct confd *confd, doctor_tell *tell, void *arg);

#endif
