/* SPDX-License-Identifier: MIT */
#ifndef FILECHECK_H
#define FILECHECK_H

#include "doctor.h"

/*
 * A file from end to end: what runs it and whether exec works, each file on the way, whether programs of its
 * architecture run, and what it needs itself. s NULL: no table is visible; root: see resolve.h. With `run` what is
 * registered for the architecture runs, never the file.
 */
void filecheck(const struct snapshot *s, int root, bool run, const char *file, doctor_tell *tell, void *arg);

#endif
