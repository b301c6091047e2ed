/* SPDX-License-Identifier: MIT */
#ifndef NEXTBOOT_H
#define NEXTBOOT_H

struct boot;
struct rule;
struct warnings;

/* Warns of what registers an entry at the next boot though it and its own file are gone, or may. */
void nextboot_warn_back(const struct boot *boot, const char *name, struct warnings *warnings);

/* Warns where a rule that is written down has an interpreter that a boot takes away, or may, and flag F opens it. */
void nextboot_warn_interpreter(const struct rule *rule, struct warnings *warnings);

/* Warns where our own unit makes something else of a rule that is written down, or may. */
void nextboot_warn_unit(const struct boot *boot, const struct rule *rule, struct warnings *warnings);

#endif
