/* SPDX-License-Identifier: MIT */
/* A register line: what parses and is sound is written so that it parses to the same rule. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool condition)
{
	if (!condition)
		abort();
}

static void
check_line(const struct rule *rule, bool file)
{
	char line[RULE_LINE_MAX];
	struct rule again;
	size_t len = 0;

	if (rule_format_line(rule, file, line, &len)) {
		demand(file); /* rule_check has seen to the other */
		return;
	}
	demand(len >= RULE_LINE_MIN && len <= RULE_LINE_MAX);
	demand(!memchr(line, '\n', len) && !memchr(line, '\0', len));
	demand(!file || !strchr("#; \t", line[0]));
	demand(!rule_parse_line(&again, line, len));
	demand(strcmp(again.name, rule->name) == 0 && again.flags == rule->flags && again.enabled == rule->enabled);
	demand(again.offset == rule->offset && again.size == rule->size && again.has_mask == rule->has_mask);
	demand(memcmp(again.magic, rule->magic, rule->size) == 0);
	demand(!rule->has_mask || memcmp(again.mask, rule->mask, rule->size) == 0);
	demand(rule_same(rule, &again) && rule_same(&again, rule));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct subject empty = {.path = "a.exe"};
	char *line = malloc(size ? size : 1); /* no byte behind it */
	struct rule rule;

	demand(line != NULL);
	memcpy(line, data, size);
	if (!rule_parse_line(&rule, line, size) && !rule_check(&rule)) {
		check_line(&rule, false);
		check_line(&rule, true);
		match_rule(&rule, &empty);
		demand(match_overlap(&rule, &rule) == (rule.type != RULE_BPF));
	}
	free(line);
	return 0;
}
