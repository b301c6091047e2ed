/* SPDX-License-Identifier: MIT */
/* What a function prints, caught. */
#ifndef PRINTED_H
#define PRINTED_H

#include "harness.h"

/* What `print` writes to stdout or stderr, in one static buffer; nothing may fail in it, as messages would go there
 * too. */
const char *printed(void (*print)(void));
const char *printed_errors(void (*print)(void));

#endif
