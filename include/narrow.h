/* SPDX-License-Identifier: MIT */
#ifndef NARROW_H
#define NARROW_H

struct rule;
struct warnings;

/*
 * Warns of what this machine runs by itself and the rule takes from it: programs of a second architecture, some native
 * programs, some scripts, installed ones by their names; and of a rule that looks at one byte only. For rules that do
 * not take them all (danger.h): such as those of AppImage launchers are legal.
 */
void narrow_warn(const struct rule *rule, struct warnings *warnings);

#endif
