/* SPDX-License-Identifier: MIT */
#ifndef REGISTER_ALL_H
#define REGISTER_ALL_H

#include <stdbool.h>

struct arch;
struct session;

/* Registers and reports one architecture; keeps_magic: its live entry stays one for the same files. False: it is not
 * registered. */
typedef bool register_act(struct session *c, const struct arch *arch, bool keeps_magic);

/* `register all`: by the plan of takeover.h. */
void register_all(struct session *c, register_act *act);

#endif
