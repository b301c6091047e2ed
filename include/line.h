/* SPDX-License-Identifier: MIT */
#ifndef LINE_H
#define LINE_H

#include "rule.h"

/*
 * The register line of a rule, without a newline or NUL; *len is its length. Magic and mask are
 * written as \xHH throughout, or where that would not fit raw but for the bytes that the kernel
 * would misread. The delimiter is ':' or, where a field holds that, another byte; `file` keeps it
 * printable, as binfmt.d files need it. Returns NULL or the reason why there is no such line.
 */
const char *line_format(const struct rule *rule, bool file, char line[static RULE_LINE_MAX], size_t *len);

/*
 * Reads a register line as the kernel does; at most one trailing newline. The rule points into
 * the line, whose bytes are changed: it needs room for len + 1. NULL or a reason.
 */
const char *line_parse(char *line, size_t len, struct rule *rule);

#endif
