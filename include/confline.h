/* SPDX-License-Identifier: MIT */
#ifndef CONFLINE_H
#define CONFLINE_H

#include <stdbool.h>
#include <stddef.h>

struct rule;

/*
 * Reads a line of a configuration file as Linux MAJOR.MINOR does when systemd-binfmt hands it over (0.0: one that
 * knows everything). Other than line_parse it takes a delimiter that is a letter of escapes, and an offset with a
 * sign. Nothing is refused that the kernel takes, even if it can never work. The rule points into the line, whose
 * bytes are changed: it needs room for len + 1. NULL or why the kernel refuses it.
 */
const char *confline_parse(char *line, size_t len, unsigned major, unsigned minor, struct rule *rule);

/* Why Linux MAJOR.MINOR refuses a rule that later ones take, or NULL; 0.0 as above. */
const char *confline_check_version(const struct rule *rule, unsigned major, unsigned minor);

/* Whether systemd-binfmt takes this for an entry's name: it gives up a line with any other. */
bool confline_is_name(const char *name, size_t len);

#endif
