/* SPDX-License-Identifier: MIT */
/* The real systemd-binfmt in the tests' own instance, beside what confd says of the same files and what `load` does. */
#ifndef SYSTEMD_H
#define SYSTEMD_H

#include "conf.h"

/* Skips where there is no systemd-binfmt; covers and empties the folders of binfmt.d. */
void systemd_needs(void);

/*
 * Runs it over the folders and fails, and shows them, unless it registers the same entries in the same order and
 * fails the same lines as confd says; then `load --force` in its place. The entries are removed: some take every
 * program there is. The label is for the message.
 */
void systemd_compare(const char *label);

/* Lines compared so far; better: those that `load` alone refuses. */
extern size_t systemd_registered, systemd_refused, systemd_better;

#endif
