/* SPDX-License-Identifier: MIT */
/* The text of an entry file: what parses is shown as a text that parses to the same rule and the same text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool condition)
{
	if (!condition)
		abort();
}

static void
check_text(const struct rule *rule)
{
	char text[RULE_TEXT_MAX], second[RULE_TEXT_MAX];
	size_t len = rule_format_entry(rule, text);
	struct rule again;

	demand(len < RULE_TEXT_MAX);
	demand(!rule_parse_entry(&again, rule->name, text, len));
	demand(rule_same(rule, &again) && again.enabled == rule->enabled);
	demand(strcmp(again.name, rule->name) == 0 && strcmp(again.more_lines, rule->more_lines) == 0);
	demand(again.offset == rule->offset && again.size == rule->size && again.has_mask == rule->has_mask);
	demand(rule_format_entry(&again, second) == len && memcmp(text, second, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1); /* no byte behind it */
	struct rule rule;

	demand(text != NULL);
	memcpy(text, data, size);
	/* No entry of the kernel is larger than a page. */
	if (size < RULE_TEXT_MAX && !rule_parse_entry(&rule, "name", text, size)) {
		demand(*rule.interpreter != '\0');
		demand(rule.type != RULE_MAGIC || (rule.size > 0 && rule.offset + rule.size <= RULE_WINDOW));
		check_text(&rule);
		rule_check(&rule);
	}
	free(text);
	return 0;
}
