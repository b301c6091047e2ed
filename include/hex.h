/* SPDX-License-Identifier: MIT */
#ifndef HEX_H
#define HEX_H

#include <stddef.h>

/* "7f454c46" or "\x7fELF" to bytes, at most `max`; *len is their number. May be done in place. NULL or a reason. */
const char *hex_parse(const char *word, unsigned char *bytes, size_t max, size_t *len);

/* Lower-case hex, NUL-terminated: 2 * len + 1 bytes are written. */
void hex_format(const unsigned char *bytes, size_t len, char *hex);

#endif
