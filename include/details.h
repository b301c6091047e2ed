/* SPDX-License-Identifier: MIT */
#ifndef DETAILS_H
#define DETAILS_H

#include <stddef.h>

struct handler;
struct pattern;

/*
 * One entry whole, for people, on standard output: its name, and below it fields of a label and a text, which on a
 * terminal goes on in the next line under itself.
 */
void details_field(const char *label, const char *text);

/* Its name, architecture and state. */
void details_head(const struct handler *handler);

/* The rest: interpreter, flags, what brings it back at boot, and what it matches; or why it is not understood. */
void details_rule(const struct handler *handler, const char *at_boot);

/*
 * A magic, its mask and the bytes of a file (head NULL: none) under each other, with a mark below each byte that
 * differs; `indent` columns from the left, in pieces that fit the terminal, each with its place in the file.
 */
void details_bytes(const struct pattern *pattern, const unsigned char *head, size_t indent);

#endif
