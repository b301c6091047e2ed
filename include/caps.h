/* SPDX-License-Identifier: MIT */
#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>

/* Whether a capability (CAP_… of linux/capability.h, below 32) is in effect for this process, in its own user
 * namespace. */
bool caps_has(unsigned capability);

#endif
