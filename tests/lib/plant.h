/* SPDX-License-Identifier: MIT */
/* Every problem that an entry can have, planted in the tests' own instance under one name. */
#ifndef PLANT_H
#define PLANT_H

#include "harness.h"

#define PLANTED "planted"

/* A fresh copy of the tiny interpreter in the scratch folder, its static path. */
const char *plant_copy(void);

/* Where that copy is. */
const char *plant_path(void);

/* Another file in its place, surely later than any entry. */
void plant_replace(const char *path);

/* An entry whose programs a probe can be built for, under the planted name. */
void plant_arch(const char *interpreter, const char *flags);

/* The problems: each of an entry PLANTED. */
void plant_disabled(void);
void plant_missing(void);
void plant_missing_folder(void);
void plant_stale(void);
void plant_stale_by_time(void);
void plant_stale_disabled(void); /* the probe would tell, but the entry is switched off */
void plant_deleted(void);
void plant_deleted_by_time(void);
void plant_not_executable(void);
void plant_dynamic(void);
void plant_insecure(void);
void plant_shadowed(void);
void plant_native(void); /* only ever live while nothing at all is: the switch is off, and then the entry */
void plant_loop(void);
void plant_leftover(void);
void plant_temporary_alone(void);

#endif
