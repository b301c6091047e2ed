/* SPDX-License-Identifier: MIT */
#ifndef ACCORD_H
#define ACCORD_H

#include "look.h"

struct probe_result;
struct walk;

/*
 * Pure: whether a probe that was stopped at the exec trap, or refused, ended as the walk of the visible table
 * foretells: run by the same file, or failing alike. NO only where that table cannot lead to it: another one is in
 * force.
 */
struct look accord_of(const struct walk *walk, const struct probe_result *run);

#endif
