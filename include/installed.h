/* SPDX-License-Identifier: MIT */
#ifndef INSTALLED_H
#define INSTALLED_H

#include "look.h"

struct pattern;

/*
 * Whether a rule by magic takes one of the programs and scripts in /usr/bin, /bin, /usr/sbin and /sbin that this
 * machine runs itself; *path is one of them. No file is read for a rule that takes neither scripts nor
 * ordinary headers of this machine's own architecture.
 */
struct look installed_takes(const struct pattern *pattern, const char **path);

#endif
