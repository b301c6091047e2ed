/* SPDX-License-Identifier: MIT */
#ifndef DRIFT_FIX_H
#define DRIFT_FIX_H

struct boot;
struct err;
struct handler;

/*
 * Sets the fix that writes down a live entry of the mount `dir` as it is: where somebody reads that at boot, and
 * `register` would take it. Else there is none.
 */
void drift_fix(const struct boot *boot, const struct handler *handler, const char *dir, struct err *why);

#endif
