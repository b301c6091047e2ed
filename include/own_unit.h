/* SPDX-License-Identifier: MIT */
#ifndef OWN_UNIT_H
#define OWN_UNIT_H

struct boot;
struct cmd;

/*
 * Understands the text of our own unit, which is cut up for it, by the table of commands: boot->steps, and what reads
 * binfmt.d where nothing else does.
 */
void own_unit_read(struct boot *boot, const struct cmd *commands);

#endif
