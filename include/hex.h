/* SPDX-License-Identifier: MIT */
#ifndef HEX_H
#define HEX_H

#include <stdbool.h>
#include <stddef.h>

/* "7f454c46" or "\x7fELF" to bytes, at most `max`; *len is their number. May be done in place. NULL or a reason. */
const char *hex_parse(const char *word, unsigned char *bytes, size_t max, size_t *len);

enum { HEX_MEANT_MAX = 80 };

/*
 * What somebody may have meant by a word that is no hex: "7f45" for 0x7f45 and for 7f 45 (*letters false), "\x4dZ"
 * for the letters MZ. "" where neither will do, or it is hex.
 */
const char *hex_meant(const char *word, char meant[static HEX_MEANT_MAX], bool *letters);

/* Lower-case hex, NUL-terminated: 2 * len + 1 bytes are written. */
void hex_format(const unsigned char *bytes, size_t len, char *hex);

#endif
