/* SPDX-License-Identifier: MIT */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "look.h"

struct err;

/*
 * Writes one JSON document to standard output as it is called for. `key` is NULL inside arrays.
 * Bytes of a string that are no UTF-8 become U+FFFD, and a member KEY_hex with all bytes follows.
 */
void json_object(const char *key);
void json_array(const char *key);
void json_end(void); /* of the innermost object or array; after the outermost a newline */

void json_string(const char *key, const char *value); /* NULL: null */
void json_hex(const char *key, const unsigned char *bytes, size_t len);
void json_number(const char *key, long value);
void json_bool(const char *key, bool value);
void json_null(const char *key);
void json_look(const char *key, struct look value); /* unknown: null */

/* The members "detail" and "fix", null where empty. */
void json_why(const struct err *why);

#endif
