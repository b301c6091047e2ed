/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "command.h"

#define BINFMTCTL_VERSION "0.1.0"

/* All commands; ends with an empty one. */
extern const struct cmd commands[];

#endif
