/* SPDX-License-Identifier: MIT */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "look.h"

struct err;
struct warnings;

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

/* A list of texts; if one is no UTF-8 a list KEY_hex of all bytes of each follows. */
void json_texts(const char *key, const struct warnings *texts);

/* The members "code" and "detail". */
void json_cause(const struct err *err);

/* The members "detail" and "fix", null where empty. */
void json_why(const struct err *why);

#endif
